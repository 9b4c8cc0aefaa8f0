import { createHash } from 'node:crypto';

import type { S3Upload } from './s3-bucket';
import { bodyText, xmlAnswer } from './s3-buckets';
import { S3Refusal } from './s3-fault';
import { newVersion, requireRoom } from './s3-objects';
import { isoTime, requireBucket, type S3Answer, type S3Request, type S3World } from './s3-request';
import { xmlTexts } from './s3-xml';

export function createUpload(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const upload: S3Upload = {
    key: request.key,
    uploadId: world.newId(),
    initiatedMs: world.nowMs(),
    parts: new Map(),
  };
  bucket.uploads.set(upload.uploadId, upload);
  return xmlAnswer('InitiateMultipartUploadResult', [
    ['Bucket', bucket.name],
    ['Key', request.key],
    ['UploadId', upload.uploadId],
  ]);
}

export function uploadPart(world: S3World, request: S3Request): S3Answer {
  const upload = requireUpload(world, request);
  requireRoom(world, request.body.length);
  const etag = `"${createHash('md5').update(request.body).digest('hex')}"`;
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new S3Refusal(400, 'InvalidArgument', 'a part has a number from 1 to 10000');
  }
  upload.parts.set(number, { bytes: request.body, etag, modifiedMs: world.nowMs() });
  return { status: 200, headers: { etag } };
}

/** CompleteMultipartUpload: the named parts, in order, become one version. If-None-Match is obeyed. */
export function completeUpload(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const upload = requireUpload(world, request);
  const current = bucket.current(request.key);
  if (request.header('if-none-match') === '*' && current !== undefined && !current.isDeleteMarker) {
    throw new S3Refusal(412, 'PreconditionFailed', 'there is an object under this key');
  }
  const parts = xmlTexts(bodyText(request), 'PartNumber').map((number) => {
    const part = upload.parts.get(Number(number));
    if (part === undefined) throw new S3Refusal(400, 'InvalidPart', 'a part is missing');
    return part;
  });
  const hashes = parts.map(({ bytes }) => createHash('md5').update(bytes).digest());
  const etag = `"${createHash('md5').update(Buffer.concat(hashes)).digest('hex')}-${parts.length}"`;
  const bytes = new Uint8Array(Buffer.concat(parts.map((part) => part.bytes)));
  const version = newVersion(world, bucket, request.key, bytes, { etag });
  bucket.add(version);
  bucket.uploads.delete(upload.uploadId);
  world.changed(bucket, request.key);
  return xmlAnswer('CompleteMultipartUploadResult', [
    ['Bucket', bucket.name],
    ['Key', request.key],
    ['ETag', etag],
  ]);
}

export function abortUpload(world: S3World, request: S3Request): S3Answer {
  const upload = requireUpload(world, request);
  requireBucket(world, request).uploads.delete(upload.uploadId);
  return { status: 204 };
}

export function listParts(world: S3World, request: S3Request): S3Answer {
  const upload = requireUpload(world, request);
  const parts = [...upload.parts].sort(([left], [right]) => left - right);
  return xmlAnswer('ListPartsResult', [
    ['Key', upload.key],
    ['UploadId', upload.uploadId],
    ['IsTruncated', false],
    ...parts.map(
      ([number, part]) =>
        [
          'Part',
          [
            ['PartNumber', number],
            ['ETag', part.etag],
            ['Size', part.bytes.length],
            ['LastModified', isoTime(part.modifiedMs)],
          ],
        ] as const,
    ),
  ]);
}

function requireUpload(world: S3World, request: S3Request): S3Upload {
  const upload = requireBucket(world, request).uploads.get(request.query.get('uploadId') ?? '');
  if (upload?.key !== request.key) throw new S3Refusal(404, 'NoSuchUpload', 'there is no such upload');
  return upload;
}
