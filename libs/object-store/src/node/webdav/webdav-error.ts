import { ObjectStoreError } from '../../errors';

/** What a status of a WebDAV server means to the user of a store. */
export function davError(status: number): ObjectStoreError {
  const options = { fields: { status } };
  switch (status) {
    case 401:
    case 403:
      return new ObjectStoreError(
        'access-denied',
        'the store refused these credentials, or this operation to them: sign in with "coffer login --store URL", or set ' +
          'COFFER_WEBDAV_USER and COFFER_WEBDAV_PASSWORD',
        options,
      );
    case 404:
    case 410:
      return new ObjectStoreError('not-found', 'no object under this key', options);
    case 412:
      return new ObjectStoreError('already-exists', 'there is an object under this key already', options);
    case 413:
    case 507:
      return new ObjectStoreError(
        'store-full',
        'the store has no room left; nothing was stored under the key',
        options,
      );
    case 416:
      return new ObjectStoreError('invalid-range', 'the range starts past the end of the object', options);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return new ObjectStoreError('invalid-url', 'the store is at another address: give that one', options);
    case 405:
    case 501:
      return new ObjectStoreError('invalid-url', 'what answers at this address does not take WebDAV here', options);
    default:
      return new ObjectStoreError('unreachable', 'the store did not answer as it should; try again', options);
  }
}
