import { readFile, stat } from 'node:fs/promises';
import { deployment } from '@coffer/contracts';
import { portalConfig, type PortalConfig } from './config';
import { createIdentity, type Identity } from './identity';
import { PortalError } from './portal-error';

/** What the routes of one process share. */
export interface Portal {
  readonly config: PortalConfig;
  readonly identity: Identity;
}

let portal: Portal | undefined;

/** Made at the first request, so that a build needs no environment. @throws PortalError `invalid-configuration` */
export function thisPortal(): Portal {
  if (portal === undefined) {
    const config = portalConfig();
    portal = { config, identity: createIdentity(config) };
  }
  return portal;
}

/** The device-worker's file as it was built. @throws PortalError `invalid-configuration` where it is missing */
export async function readWorkerFile(
  path: string,
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly etag: string }> {
  try {
    const { mtimeMs, size } = await stat(/* turbopackIgnore: true */ path);
    return {
      bytes: new Uint8Array(await readFile(/* turbopackIgnore: true */ path)),
      etag: `"${Math.trunc(mtimeMs).toString(36)}-${size.toString(36)}"`,
    };
  } catch (cause) {
    throw new PortalError('invalid-configuration', `COFFER_DEVICE_WORKER: no built device at ${path}`, { cause });
  }
}

/**
 * The operator's deployment.json, checked: what the device pins. From the server's own disk, never from the vault API.
 *
 * @throws PortalError `invalid-configuration`
 */
export async function readDeployment(path: string): Promise<string> {
  try {
    return JSON.stringify(deployment.parse(JSON.parse(await readFile(/* turbopackIgnore: true */ path, 'utf8'))));
  } catch (cause) {
    throw new PortalError('invalid-configuration', `COFFER_DEPLOYMENT: ${path} is missing or no deployment.json`, {
      cause,
    });
  }
}
