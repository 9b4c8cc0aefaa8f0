// A program that stores one object in parts until it is done or killed: `s3-writer.mjs ENDPOINT PREFIX`.
import { S3ObjectStore } from '../src/node/s3/s3-object-store';
import { largeBytes } from './large-bytes';

/** What it stores, under which key, and in parts of how many bytes. */
export const written = { key: 'packs/one', lengthBytes: 600_000, partBytes: 262_144 } as const;

const [, program, endpoint, prefix] = process.argv;
if (program?.endsWith('s3-writer.mjs') === true && endpoint !== undefined && prefix !== undefined) {
  const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
  const store = new S3ObjectStore({ bucket: 'sealed', prefix, endpoint, credentials, partBytes: written.partBytes });
  await store.put(written.key, largeBytes('written', written.lengthBytes));
}
