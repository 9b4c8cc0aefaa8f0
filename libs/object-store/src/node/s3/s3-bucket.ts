import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';

/** Where a bucket is, and how it is reached. Credentials come from the default chain of the S3 client: environment, profile, role. */
export interface S3ObjectStoreOptions {
  readonly bucket: string;
  /** Start of all keys in the bucket, without slashes at its ends; empty or absent: the whole bucket. */
  readonly prefix?: string;
  /** `https://host[:port]` of an S3 compatible store; absent: Amazon's own. */
  readonly endpoint?: string;
  /** Absent: from the environment or the profile; with an endpoint `us-east-1`. */
  readonly region?: string;
  /** Name of a profile in the client's own credentials and configuration files, in place of the default one. */
  readonly profile?: string;
  /** Tries of one request, the first included, with growing, jittered waits that honour Retry-After. */
  readonly maxAttempts?: number;
  /** Size of a part in bytes, at least 5 MiB as S3 wants it; 8 MiB unless told. What is larger than one part goes up in parts. */
  readonly partBytes?: number;
  /** In place of the default chain. Never taken from a URL, never logged. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** A part of a bucket, and the client that asks for it. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly name: string;
  /** Start of all keys, ending in a slash; empty: the whole bucket. */
  readonly prefix: string;
}

/** Opens a bucket. Nothing is asked of it yet. */
export function openBucket(options: S3ObjectStoreOptions): S3Bucket {
  return {
    client: new S3Client(clientConfig(options)),
    name: options.bucket,
    prefix: options.prefix === undefined || options.prefix === '' ? '' : `${options.prefix}/`,
  };
}

function clientConfig(options: S3ObjectStoreOptions): S3ClientConfig {
  const region = options.region ?? (options.endpoint === undefined ? undefined : 'us-east-1');
  return {
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: options.maxAttempts ?? 6,
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 60_000 },
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint, forcePathStyle: true }),
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}
