// A fake of CloudKit Web Services on loopback: `node tools/icloud-fake/dist/icloud-fake.mjs [--port 4310] [--container NAME]`.
// Nothing outlives the process.
import { parseArgs } from 'node:util';

import { startICloudFake } from '@coffer/test-kit/node';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4310' },
    container: { type: 'string', default: 'iCloud.org.example.coffer' },
  },
});

try {
  const fake = await startICloudFake({ port: Number(values.port), container: values.container });
  process.stdout.write(
    `iCloud fake: COFFER_ICLOUD_URL=${fake.origin} COFFER_ICLOUD_API_TOKEN=fake-api-token coffer login --store ` +
      `icloud:${fake.container}, with the token ${fake.tokens.issue()}\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void fake.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(isTaken ? `port ${values.port} is taken: choose another with --port\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
