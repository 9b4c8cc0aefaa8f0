import { CofferError } from '@coffer/foundation';

/**
 * This process must not serve. Nothing was changed.
 *
 * - `clock-off`: the clocks of this machine and of the database differ too much.
 * - `deployment-differs`: deployment.json names other keys than the vault's, or cannot be read.
 * - `port-taken`: somebody else listens there.
 */
export class StartError extends CofferError {
  declare readonly code: 'clock-off' | 'deployment-differs' | 'port-taken';
}
