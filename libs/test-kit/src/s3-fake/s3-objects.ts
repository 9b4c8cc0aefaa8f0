import { createHash } from 'node:crypto';

import type { S3Bucket, S3Lock, S3Version } from './s3-bucket';
import { S3Refusal } from './s3-fault';
import { requireBucket, type S3Answer, type S3Request, type S3World } from './s3-request';

/** PutObject: If-None-Match, Content-MD5, x-amz-checksum-sha256 and the object-lock headers are obeyed. */
export function putObject(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  checkConditions(world, bucket, request);
  checkDigests(request);
  requireRoom(world, request.body.length);
  const version = newVersion(world, bucket, request.key, request.body, {
    checksumSha256: request.header('x-amz-checksum-sha256'),
    contentType: request.header('content-type') ?? 'application/octet-stream',
    lock: lockFromHeaders(request),
    hasLegalHold: request.header('x-amz-object-lock-legal-hold') === 'ON',
  });
  bucket.add(version);
  world.changed(bucket, request.key);
  return { status: 200, headers: { etag: version.etag, ...versionHeader(bucket, version) } };
}

/** Facts of a new version that are not the same for all. */
export interface VersionFacts {
  readonly etag?: string;
  readonly checksumSha256?: string | undefined;
  readonly contentType?: string;
  readonly lock?: S3Lock | undefined;
  readonly hasLegalHold?: boolean;
}

/** Makes a version of these bytes, with the id that the bucket's versioning asks for. */
export function newVersion(
  world: S3World,
  bucket: S3Bucket,
  key: string,
  bytes: Uint8Array,
  facts: VersionFacts,
): S3Version {
  return {
    key,
    versionId: bucket.versioning === 'Enabled' ? world.newId() : 'null',
    isDeleteMarker: false,
    bytes,
    etag: facts.etag ?? `"${createHash('md5').update(bytes).digest('hex')}"`,
    modifiedMs: world.nowMs(),
    checksumSha256: facts.checksumSha256,
    contentType: facts.contentType ?? 'application/octet-stream',
    metadata: {},
    lock: facts.lock,
    hasLegalHold: facts.hasLegalHold ?? false,
  };
}

/** GetObject and HeadObject: a version or the current one; ranges; If-Match. */
export function getObject(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const version = requireVersion(bucket, request);
  const ifMatch = request.header('if-match');
  if (ifMatch !== undefined && ifMatch !== version.etag) throw preconditionFailed();
  const size = version.bytes.length;
  const range = parseRange(request.header('range'), size);
  const part = range === undefined ? version.bytes : version.bytes.subarray(range.start, range.end + 1);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      etag: version.etag,
      'content-type': version.contentType,
      'content-length': String(part.length),
      'last-modified': new Date(version.modifiedMs).toUTCString(),
      'accept-ranges': 'bytes',
      ...versionHeader(bucket, version),
      ...lockHeaders(version),
      ...(range === undefined ? {} : { 'content-range': `bytes ${range.start}-${range.end}/${size}` }),
      ...(version.checksumSha256 === undefined ||
      request.header('x-amz-checksum-mode') !== 'ENABLED' ||
      range !== undefined
        ? {}
        : { 'x-amz-checksum-sha256': version.checksumSha256, 'x-amz-checksum-type': 'FULL_OBJECT' }),
    },
    ...(request.method === 'HEAD' ? {} : { body: part }),
  };
}

/** DeleteObject: without a version id a marker is laid on top where the bucket keeps versions. */
export function deleteObject(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const versionId = request.query.get('versionId');
  const ifMatch = request.header('if-match');
  const target = versionId === null ? bucket.current(request.key) : bucket.find(request.key, versionId);
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== target?.etag) throw preconditionFailed();
  if (versionId === null && bucket.versioning !== undefined) return layMarker(world, bucket, request.key);
  if (target !== undefined) {
    requireUnlocked(target, world.nowMs(), request.header('x-amz-bypass-governance-retention') === 'true');
    bucket.remove(target, world.nowMs());
    world.changed(bucket, request.key);
  }
  const wasMarker = target?.isDeleteMarker === true ? { 'x-amz-delete-marker': 'true' } : {};
  return { status: 204, headers: { ...(versionId === null ? {} : { 'x-amz-version-id': versionId }), ...wasMarker } };
}

