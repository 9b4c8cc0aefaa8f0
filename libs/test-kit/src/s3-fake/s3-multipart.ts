import { createHash } from 'node:crypto';

import type { S3Upload, UploadPart } from './s3-bucket';
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
    initiator: /Credential=([^/]+)\//.exec(request.header('authorization') ?? '')?.[1] ?? '',
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

/** CompleteMultipartUpload: the named parts, in order, become one version. If-None-Match is obeyed unless told otherwise. */
export function completeUpload(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const upload = requireUpload(world, request);
  const current = bucket.current(request.key);
  const isThere = current !== undefined && !current.isDeleteMarker;
  if (request.header('if-none-match') === '*' && isThere && world.overwrites === 'nowhere') {
    throw new S3Refusal(412, 'PreconditionFailed', 'there is an object under this key');
  }
  const parts = namedParts(upload, bodyText(request), world.smallestPartBytes);
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

/** What the client names, by number and ETag, in rising order; only the last part may be small. */
function namedParts(upload: S3Upload, document: string, smallestPart: number): readonly UploadPart[] {
  const named = xmlTexts(document, 'Part').map((part) => ({
    number: Number(xmlTexts(part, 'PartNumber')[0]),
    etag: (xmlTexts(part, 'ETag')[0] ?? '').replaceAll('"', ''),
  }));
  if (named.length === 0) throw new S3Refusal(400, 'MalformedXML', 'no part is named');
  if (named.some(({ number }, index) => index > 0 && number <= named[index - 1]!.number)) {
    throw new S3Refusal(400, 'InvalidPartOrder', 'the parts are not in rising order');
  }
  return named.map(({ number, etag }, index) => {
    const part = upload.parts.get(number);
    if (part?.etag.replaceAll('"', '') !== etag) {
      throw new S3Refusal(400, 'InvalidPart', 'a part is missing, or is another one by now');
    }
    if (index < named.length - 1 && part.bytes.length < smallestPart) {
      throw new S3Refusal(400, 'EntityTooSmall', 'a part that is not the last is too small');
    }
    return part;
  });
}

export function abortUpload(world: S3World, request: S3Request): S3Answer {
  const upload = requireUpload(world, request);
  requireBucket(world, request).uploads.delete(upload.uploadId);
  return { status: 204 };
}

/** ListParts, by number: max-parts, part-number-marker. */
export function listParts(world: S3World, request: S3Request): S3Answer {
  const upload = requireUpload(world, request);
  const after = Number(request.query.get('part-number-marker') ?? '0');
  const limit = Math.min(1000, Number(request.query.get('max-parts') ?? '1000'));
  const rest = [...upload.parts].filter(([number]) => number > after).sort(([left], [right]) => left - right);
  const parts = rest.slice(0, limit);
  return xmlAnswer('ListPartsResult', [
    ['Key', upload.key],
    ['UploadId', upload.uploadId],
    ['NextPartNumberMarker', parts.at(-1)?.[0] ?? after],
    ['IsTruncated', rest.length > parts.length],
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
