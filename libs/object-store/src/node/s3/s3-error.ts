import { ObjectStoreError } from '../../errors';

/** What of an error of the S3 client matters here. */
export interface S3Failure {
  /** Error code of the answer, e.g. `NoSuchKey`; name of the error where there was no answer. */
  readonly name: string;
  /** HTTP status; undefined where there was no answer. */
  readonly status: number | undefined;
  /** How often the client tried. */
  readonly attempts: number;
}

/** Reads an error of the S3 client; undefined where it is none. */
export function s3Failure(error: unknown): S3Failure | undefined {
  if (!(error instanceof Error) || error instanceof ObjectStoreError) return undefined;
  if (error.name === 'CredentialsProviderError') return { name: error.name, status: undefined, attempts: 1 };
  const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  const attempts = 'attempts' in metadata ? metadata.attempts : undefined;
  return {
    name: error.name,
    status: typeof status === 'number' ? status : undefined,
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

const fullNames = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'EntityTooLarge']);
const networkCodes = /^(?:E[A-Z0-9]+|UND_ERR_.+|CERT_.+|ERR_TLS_.+)$/;

/** What an error of the S3 client means to the user of a store; every other error is returned as it is. */
export function s3Error(error: unknown): unknown {
  const failure = s3Failure(error);
  if (failure === undefined) return error;
  const { name, status } = failure;
  const options = { cause: error, fields: { s3Code: name, status: status ?? null } };
  if (fullNames.has(name) || status === 507) {
    return new ObjectStoreError('store-full', 'the store has no room left; nothing was stored under the key', options);
  }
  if (name === 'NoSuchBucket') return new ObjectStoreError('invalid-url', 'the bucket does not exist', options);
  if (status === 404) return new ObjectStoreError('not-found', 'no object under this key', options);
  if (status === 412) {
    return new ObjectStoreError('already-exists', 'there is an object under this key already', options);
  }
  if (status === 416)
    return new ObjectStoreError('invalid-range', 'the range starts past the end of the object', options);
  if (name === 'BadDigest' || name === 'XAmzContentSHA256Mismatch' || name === 'InvalidDigest') {
    return new ObjectStoreError('checksum-mismatch', 'the content arrived changed; nothing was stored', options);
  }
  if (name === 'CredentialsProviderError') {
    return new ObjectStoreError(
      'access-denied',
      'no credentials were found for the store: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
      options,
    );
  }
  if (status === 401 || status === 403) {
    return new ObjectStoreError(
      'access-denied',
      'the store refused these credentials, or this operation to them',
      options,
    );
  }
  return new ObjectStoreError('unreachable', 'the store did not answer as it should; try again', options);
}

/** The same for what fails while a body is read, where errors are those of the network. */
export function bodyError(error: unknown): unknown {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  const isNetwork =
    (typeof code === 'string' && networkCodes.test(code)) || (error instanceof Error && error.name === 'TimeoutError');
  if (!isNetwork) return s3Error(error);
  return new ObjectStoreError('unreachable', 'the store broke off in the middle; try again', { cause: error });
}
