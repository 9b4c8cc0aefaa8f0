import { ConnectorError } from '@coffer/purge';

/** What of a failed request matters here. */
export interface S3Trouble {
  /** Error code of the answer, e.g. `NoSuchKey`; name of the error where there was no answer. */
  readonly name: string;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
}

/** Reads an error of the S3 client. */
export function s3Trouble(error: unknown): S3Trouble {
  const name = error instanceof Error ? error.name : '';
  const metadata = property(error, '$metadata');
  const status = property(metadata, 'httpStatusCode');
  const headers = property(property(error, '$response'), 'headers');
  const seconds = Number(property(headers, 'retry-after'));
  return {
    name,
    status: typeof status === 'number' ? status : undefined,
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  };
}

/** Whether the same request may do better a little later. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ConnectorError) return false;
  const { name, status } = s3Trouble(error);
  if (status === undefined) return name !== 'CredentialsProviderError';
  return status === 429 || status === 408 || status >= 500 || status === 409;
}

const credentialCodes = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidAccessKeyId',
  'InvalidToken',
  'SignatureDoesNotMatch',
  'TokenRefreshRequired',
]);

/** What a failed request means to the purge; a ConnectorError is returned as it is. Carries no header and no URL. */
export function s3Error(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { name, status, retryAfterMs } = s3Trouble(error);
  const options = {
    cause: error,
    fields: { s3Code: name, status: status ?? null },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  if (credentialCodes.has(name) || status === 401) {
    return new ConnectorError('needs-auth', 'the provider refuses the credentials', options);
  }
  if (status === 403) return new ConnectorError('access-denied', 'the provider refuses the operation', options);
  if (status === 404 && name === 'NoSuchBucket') {
    return new ConnectorError('location-refused', 'the bucket of the source does not exist', options);
  }
  if (status === 404) return new ConnectorError('absent', 'the object is not there', options);
  if (status === 412) return new ConnectorError('changed', 'another version is there', options);
  if (status !== undefined && status >= 300 && status < 400) {
    return new ConnectorError(
      'endpoint-refused',
      'the provider redirects to another host; that is not followed',
      options,
    );
  }
  if (status === 429) return new ConnectorError('throttled', 'the provider asks to slow down', options);
  return new ConnectorError('unreachable', 'the provider did not answer as it should', options);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}
