import * as buckets from './s3-buckets';
import { S3Refusal } from './s3-fault';
import { listObjects, listUploads, listVersions } from './s3-listings';
import { abortUpload, completeUpload, createUpload, listParts, uploadPart } from './s3-multipart';
import { deleteObject, getObject, putObject } from './s3-objects';
import type { S3Answer, S3Request, S3World } from './s3-request';

type Operation = (world: S3World, request: S3Request) => S3Answer;

/** Operations by name, as faults and the request log call them. */
const operations = {
  CreateBucket: buckets.createBucket,
  HeadBucket: buckets.headBucket,
  DeleteBucket: buckets.deleteBucket,
  GetBucketLocation: buckets.getLocation,
  GetBucketVersioning: buckets.getVersioning,
  PutBucketVersioning: buckets.putVersioning,
  GetObjectLockConfiguration: buckets.getObjectLock,
  GetBucketReplication: buckets.getReplication,
  PutBucketReplication: buckets.putReplication,
  DeleteObjects: buckets.deleteObjects,
  ListObjectsV2: listObjects,
  ListObjectVersions: listVersions,
  ListMultipartUploads: listUploads,
  GetObject: getObject,
  HeadObject: getObject,
  PutObject: putObject,
  DeleteObject: deleteObject,
  GetObjectRetention: buckets.getRetention,
  PutObjectRetention: buckets.putRetention,
  GetObjectLegalHold: buckets.getLegalHold,
  PutObjectLegalHold: buckets.putLegalHold,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload: abortUpload,
  ListParts: listParts,
} satisfies Readonly<Record<string, Operation>>;

/** Name of an operation that the fake knows. */
export type S3OperationName = keyof typeof operations;

/** `METHOD bucket|object sub-resource` of each operation; the sub-resource is the first query name that is one. */
const routes: Readonly<Record<string, S3OperationName>> = {
  'PUT bucket ': 'CreateBucket',
  'HEAD bucket ': 'HeadBucket',
  'DELETE bucket ': 'DeleteBucket',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket versioning': 'GetBucketVersioning',
  'PUT bucket versioning': 'PutBucketVersioning',
  'GET bucket object-lock': 'GetObjectLockConfiguration',
  'GET bucket replication': 'GetBucketReplication',
  'PUT bucket replication': 'PutBucketReplication',
  'POST bucket delete': 'DeleteObjects',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket versions': 'ListObjectVersions',
  'GET bucket uploads': 'ListMultipartUploads',
  'GET object ': 'GetObject',
  'HEAD object ': 'HeadObject',
  'PUT object ': 'PutObject',
  'DELETE object ': 'DeleteObject',
  'GET object retention': 'GetObjectRetention',
  'PUT object retention': 'PutObjectRetention',
  'GET object legal-hold': 'GetObjectLegalHold',
  'PUT object legal-hold': 'PutObjectLegalHold',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
  'GET object uploadId': 'ListParts',
};
const subResources = new Set(Object.keys(routes).map((route) => route.split(' ')[2] ?? ''));

/** Which operation a request asks for. @throws S3Refusal 501 for one that the fake does not know */
export function operationOf(request: Pick<S3Request, 'method' | 'key' | 'query'>): S3OperationName {
  const subResource = [...request.query.keys()].find((name) => subResources.has(name)) ?? '';
  const name = routes[`${request.method} ${request.key === '' ? 'bucket' : 'object'} ${subResource}`];
  if (name === undefined) throw new S3Refusal(501, 'NotImplemented', 'this fake does not know the operation');
  return name;
}

/** Runs an operation. @throws S3Refusal */
export function runOperation(name: S3OperationName, world: S3World, request: S3Request): S3Answer {
  return operations[name](world, request);
}
