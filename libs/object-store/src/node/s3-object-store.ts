import { Readable } from 'node:stream';

import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { createSha256 } from '@coffer/crypto/node';
import { equalBytes } from '@coffer/foundation';

import { checkedPieces, collect, noPieces, requireAnnounced, requireRange, resolveRange } from '../content';
import { ObjectStoreError } from '../errors';
import { isObjectKey, requireKeyPrefix, requireObjectKey } from '../object-key';
import type {
  ByteRange,
  ListOptions,
  ObjectContent,
  ObjectEntry,
  ObjectInfo,
  ObjectStore,
  ObjectStoreCapabilities,
  ObjectStream,
  PutOptions,
} from '../object-store';
import { fromBase64, toBase64 } from './base64';
import { readResuming } from './http/read-resuming';
import { probeConditionalCreate } from './s3-capabilities';
import { s3Error, s3Failure } from './s3-error';
import { rangeAnswer } from './s3-read';

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
  /** In place of the default chain. Never taken from a URL, never logged. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

/** What is at most held in memory to be sent again; larger streams are tried once. */
const heldBytes = 64 * 1024 * 1024;
const conflictTries = 4;

/** A store in a bucket of S3 or a compatible service. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  #conditionalCreate: Promise<boolean> | undefined;

  constructor(options: S3ObjectStoreOptions) {
    this.#client = new S3Client(clientConfig(options));
    this.#bucket = options.bucket;
    this.#prefix = options.prefix === undefined || options.prefix === '' ? '' : `${options.prefix}/`;
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    this.#conditionalCreate ??= probeConditionalCreate(this.#client, this.#bucket, this.#prefix);
    return { conditionalCreate: await this.#conditionalCreate };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    const target = { Bucket: this.#bucket, Key: this.#key(key) };
    requireAnnounced(content, options);
    const length = content instanceof Uint8Array ? content.length : (options.contentLength ?? 0);
    const pieces = checkedPieces(content, options, createSha256);
    const body = length <= heldBytes ? await collect(pieces) : Readable.from(pieces, { objectMode: false });
    const request = {
      ...target,
      Body: body,
      ContentLength: length,
      ...(options.sha256 === undefined ? {} : { ChecksumSHA256: toBase64(options.sha256) }),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#client.send(new PutObjectCommand({ ...request, IfNoneMatch: '*' }));
        return;
      } catch (error) {
        const failure = s3Failure(error);
        if (failure?.status === 409 && attempt < conflictTries && body instanceof Uint8Array) continue;
        if (failure?.status === 501) return await this.#putUnconditionally(key, request);
        // A first try may have been stored although its answer was lost: then the object there is this one.
        const mayBeOurs = failure?.status === 412 && failure.attempts > 1 && body instanceof Uint8Array;
        if (mayBeOurs && equalBytes(await this.get(key), body)) return;
        throw s3Error(error);
      }
    }
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    const target = { Bucket: this.#bucket, Key: this.#key(key) };
    requireRange(range);
    try {
      return await readResuming(async (offset, length, etag) => {
        const end = length === undefined ? '' : String(offset + length - 1);
        const isWhole = offset === 0 && length === undefined;
        const request = new GetObjectCommand({
          ...target,
          ...(isWhole ? {} : { Range: `bytes=${offset}-${end}` }),
          ...(etag === undefined ? {} : { IfMatch: etag }),
        });
        try {
          return rangeAnswer(await this.#client.send(request));
        } catch (error) {
          throw s3Error(error);
        }
      }, range);
    } catch (error) {
      // An empty object has no byte that a range could name.
      const isPastEnd = error instanceof ObjectStoreError && error.code === 'invalid-range';
      if (!isPastEnd || range?.offset !== 0) throw error;
      return { ...resolveRange(range, 0), sizeBytes: 0, content: noPieces() };
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const target = { Bucket: this.#bucket, Key: this.#key(key), ChecksumMode: 'ENABLED' as const };
    try {
      const answer = await this.#client.send(new HeadObjectCommand(target));
      const sha256 = answer.ChecksumSHA256 === undefined ? undefined : fromBase64(answer.ChecksumSHA256);
      return { sizeBytes: answer.ContentLength ?? 0, ...(sha256?.length === 32 ? { sha256 } : {}) };
    } catch (error) {
      if (s3Failure(error)?.status === 404) return undefined;
      throw s3Error(error);
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let after = options.after === undefined ? undefined : this.#prefix + options.after;
    while (left > 0) {
      const page = await this.#page(prefix, after, left);
      for (const { Key: raw, Size: sizeBytes } of page.entries) {
        if (raw === undefined) continue;
        after = raw;
        const key = raw.slice(this.#prefix.length);
        if (!isObjectKey(key)) continue;
        yield { key, sizeBytes: sizeBytes ?? 0 };
        if (--left <= 0) return;
      }
      if (!page.isTruncated) return;
    }
  }

  async delete(key: string): Promise<void> {
    const target = { Bucket: this.#bucket, Key: this.#key(key) };
    // S3 answers 204 also where there was nothing.
    if ((await this.head(key)) === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
    try {
      await this.#client.send(new DeleteObjectCommand(target));
    } catch (error) {
      throw s3Error(error);
    }
  }

  #key(key: string): string {
    return this.#prefix + requireObjectKey(key);
  }

  async #page(prefix: string, after: string | undefined, left: number): Promise<ListPage> {
    try {
      const answer = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: this.#prefix + prefix,
          MaxKeys: Math.min(left, 1000),
          ...(after === undefined ? {} : { StartAfter: after }),
        }),
      );
      const entries = answer.Contents ?? [];
      return { entries, isTruncated: answer.IsTruncated === true && entries.length > 0 };
    } catch (error) {
      throw s3Error(error);
    }
  }

  /** For stores that refuse If-None-Match: safe for one writer, which is what `capabilities` then says. */
  async #putUnconditionally(key: string, request: ConstructorParameters<typeof PutObjectCommand>[0]): Promise<void> {
    this.#conditionalCreate = Promise.resolve(false);
    if ((await this.head(key)) !== undefined) {
      throw new ObjectStoreError('already-exists', 'there is an object under this key already');
    }
    try {
      await this.#client.send(new PutObjectCommand(request));
    } catch (error) {
      throw s3Error(error);
    }
  }
}

interface ListPage {
  readonly entries: readonly { readonly Key?: string | undefined; readonly Size?: number | undefined }[];
  readonly isTruncated: boolean;
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
