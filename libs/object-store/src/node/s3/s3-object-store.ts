import { Readable } from 'node:stream';

import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type DeleteObjectCommandOutput,
  type HeadObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { createSha256 } from '@coffer/crypto/node';
import { equalBytes } from '@coffer/foundation';

import { checkedPieces, collect, requireAnnounced, requireRange } from '../../content';
import { ObjectStoreError } from '../../errors';
import { isObjectKey, requireKeyPrefix, requireObjectKey } from '../../object-key';
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
} from '../../object-store';
import { fromBase64, toBase64 } from '../base64';
import { readResuming } from '../http/read-resuming';
import { openBucket, type S3Bucket, type S3ObjectStoreOptions } from './s3-bucket';
import { probeConditionalComplete, probeConditionalCreate } from './s3-capabilities';
import { s3Error, s3Failure } from './s3-error';
import { putInParts, type PartsOptions } from './s3-parts';
import { askForRange } from './s3-read';
import { deleteVersions } from './s3-versions';

/** Up to here what goes in one request is held in memory to be sent again; a larger stream is tried once. */
const heldBytes = 64 * 1024 * 1024;
const defaultPartBytes = 8 * 1024 * 1024;
const conflictTries = 4;

/** A store in a bucket of S3 or a compatible service. */
export class S3ObjectStore implements ObjectStore {
  readonly #client: S3Client;
  readonly #bucket: S3Bucket;
  readonly #partBytes: number;
  #conditionalCreate: Promise<boolean> | undefined;
  #conditionalComplete: Promise<boolean | undefined> | undefined;
  #hasSwept = false;

  constructor(options: S3ObjectStoreOptions) {
    this.#bucket = openBucket(options);
    this.#client = this.#bucket.client;
    this.#partBytes = options.partBytes ?? defaultPartBytes;
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    this.#conditionalCreate ??= probeConditionalCreate(this.#bucket).catch((error: unknown) => {
      this.#conditionalCreate = undefined;
      throw error;
    });
    return { conditionalCreate: await this.#conditionalCreate };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    const target = this.#target(key);
    requireAnnounced(content, options);
    const length = content instanceof Uint8Array ? content.length : (options.contentLength ?? 0);
    const partsOptions = length > this.#partBytes ? await this.#partsOptions() : undefined;
    if (partsOptions === undefined) return this.#putWhole(key, length, content, options);
    const parted = {
      lengthBytes: length,
      isRepeatable: content instanceof Uint8Array,
      pieces: () => checkedPieces(content, options, createSha256),
      isStored: content instanceof Uint8Array ? async () => equalBytes(await this.get(key), content) : undefined,
    };
    await putInParts(this.#bucket, target.Key, parted, partsOptions);
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    const target = this.#target(key);
    requireRange(range);
    return readResuming(askForRange(this.#client, target), range);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.#head(key);
    if (answer === undefined) return undefined;
    // Of what came in parts it would be a hash of hashes.
    const isWhole = answer.ChecksumType !== 'COMPOSITE' && answer.ChecksumSHA256?.includes('-') === false;
    const sha256 = isWhole ? fromBase64(answer.ChecksumSHA256 ?? '') : undefined;
    return { sizeBytes: answer.ContentLength ?? 0, ...(sha256?.length === 32 ? { sha256 } : {}) };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let after = options.after === undefined ? undefined : this.#bucket.prefix + options.after;
    while (left > 0) {
      const page = await this.#page(prefix, after, left);
      for (const { Key: raw, Size: sizeBytes } of page.entries) {
        if (raw === undefined) continue;
        after = raw;
        const key = raw.slice(this.#bucket.prefix.length);
        if (!isObjectKey(key)) continue;
        yield { key, sizeBytes: sizeBytes ?? 0 };
        if (--left <= 0) return;
      }
      if (!page.isTruncated) return;
    }
  }

  async delete(key: string): Promise<void> {
    const target = this.#target(key);
    // S3 answers 204 also where there was nothing.
    const there = await this.#head(key);
    if (there === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
    if (there.VersionId !== undefined) return deleteVersions(this.#bucket, target.Key);
    let answer: DeleteObjectCommandOutput;
    try {
      answer = await this.#client.send(new DeleteObjectCommand(target));
    } catch (error) {
      throw s3Error(error);
    }
    // Versions of which the answer before told nothing: the object is hidden only.
    if (answer.DeleteMarker === true) await deleteVersions(this.#bucket, target.Key);
  }

  #target(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket.name, Key: this.#bucket.prefix + requireObjectKey(key) };
  }

  async #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    try {
      return await this.#client.send(new HeadObjectCommand({ ...this.#target(key), ChecksumMode: 'ENABLED' }));
    } catch (error) {
      if (s3Failure(error)?.status === 404) return undefined;
      throw s3Error(error);
    }
  }

  async #page(prefix: string, after: string | undefined, left: number): Promise<ListPage> {
    try {
      const answer = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket.name,
          Prefix: this.#bucket.prefix + prefix,
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

  /** How a large object goes up in parts; undefined where one request is better: it is exclusive, and the end of parts would not be. */
  async #partsOptions(): Promise<PartsOptions | undefined> {
    this.#conditionalComplete ??= probeConditionalComplete(this.#bucket).catch((error: unknown) => {
      this.#conditionalComplete = undefined;
      throw error;
    });
    const isExclusive = await this.#conditionalComplete;
    if (isExclusive === undefined) return undefined;
    if (!isExclusive && (await this.capabilities()).conditionalCreate) return undefined;
    const sweeps = !this.#hasSwept;
    this.#hasSwept = true;
    return { partBytes: this.#partBytes, isExclusive, sweeps };
  }

  async #putWhole(key: string, length: number, content: ObjectContent, options: PutOptions): Promise<void> {
    // A store may take the condition and overwrite all the same: unless it was seen to obey, it is looked first.
    if ((await this.#conditionalCreate) !== true) await this.#requireAbsent(key);
    const pieces = checkedPieces(content, options, createSha256);
    const body = length <= heldBytes ? await collect(pieces) : Readable.from(pieces, { objectMode: false });
    const request = {
      ...this.#target(key),
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

  /** For stores that refuse If-None-Match: safe for one writer, which is what `capabilities` then says. */
  async #putUnconditionally(key: string, request: ConstructorParameters<typeof PutObjectCommand>[0]): Promise<void> {
    this.#conditionalCreate = Promise.resolve(false);
    await this.#requireAbsent(key);
    try {
      await this.#client.send(new PutObjectCommand(request));
    } catch (error) {
      throw s3Error(error);
    }
  }

  /** Credentials that may write alone see nothing here. @throws ObjectStoreError `already-exists` */
  async #requireAbsent(key: string): Promise<void> {
    try {
      if ((await this.#head(key)) === undefined) return;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'access-denied') return;
      throw error;
    }
    throw new ObjectStoreError('already-exists', 'there is an object under this key already');
  }
}

interface ListPage {
  readonly entries: readonly { readonly Key?: string | undefined; readonly Size?: number | undefined }[];
  readonly isTruncated: boolean;
}
