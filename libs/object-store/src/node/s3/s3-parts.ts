import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

import { ObjectStoreError } from '../../errors';
import { cutParts, isSamePart, unquoted, wholeEtag } from './part-bytes';
import type { S3Bucket } from './s3-bucket';
import { s3Error, s3Failure } from './s3-error';
import {
  abortStale,
  abortUpload,
  unfinishedUploads,
  uploadedParts,
  type UnfinishedUpload,
  type UploadedPart,
} from './s3-uploads';

/** What goes up in parts. */
export interface PartedContent {
  readonly lengthBytes: number;
  /** Whether `pieces` may be called more than once. */
  readonly isRepeatable: boolean;
  /** The content; it throws where it is not what was announced. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Whether the object in the store has these bytes; undefined where they are gone by then. */
  readonly isStored: (() => Promise<boolean>) | undefined;
}

/** How parts go up. */
export interface PartsOptions {
  readonly partBytes: number;
  /** Whether the server obeys `If-None-Match` where parts become an object. */
  readonly isExclusive: boolean;
  /** Whether uploads that nobody goes on with are looked for. */
  readonly sweeps: boolean;
}

interface Upload extends Pick<UnfinishedUpload, 'key' | 'uploadId'> {
  /** Parts that an earlier try left. */
  readonly parts: ReadonlyMap<number, UploadedPart>;
}

interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string;
}

/** What S3 takes at most. */
const mostParts = 10_000;
const restarts = 3;
const completions = 4;
/** Uploads that this process is at: no other call goes on with them. */
const underWay = new Set<string>();

/**
 * Creates an object out of parts, each of which is sent again alone where it failed. An upload of the same bytes that broke, also in
 * an earlier process, is gone on with: its parts count by size and MD5 (where a bucket's ETags are others, they are sent again). After
 * a failure that may pass the parts stay for the next try; after any other the upload is aborted. Once the object is there, so are
 * all others of its key.
 *
 * @param key - as the bucket has it
 * @throws ObjectStoreError as `put`
 */
export async function putInParts(
  bucket: S3Bucket,
  key: string,
  content: PartedContent,
  options: PartsOptions,
): Promise<void> {
  // Credentials that may write alone are answered 403 here; then the end tells.
  const look = headOf(bucket, key).catch((error: unknown) => (options.isExclusive ? undefined : raise(error)));
  if ((await look) !== undefined) throw alreadyExists();
  for (let attempt = 1; ; attempt++) {
    if (await new PartsUpload(bucket, key, content, options).run()) return;
    // Aborted or completed by another one: then its object is there.
    if ((await headOf(bucket, key)) !== undefined) throw alreadyExists();
    if (!content.isRepeatable || attempt >= restarts) throw brokeOff();
  }
}

class PartsUpload {
  readonly #bucket: S3Bucket;
  readonly #target: { readonly Bucket: string; readonly Key: string };
  readonly #content: PartedContent;
  readonly #options: PartsOptions;
  readonly #sent: SentPart[] = [];
  #upload: Upload | undefined;
  #others: readonly UnfinishedUpload[] = [];

  constructor(bucket: S3Bucket, key: string, content: PartedContent, options: PartsOptions) {
    this.#bucket = bucket;
    this.#target = { Bucket: bucket.name, Key: key };
    this.#content = content;
    this.#options = options;
  }