function layMarker(world: S3World, bucket: S3Bucket, key: string): S3Answer {
  const marker: S3Version = {
    ...newVersion(world, bucket, key, new Uint8Array(0), { etag: '' }),
    isDeleteMarker: true,
  };
  bucket.add(marker);
  world.changed(bucket, key);
  return { status: 204, headers: { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, marker) } };
}

/** @throws S3Refusal 404 `NoSuchKey`, `NoSuchVersion`, 405 for a marker that is named */
export function requireVersion(bucket: S3Bucket, request: S3Request): S3Version {
  const versionId = request.query.get('versionId');
  const version = versionId === null ? bucket.current(request.key) : bucket.find(request.key, versionId);
  if (version === undefined) {
    throw new S3Refusal(404, versionId === null ? 'NoSuchKey' : 'NoSuchVersion', 'there is no such object');
  }
  if (version.isDeleteMarker) {
    const headers = { 'x-amz-delete-marker': 'true', ...versionHeader(bucket, version) };
    if (versionId === null) throw new S3Refusal(404, 'NoSuchKey', 'there is no such object', headers);
    throw new S3Refusal(405, 'MethodNotAllowed', 'a delete marker has no content', headers);
  }
  return version;
}

/** @throws S3Refusal 507 once the armed capacity is used up */
export function requireRoom(world: S3World, bytes: number): void {
  if (world.capacityBytes === Number.POSITIVE_INFINITY) return;
  const used = [...world.buckets.values()]
    .flatMap((bucket) => bucket.all())
    .reduce((sum, version) => sum + version.bytes.length, 0);
  if (used + bytes > world.capacityBytes) throw new S3Refusal(507, 'InsufficientStorage', 'the store is full');
}

function checkConditions(world: S3World, bucket: S3Bucket, request: S3Request): void {
  const current = bucket.current(request.key);
  const isThere = current !== undefined && !current.isDeleteMarker;
  if (request.header('if-none-match') === '*' && isThere && world.overwrites !== 'always') throw preconditionFailed();
  const ifMatch = request.header('if-match');
  if (ifMatch !== undefined && (!isThere || current.etag !== ifMatch)) throw preconditionFailed();
}

function checkDigests(request: S3Request): void {
  const announced = request.header('x-amz-checksum-sha256');
  if (announced !== undefined && announced !== createHash('sha256').update(request.body).digest('base64')) {
    throw new S3Refusal(400, 'BadDigest', 'the SHA-256 that was announced is not that of the body');
  }
  const md5 = request.header('content-md5');
  if (md5 !== undefined && md5 !== createHash('md5').update(request.body).digest('base64')) {
    throw new S3Refusal(400, 'BadDigest', 'the MD5 that was announced is not that of the body');
  }
}

function requireUnlocked(version: S3Version, nowMs: number, mayBypass: boolean): void {
  const isRetained = version.lock !== undefined && version.lock.untilMs > nowMs;
  const isBypassed = mayBypass && version.lock?.mode === 'GOVERNANCE';
  if (version.hasLegalHold || (isRetained && !isBypassed)) {
    throw new S3Refusal(403, 'AccessDenied', 'the object is locked');
  }
}

function lockFromHeaders(request: S3Request): S3Lock | undefined {
  const mode = request.header('x-amz-object-lock-mode');
  const until = request.header('x-amz-object-lock-retain-until-date');
  if (until === undefined || (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')) return undefined;
  return { mode, untilMs: Date.parse(until) };
}

function lockHeaders(version: S3Version): Readonly<Record<string, string>> {
  return {
    ...(version.lock === undefined
      ? {}
      : {
          'x-amz-object-lock-mode': version.lock.mode,
          'x-amz-object-lock-retain-until-date': new Date(version.lock.untilMs).toISOString(),
        }),
    ...(version.hasLegalHold ? { 'x-amz-object-lock-legal-hold': 'ON' } : {}),
  };
}

function versionHeader(bucket: S3Bucket, version: S3Version): Readonly<Record<string, string>> {
  return bucket.versioning === undefined ? {} : { 'x-amz-version-id': version.versionId };
}

/** One range of `bytes=a-b`, `bytes=a-`, `bytes=-n`; anything else is ignored, as RFC 9110 has it. */
function parseRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || start > end) throw new S3Refusal(416, 'InvalidRange', 'the range starts past the end');
  return { start, end };
}

function preconditionFailed(): S3Refusal {
  return new S3Refusal(412, 'PreconditionFailed', 'a condition of the request does not hold');
}
