// A fake S3 on loopback: `node tools/s3-fake/dist/s3-fake.mjs [--port 4307] [--folder DIR] [--bucket NAME]… [--versioned NAME]…`.
// Without --folder nothing outlives the process.
import { parseArgs } from 'node:util';

import { startS3Fake } from '@coffer/test-kit/node';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4307' },
    folder: { type: 'string' },
    bucket: { type: 'string', multiple: true, default: [] },
    versioned: { type: 'string', multiple: true, default: [] },
  },
});

try {
  const fake = await startS3Fake({
    port: Number(values.port),
    buckets: values.bucket,
    ...(values.folder === undefined ? {} : { folder: values.folder }),
  });
  for (const name of values.versioned) fake.bucket(name).versioning = 'Enabled';
  process.stdout.write(`S3 fake at ${fake.endpoint}, path style, any credentials\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void fake.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(isTaken ? `port ${values.port} is taken: choose another with --port\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
