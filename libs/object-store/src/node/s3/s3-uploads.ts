import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, ListPartsCommand } from '@aws-sdk/client-s3';

import { isObjectKey } from '../../object-key';
import type { S3Bucket } from './s3-bucket';
import { s3Failure } from './s3-error';

/** An upload in parts that was neither completed nor aborted. */
export interface UnfinishedUpload {
  /** As the bucket has it, prefix included. */
  readonly key: string;
  readonly uploadId: string;
  /** By the server's clock. */
  readonly initiatedMs: number | undefined;
  /** Whose credentials began it, where the server tells. */
  readonly initiator: string | undefined;
}

/** A part that a server has. */
export interface UploadedPart {
  readonly sizeBytes: number;
  /** With its quotes. */
  readonly etag: string;
}

/** An upload that was begun so long before another one is gone on with by nobody. */
const staleMs = 7 * 24 * 60 * 60 * 1000;

/** Unfinished uploads of keys that start with `keyPrefix`. None where the server does not list them, or not to these credentials. */
export async function* unfinishedUploads(
  { client, name }: S3Bucket,
  keyPrefix: string,
): AsyncGenerator<UnfinishedUpload, void> {
  let marker: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } = {};
  for (;;) {
    const page = await client
      .send(new ListMultipartUploadsCommand({ Bucket: name, Prefix: keyPrefix, ...marker }))
      .catch(orUndefinedWhereRefused);
    const uploads = page?.Uploads ?? [];
    for (const { Key: key, UploadId: uploadId, Initiated, Initiator } of uploads) {
      if (key === undefined || uploadId === undefined) continue;
      yield { key, uploadId, initiatedMs: Initiated?.getTime(), initiator: Initiator?.ID };
    }
    const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page ?? {};
    if (IsTruncated !== true || NextKeyMarker === undefined || uploads.length === 0) return;
    marker = {
      KeyMarker: NextKeyMarker,
      ...(NextUploadIdMarker === undefined ? {} : { UploadIdMarker: NextUploadIdMarker }),
    };
  }
}

/** The parts of an upload by their numbers. None where the upload is gone, or is not shown to these credentials. */
export async function uploadedParts(
  { client, name }: S3Bucket,
  { key, uploadId }: Pick<UnfinishedUpload, 'key' | 'uploadId'>,
): Promise<ReadonlyMap<number, UploadedPart>> {
  const parts = new Map<number, UploadedPart>();
  let after: string | undefined;
  do {
    const request = { Bucket: name, Key: key, UploadId: uploadId };
    const page = await client
      .send(new ListPartsCommand({ ...request, ...(after === undefined ? {} : { PartNumberMarker: after }) }))
      .catch(orUndefinedWhereRefused);
    const listed = page?.Parts ?? [];
    for (const { PartNumber: number, Size: sizeBytes, ETag: etag } of listed) {
      if (number !== undefined && sizeBytes !== undefined && etag !== undefined) parts.set(number, { sizeBytes, etag });
    }
    after = page?.IsTruncated === true && listed.length > 0 ? page.NextPartNumberMarker : undefined;
  } while (after !== undefined);
  return parts;
}

/** Gives up an upload, so that its parts cost nothing any more; one that does not go is left to `abortStale`, and to the bucket's rules. */
export async function abortUpload(
  { client, name }: S3Bucket,
  { key, uploadId }: Pick<UnfinishedUpload, 'key' | 'uploadId'>,
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId });
  await client.send(command).catch(() => undefined);
}

/**
 * Aborts what the same credentials began below the same prefix a week or more before `own`: by the server's clock, which is the only one
 * that is asked. Without a prefix the bucket may be others' as well, and nothing is touched.
 */
export async function abortStale(bucket: S3Bucket, own: Pick<UnfinishedUpload, 'key' | 'uploadId'>): Promise<void> {
  if (bucket.prefix === '') return;
  let mine: UnfinishedUpload | undefined;
  for await (const upload of unfinishedUploads(bucket, own.key)) if (upload.uploadId === own.uploadId) mine = upload;
  if (mine?.initiatedMs === undefined) return;
  for await (const upload of unfinishedUploads(bucket, bucket.prefix)) {
    const isOurs = upload.initiator === mine.initiator && isObjectKey(upload.key.slice(bucket.prefix.length));
    const ageMs = upload.initiatedMs === undefined ? 0 : mine.initiatedMs - upload.initiatedMs;
    if (isOurs && ageMs >= staleMs) await abortUpload(bucket, upload);
  }
}

/** What the server refuses, or does not know, is done without; whether it can be reached at all the requests of the upload itself tell. */
function orUndefinedWhereRefused(error: unknown): undefined {
  if (s3Failure(error) === undefined) throw error;
}
