import type { S3Upload, S3Version } from './s3-bucket';
import { xmlAnswer } from './s3-buckets';
import { isoTime, requireBucket, type S3Answer, type S3Request, type S3World } from './s3-request';
import type { XmlContent } from './s3-xml';
import { compareKeys } from './sorted-keys';

type Line = readonly [name: string, content: XmlContent];

/** ListObjectsV2: prefix, delimiter, start-after, continuation, max-keys. */
export function listObjects(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString('utf8');
  const current = bucket
    .listed(prefix, world.nowMs())
    .filter(({ version, isLatest }) => isLatest && !version.isDeleteMarker)
    .map(({ version }) => version);
  const { lines, last, isTruncated } = page(current, query.get('delimiter'), prefix, after, limitOf(query, 'max-keys'));
  return xmlAnswer('ListBucketResult', [
    ['Name', bucket.name],
    ['Prefix', prefix],
    ['KeyCount', lines.length],
    ['MaxKeys', limitOf(query, 'max-keys')],
    ['IsTruncated', isTruncated],
    ...(isTruncated ? [['NextContinuationToken', Buffer.from(last).toString('base64url')] as const] : []),
    ...lines,
  ]);
}

/** Lines of one page; keys that share the part up to a delimiter are rolled up. */
function page(
  versions: readonly S3Version[],
  delimiter: string | null,
  prefix: string,
  after: string,
  limit: number,
): { lines: readonly Line[]; last: string; isTruncated: boolean } {
  const lines: Line[] = [];
  let last = after;
  for (const version of versions) {
    if (!isAfter(version.key, after)) continue;
    const cut = delimiter === null || delimiter === '' ? -1 : version.key.indexOf(delimiter, prefix.length);
    const rolledUp = cut < 0 ? undefined : version.key.slice(0, cut + (delimiter ?? '').length);
    if (rolledUp !== undefined && (rolledUp === last || rolledUp === after)) continue;
    if (lines.length >= limit) return { lines, last, isTruncated: true };
    last = rolledUp ?? version.key;
    lines.push(rolledUp === undefined ? ['Contents', facts(version)] : ['CommonPrefixes', [['Prefix', rolledUp]]]);
  }
  return { lines, last, isTruncated: false };
}

/** ListObjectVersions: versions and markers, by key and newest first. */
export function listVersions(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const limit = limitOf(query, 'max-keys');
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  const listed = bucket.listed(prefix, world.nowMs());
  let start = listed.findIndex(({ version }) => isAfter(version.key, keyMarker));
  if (versionMarker !== '') {
    const at = listed.findIndex(({ version }) => version.key === keyMarker && version.versionId === versionMarker);
    if (at >= 0) start = at + 1;
  }
  const rest = start < 0 ? [] : listed.slice(start);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1)?.version;
  const isTruncated = rest.length > shown.length;
  return xmlAnswer('ListVersionsResult', [
    ['Name', bucket.name],
    ['Prefix', prefix],
    ['MaxKeys', limit],
    ['IsTruncated', isTruncated],
    ...(isTruncated && last !== undefined
      ? ([
          ['NextKeyMarker', last.key],
          ['NextVersionIdMarker', last.versionId],
        ] as const)
      : []),
    ...shown.map(({ version, isLatest }): Line =>
      version.isDeleteMarker
        ? ['DeleteMarker', markerFacts(version, isLatest)]
        : ['Version', [...facts(version), ['VersionId', version.versionId], ['IsLatest', isLatest]]],
    ),
  ]);
}

/** ListMultipartUploads, by key and then by upload id. */
export function listUploads(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const limit = limitOf(query, 'max-uploads');
  const marker = `${query.get('key-marker') ?? ''}\0${query.get('upload-id-marker') ?? ''}`;
  const rest = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix) && (marker === '\0' || isAfter(place(upload), marker)))
    .sort((left, right) => compareKeys(place(left), place(right)));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const isTruncated = rest.length > shown.length;
  return xmlAnswer('ListMultipartUploadsResult', [
    ['Bucket', bucket.name],
    ['MaxUploads', limit],
    ['IsTruncated', isTruncated],
    ...(isTruncated && last !== undefined
      ? ([
          ['NextKeyMarker', last.key],
          ['NextUploadIdMarker', last.uploadId],
        ] as const)
      : []),
    ...shown.map((upload): Line => [
      'Upload',
      [
        ['Key', upload.key],
        ['UploadId', upload.uploadId],
        ['Initiator', [['ID', upload.initiator]]],
        ['Initiated', isoTime(upload.initiatedMs)],
      ],
    ]),
  ]);
}

function facts(version: S3Version): readonly Line[] {
  return [
    ['Key', version.key],
    ['LastModified', isoTime(version.modifiedMs)],
    ['ETag', version.etag],
    ['Size', version.bytes.length],
    ['StorageClass', 'STANDARD'],
  ];
}

function markerFacts(version: S3Version, isLatest: boolean): readonly Line[] {
  return [
    ['Key', version.key],
    ['VersionId', version.versionId],
    ['IsLatest', isLatest],
    ['LastModified', isoTime(version.modifiedMs)],
  ];
}

function place(upload: S3Upload): string {
  return `${upload.key}\0${upload.uploadId}`;
}

function isAfter(key: string, marker: string): boolean {
  return compareKeys(key, marker) > 0;
}

function limitOf(query: URLSearchParams, name: string): number {
  return Math.min(1000, Math.max(1, Number(query.get(name) ?? '1000') || 1000));
}
