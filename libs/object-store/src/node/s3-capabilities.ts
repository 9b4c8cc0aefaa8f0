import { DeleteObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

import { s3Failure } from './s3-error';

/** No key can start with a dot, so no listing shows it. */
const probeName = '.capability-probe';

/**
 * Tries whether `If-None-Match: *` is obeyed: some stores refuse it (501), and some take it and overwrite. Writes one empty
 * object and removes it.
 *
 * @returns false also where the answer is anything but the refusal that the condition asks for
 */
export async function probeConditionalCreate(client: S3Client, bucket: string, prefix: string): Promise<boolean> {
  const target = { Bucket: bucket, Key: prefix + probeName };
  const body = { Body: new Uint8Array(0), ContentLength: 0 };
  try {
    await client.send(new PutObjectCommand({ ...target, ...body }));
    await client.send(new PutObjectCommand({ ...target, ...body, IfNoneMatch: '*' }));
    return false;
  } catch (error) {
    return s3Failure(error)?.status === 412;
  } finally {
    await client.send(new DeleteObjectCommand(target)).catch(() => undefined);
  }
}
