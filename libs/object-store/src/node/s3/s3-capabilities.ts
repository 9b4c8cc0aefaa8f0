import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

import type { S3Bucket } from './s3-bucket';
import { s3Error, s3Failure } from './s3-error';
import { deleteVersions } from './s3-versions';

// No key can start with a dot, so no listing shows them.
const probeName = '.capability-probe';
const partsProbeName = '.capability-probe-parts';
const emptyBody = { Body: new Uint8Array(0), ContentLength: 0 };

/**
 * Tries whether `If-None-Match: *` is obeyed: some stores refuse it (501), and some take it and overwrite. Writes one empty
 * object and removes it; where it may not be removed it is there the next time, and refused at once.
 *
 * @returns false also where the store refuses to be tried
 * @throws ObjectStoreError where it did not come to an answer
 */
export async function probeConditionalCreate(bucket: S3Bucket): Promise<boolean> {
  const target = { Bucket: bucket.name, Key: bucket.prefix + probeName };
  const create = new PutObjectCommand({ ...target, ...emptyBody, IfNoneMatch: '*' });
  try {
    await bucket.client.send(create);
    await bucket.client.send(create);
    return false;
  } catch (error) {
    if (s3Failure(error)?.status === 412) return true;
    if (!isRefusal(error)) throw s3Error(error);
    return false;
  } finally {
    await remove(bucket, target.Key);
  }
}

/**
 * The same for the end of an upload in parts: servers that obey it for one request may not do so there.
 *
 * @returns undefined where the server takes no parts, or not from these credentials
 * @throws ObjectStoreError where it did not come to an answer
 */
export async function probeConditionalComplete(bucket: S3Bucket): Promise<boolean | undefined> {
  const { client, name, prefix } = bucket;
  const target = { Bucket: name, Key: prefix + partsProbeName };
  let UploadId: string | undefined;
  let takesParts = false;
  try {
    await client.send(new PutObjectCommand({ ...target, ...emptyBody }));
    ({ UploadId } = await client.send(new CreateMultipartUploadCommand(target)));
    const part = { ...target, UploadId, PartNumber: 1, Body: new Uint8Array(1), ContentLength: 1 };
    const { ETag } = await client.send(new UploadPartCommand(part));
    takesParts = true;
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload, IfNoneMatch: '*' }));
    UploadId = undefined;
    return false;
  } catch (error) {
    if (s3Failure(error)?.status === 412) return true;
    if (!isRefusal(error)) throw s3Error(error);
    return takesParts ? false : undefined;
  } finally {
    if (UploadId !== undefined) {
      await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    }
    await remove(bucket, target.Key);
  }
}

/** Whether a store refused what was asked: neither was it away, nor is there no such bucket. */
function isRefusal(error: unknown): boolean {
  const { name, status = 0 } = s3Failure(error) ?? { name: '' };
  return (status >= 400 && status < 500 && status !== 429 && name !== 'NoSuchBucket') || status === 501;
}

/** Leaves no marker either where the bucket has versions; what may not be removed stays. */
async function remove(bucket: S3Bucket, key: string): Promise<void> {
  try {
    const { DeleteMarker } = await bucket.client.send(new DeleteObjectCommand({ Bucket: bucket.name, Key: key }));
    if (DeleteMarker === true) await deleteVersions(bucket, key);
  } catch {
    // Litter of one empty object.
  }
}