  /** @returns false where the upload was taken away meanwhile */
  async run(): Promise<boolean> {
    try {
      for await (const part of cutParts(this.#content.pieces(), this.#partBytes())) await this.#send(part);
      const isStored = this.#upload !== undefined && (await this.#complete(this.#upload));
      if (isStored) await this.#abortOthers();
      return isStored;
    } catch (error) {
      if (isGone(error)) return false;
      const mayGoOn = error instanceof ObjectStoreError && error.isRetryable;
      if (this.#upload !== undefined && !mayGoOn) await abortUpload(this.#bucket, this.#upload);
      throw error;
    } finally {
      if (this.#upload !== undefined) underWay.delete(this.#upload.uploadId);
    }
  }

  /** Large enough that S3 takes so many. */
  #partBytes(): number {
    return Math.max(this.#options.partBytes, Math.ceil(this.#content.lengthBytes / mostParts));
  }

  async #send(part: Uint8Array): Promise<void> {
    const upload = (this.#upload ??= await this.#open(part));
    const PartNumber = this.#sent.length + 1;
    const left = upload.parts.get(PartNumber);
    if (left !== undefined && isSamePart(left, part)) {
      this.#sent.push({ PartNumber, ETag: left.etag });
      return;
    }
    const request = { ...this.#target, UploadId: upload.uploadId, PartNumber, Body: part, ContentLength: part.length };
    const { ETag } = await this.#bucket.client.send(new UploadPartCommand(request)).catch(raise);
    if (ETag === undefined) throw brokeOff();
    this.#sent.push({ PartNumber, ETag });
  }

  /** The upload that an earlier try left, or a new one. */
  async #open(first: Uint8Array): Promise<Upload> {
    this.#others = await this.#leftBehind();
    for (const other of this.#others) {
      const parts = await uploadedParts(this.#bucket, other);
      const left = parts.get(1);
      if (left === undefined || !isSamePart(left, first) || underWay.has(other.uploadId)) continue;
      underWay.add(other.uploadId);
      return { ...other, parts };
    }
    const { UploadId: uploadId } = await this.#bucket.client
      .send(new CreateMultipartUploadCommand(this.#target))
      .catch(raise);
    if (uploadId === undefined) throw brokeOff();
    underWay.add(uploadId);
    const upload = { key: this.#target.Key, uploadId, parts: new Map<number, UploadedPart>() };
    if (this.#options.sweeps) await abortStale(this.#bucket, upload);
    return upload;
  }

  async #leftBehind(): Promise<readonly UnfinishedUpload[]> {
    const left: UnfinishedUpload[] = [];
    for await (const upload of unfinishedUploads(this.#bucket, this.#target.Key)) {
      if (upload.key === this.#target.Key && !underWay.has(upload.uploadId)) left.push(upload);
    }
    return left;
  }

  /** @returns false where the upload was taken away meanwhile */
  async #complete({ uploadId }: Upload): Promise<boolean> {
    const command = new CompleteMultipartUploadCommand({
      ...this.#target,
      UploadId: uploadId,
      MultipartUpload: { Parts: [...this.#sent] },
      ...(this.#options.isExclusive ? { IfNoneMatch: '*' } : {}),
    });
    for (let attempt = 1; attempt <= completions; attempt++) {
      try {
        // An error may stand in an answer of 200: the client finds S3's own, and no object has come to be without an ETag.
        if ((await this.#bucket.client.send(command)).ETag !== undefined) return true;
      } catch (error) {
        const failure = s3Failure(error);
        const isRefused = failure?.status === 412 || failure?.name === 'NoSuchUpload';
        if (!isRefused) throw s3Error(error);
        // A try before may have made the object although its answer was lost.
        if (attempt === 1 && failure.attempts === 1) throw s3Error(error);
        if (await this.#isOurs()) return true;
        throw s3Error(error);
      }
      if (await this.#isOurs()) return true;
    }
    throw brokeOff();
  }

  /** Whether the object under the key is the one that these parts make. @throws ObjectStoreError `unreachable` where nobody can tell */
  async #isOurs(): Promise<boolean> {
    const there = await headOf(this.#bucket, this.#target.Key);
    if (there === undefined || there.sizeBytes !== this.#content.lengthBytes) return false;
    if (unquoted(there.etag ?? '') === wholeEtag(this.#sent.map(({ ETag }) => ETag))) return true;
    if (this.#content.isStored === undefined) throw brokeOff();
    return this.#content.isStored();
  }

  /** What else is under way for this key can end in nothing any more. */
  async #abortOthers(): Promise<void> {
    for (const other of this.#others) {
      const isOwn = other.uploadId === this.#upload?.uploadId || underWay.has(other.uploadId);
      if (!isOwn) await abortUpload(this.#bucket, other);
    }
  }
}

async function headOf(
  { client, name }: S3Bucket,
  key: string,
): Promise<{ readonly sizeBytes: number; readonly etag: string | undefined } | undefined> {
  try {
    const answer = await client.send(new HeadObjectCommand({ Bucket: name, Key: key }));
    return { sizeBytes: answer.ContentLength ?? 0, etag: answer.ETag };
  } catch (error) {
    if (s3Failure(error)?.status === 404) return undefined;
    throw s3Error(error);
  }
}

function raise(error: unknown): never {
  throw s3Error(error);
}

/** Whether the upload is no more, or a part of it is another's by now, or the server wants all anew (409). */
function isGone(error: unknown): boolean {
  if (!(error instanceof ObjectStoreError)) return false;
  const { s3Code, status } = error.fields;
  return s3Code === 'NoSuchUpload' || s3Code === 'InvalidPart' || status === 409;
}

function alreadyExists(): ObjectStoreError {
  return new ObjectStoreError('already-exists', 'there is an object under this key already');
}

function brokeOff(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'the upload broke off in the middle; try again');
}
