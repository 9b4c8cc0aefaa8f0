import { ConnectorError } from '@coffer/purge';

/** Code of a failed system call, e.g. `ENOENT`; undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/** What a failed system call means; every other error is returned as it is. Never names a path. */
export function diskError(error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const options = { cause: error, fields: { system: code } };
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ConnectorError('absent', 'the file is not there', options);
    case 'ELOOP':
      return new ConnectorError('location-refused', 'a symbolic link is not followed', options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ConnectorError('access-denied', 'the file or its folder may not be read or changed', options);
    default:
      return new ConnectorError('unreachable', 'the disk did not answer as it should', options);
  }
}

/** Does work on the disk; whatever the system throws becomes a ConnectorError. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error);
  }
}
