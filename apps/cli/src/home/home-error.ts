import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * This device's folder, or the deployment that it knows, cannot be used.
 *
 * - `no-deployment`: nobody has logged in from this folder.
 * - `deployment-invalid`: a file is no deployment.json. Nothing was stored.
 * - `deployment-changed`: it names another vault or other keys than the ones pinned here. Nothing was stored or sent.
 * - `damaged`: a file that this device wrote can no longer be read.
 * - `refused`: a secret lies open to other people of this machine.
 */
export class HomeError extends CofferError {
  declare readonly code: 'no-deployment' | 'deployment-invalid' | 'deployment-changed' | 'damaged' | 'refused';

  constructor(code: HomeError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
