import { ObjectStoreError } from '../../errors';

/** What CloudKit says instead of an answer, for a request or for one record of it. */
export interface CloudKitFailure {
  /** `serverErrorCode`; empty where there is none. */
  readonly code: string;
  /** HTTP status; of a record's own failure that of the request. */
  readonly status: number;
  /** Seconds that it asks to wait. */
  readonly retryAfterSeconds?: number | undefined;
}

const busyCodes: ReadonlySet<string> = new Set(['THROTTLED', 'TRY_AGAIN_LATER', 'ZONE_BUSY', 'INTERNAL_ERROR']);

/** The failure that a JSON value describes; undefined where it is none. */
export function failureOf(value: unknown, status: number): CloudKitFailure | undefined {
  const { serverErrorCode, retryAfter } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isCode = typeof serverErrorCode === 'string' && /^[A-Z_]{1,64}$/.test(serverErrorCode);
  if (!isCode && status >= 200 && status <= 299) return undefined;
  return {
    code: isCode ? serverErrorCode : '',
    status,
    retryAfterSeconds: typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : undefined,
  };
}

/** Whether a later try may be answered better. */
export function isCloudKitBusy({ code, status }: CloudKitFailure): boolean {
  return busyCodes.has(code) || status === 408 || status === 429 || (status >= 500 && code !== 'QUOTA_EXCEEDED');
}

/** What a failure of CloudKit means to the user of a store. */
export function cloudKitError(failure: CloudKitFailure): ObjectStoreError {
  const { code, status } = failure;
  const options = { fields: { status, serverErrorCode: code } };
  if (code === 'AUTHENTICATION_REQUIRED' || code === 'AUTHENTICATION_FAILED' || status === 401 || status === 421) {
    return new ObjectStoreError(
      'access-denied',
      'iCloud no longer takes the sign-in of this device. Nothing was changed. Run: coffer login --store icloud:CONTAINER',
      options,
    );
  }
  if (code === 'QUOTA_EXCEEDED') {
    return new ObjectStoreError('store-full', 'iCloud has no room left; nothing was stored under the key', options);
  }
  if (code === 'EXISTS' || code === 'CONFLICT') {
    return new ObjectStoreError('already-exists', 'there is an object under this key already', options);
  }
  // The record type is missing as well, until the container's owner has deployed it.
  if (code === 'NOT_FOUND' || code === 'UNKNOWN_ITEM') {
    return new ObjectStoreError('not-found', 'no object under this key', options);
  }
  if (code === 'ACCESS_DENIED' || status === 403) {
    return new ObjectStoreError('access-denied', 'iCloud refused this operation to this device', options);
  }
  if (code === 'BAD_REQUEST' || status === 400) {
    return new ObjectStoreError(
      'invalid-url',
      'the container does not know the records of this program: its owner has to deploy them (docs/stores.md)',
      options,
    );
  }
  return new ObjectStoreError('unreachable', 'iCloud did not answer as it should; try again', options);
}
