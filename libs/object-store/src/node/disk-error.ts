import { ObjectStoreError } from '../errors';

/** Reads the code of a failed system call, e.g. `ENOENT`; undefined where it was none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/**
 * What a failed system call means to the user of a store; every other error, e.g. one of the content that was to be stored, is
 * returned as it is. Never names a path: that is the caller's to say.
 */
export function diskError(error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const options = { cause: error, fields: { system: code } };
  switch (code) {
    case 'ENOENT':
      return new ObjectStoreError('not-found', 'no object under this key', options);
    case 'EEXIST':
      return new ObjectStoreError('already-exists', 'there is an object under this key already', options);
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new ObjectStoreError('store-full', 'the disk is full; nothing was stored under the key', options);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ObjectStoreError('access-denied', 'the folder of the store may not be read or written', options);
    case 'EISDIR':
    case 'ENOTDIR':
      return new ObjectStoreError('invalid-key', 'one key is the folder of another', options);
    default:
      return new ObjectStoreError('unreachable', 'the disk did not answer as it should; try again', options);
  }
}
