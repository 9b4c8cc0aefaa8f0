import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';

import { ObjectStoreError } from '../../errors';
import type { S3Bucket } from './s3-bucket';
import { s3Error, s3Failure } from './s3-error';

/**
 * Deletes all that a bucket with versions keeps of a key, delete markers included, oldest first: cut off half-way, the object is still
 * there, and none of its past has come back.
 *
 * @param key - as the bucket has it
 * @throws ObjectStoreError `access-denied` where the bucket keeps a version: what was deleted of older ones stays deleted
 */
export async function deleteVersions({ client, name }: S3Bucket, key: string): Promise<void> {
  const target = { Bucket: name, Key: key };
  try {
    for (const VersionId of (await versionsOf({ client, name }, key)).reverse()) {
      await client.send(new DeleteObjectCommand({ ...target, VersionId }));
    }
  } catch (error) {
    throw s3Failure(error)?.status === 403 ? kept(error) : s3Error(error);
  }
}

/** Ids of all versions and markers of one key, newest first. */
async function versionsOf({ client, name }: Pick<S3Bucket, 'client' | 'name'>, key: string): Promise<string[]> {
  const found: { readonly id: string; readonly isLatest: boolean; readonly atMs: number }[] = [];
  let marker: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = {};
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: name, Prefix: key, ...marker }));
    const listed = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    for (const { Key, VersionId: id, IsLatest: isLatest = false, LastModified } of listed) {
      if (Key === key && id !== undefined) found.push({ id, isLatest, atMs: LastModified?.getTime() ?? 0 });
    }
    // Keys that this one is the start of come after it.
    const isLast = page.IsTruncated !== true || page.NextKeyMarker !== key || listed.length === 0;
    if (isLast) break;
    marker = {
      KeyMarker: key,
      ...(page.NextVersionIdMarker === undefined ? {} : { VersionIdMarker: page.NextVersionIdMarker }),
    };
  }
  // Versions and markers come in two lists, each by age; of one instant, the current one is the newest.
  const byAge = found.sort((left, right) => Number(right.isLatest) - Number(left.isLatest) || right.atMs - left.atMs);
  return byAge.map(({ id }) => id);
}

function kept(cause: unknown): ObjectStoreError {
  return new ObjectStoreError(
    'access-denied',
    'the bucket keeps versions, and its lock or policy does not let these credentials delete them; the object is still there',
    { cause, fields: { s3Code: s3Failure(cause)?.name ?? null, status: 403 } },
  );
}
