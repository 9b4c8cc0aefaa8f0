import { S3Bucket, type S3Version } from './s3-bucket';
import { S3Refusal } from './s3-fault';
import { deleteObject, requireVersion } from './s3-objects';
import { isoTime, requireBucket, type S3Answer, type S3Request, type S3World } from './s3-request';
import { xmlDocument, xmlTexts, type XmlContent } from './s3-xml';

/** Any XML answer. */
export function xmlAnswer(name: string, content: XmlContent): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument(name, content) };
}

export function createBucket(world: S3World, request: S3Request): S3Answer {
  if (world.buckets.has(request.bucketName)) {
    throw new S3Refusal(409, 'BucketAlreadyOwnedByYou', 'the bucket is there already');
  }
  const bucket = new S3Bucket(request.bucketName, world.listLagMs);
  if (request.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') {
    bucket.hasObjectLock = true;
    bucket.versioning = 'Enabled';
  }
  world.buckets.set(bucket.name, bucket);
  world.changed(bucket, '');
  return { status: 200, headers: { location: `/${bucket.name}` } };
}

export function headBucket(world: S3World, request: S3Request): S3Answer {
  requireBucket(world, request);
  return { status: 200 };
}

export function deleteBucket(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  if (!bucket.isEmpty()) throw new S3Refusal(409, 'BucketNotEmpty', 'the bucket holds objects or versions');
  world.buckets.delete(bucket.name);
  return { status: 204 };
}

export function getLocation(world: S3World, request: S3Request): S3Answer {
  requireBucket(world, request);
  return xmlAnswer('LocationConstraint', '');
}

export function getVersioning(world: S3World, request: S3Request): S3Answer {
  const { versioning } = requireBucket(world, request);
  return xmlAnswer('VersioningConfiguration', versioning === undefined ? [] : [['Status', versioning]]);
}

export function putVersioning(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  const [status] = xmlTexts(bodyText(request), 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw malformed();
  bucket.versioning = status;
  world.changed(bucket, '');
  return { status: 200 };
}

export function getObjectLock(world: S3World, request: S3Request): S3Answer {
  if (!requireBucket(world, request).hasObjectLock) {
    throw new S3Refusal(404, 'ObjectLockConfigurationNotFoundError', 'the bucket has no object lock');
  }
  return xmlAnswer('ObjectLockConfiguration', [['ObjectLockEnabled', 'Enabled']]);
}

export function getReplication(world: S3World, request: S3Request): S3Answer {
  const { replication } = requireBucket(world, request);
  if (replication.length === 0) {
    throw new S3Refusal(404, 'ReplicationConfigurationNotFoundError', 'the bucket has no replication');
  }
  const rules = replication.map(
    (rule, index) =>
      [
        'Rule',
        [
          ['ID', `rule-${index}`],
          ['Priority', index],
          ['Status', rule.isEnabled ? 'Enabled' : 'Disabled'],
          ['Filter', [['Prefix', rule.prefix]]],
          ['Destination', [['Bucket', `arn:aws:s3:::${rule.destinationBucket}`]]],
        ],
      ] as const,
  );
  return xmlAnswer('ReplicationConfiguration', [['Role', 'arn:aws:iam::0:role/replication'], ...rules]);
}

export function putReplication(world: S3World, request: S3Request): S3Answer {
  const bucket = requireBucket(world, request);
  bucket.replication = xmlTexts(bodyText(request), 'Rule').map((rule) => ({
    prefix: xmlTexts(rule, 'Prefix')[0] ?? '',
    destinationBucket: (xmlTexts(rule, 'Bucket')[0] ?? '').replace('arn:aws:s3:::', ''),
    isEnabled: xmlTexts(rule, 'Status')[0] === 'Enabled',
  }));
  world.changed(bucket, '');
  return { status: 200 };
}

export function getRetention(world: S3World, request: S3Request): S3Answer {
  const { lock } = lockable(world, request);
  if (lock === undefined) throw new S3Refusal(404, 'NoSuchObjectLockConfiguration', 'the object has no retention');
  return xmlAnswer('Retention', [
    ['Mode', lock.mode],
    ['RetainUntilDate', isoTime(lock.untilMs)],
  ]);
}

export function putRetention(world: S3World, request: S3Request): S3Answer {
  const version = lockable(world, request);
  const [mode] = xmlTexts(bodyText(request), 'Mode');
  const [until] = xmlTexts(bodyText(request), 'RetainUntilDate');
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || until === undefined) throw malformed();
  const untilMs = Date.parse(until);
  if (version.lock?.mode === 'COMPLIANCE' && version.lock.untilMs > untilMs) {
    throw new S3Refusal(403, 'AccessDenied', 'a compliance lock cannot be shortened');
  }
  version.lock = { mode, untilMs };
  world.changed(requireBucket(world, request), request.key);
  return { status: 200 };
}

export function getLegalHold(world: S3World, request: S3Request): S3Answer {
  return xmlAnswer('LegalHold', [['Status', lockable(world, request).hasLegalHold ? 'ON' : 'OFF']]);
}

export function putLegalHold(world: S3World, request: S3Request): S3Answer {
  lockable(world, request).hasLegalHold = xmlTexts(bodyText(request), 'Status')[0] === 'ON';
  world.changed(requireBucket(world, request), request.key);
  return { status: 200 };
}

/** DeleteObjects: each named object as DeleteObject would, the outcome of each in the answer. */
export function deleteObjects(world: S3World, request: S3Request): S3Answer {
  requireBucket(world, request);
  const outcomes = xmlTexts(bodyText(request), 'Object').map((object): readonly [string, XmlContent] => {
    const [key = ''] = xmlTexts(object, 'Key');
    const [versionId] = xmlTexts(object, 'VersionId');
    const named = versionId === undefined ? [] : [['VersionId', versionId] as const];
    try {
      const query = new URLSearchParams(versionId === undefined ? {} : { versionId });
      deleteObject(world, { ...request, key, query });
      return ['Deleted', [['Key', key], ...named]];
    } catch (error) {
      if (!(error instanceof S3Refusal)) throw error;
      return ['Error', [['Key', key], ...named, ['Code', error.code], ['Message', error.message]]];
    }
  });
  return xmlAnswer('DeleteResult', outcomes);
}

function lockable(world: S3World, request: S3Request): S3Version {
  const bucket = requireBucket(world, request);
  if (!bucket.hasObjectLock) throw new S3Refusal(400, 'InvalidRequest', 'the bucket has no object lock');
  return requireVersion(bucket, request);
}

export function bodyText(request: S3Request): string {
  return Buffer.from(request.body).toString('utf8');
}

function malformed(): S3Refusal {
  return new S3Refusal(400, 'MalformedXML', 'the document is not what the operation takes');
}
