// A fake Google Drive on loopback: `node tools/drive-fake/dist/drive-fake.mjs [--port 4309]`. Nothing outlives the process.
import { parseArgs } from 'node:util';

import { startDriveFake } from '@coffer/test-kit/node';

const { values } = parseArgs({ options: { port: { type: 'string', default: '4309' } } });

try {
  const fake = await startDriveFake({ port: Number(values.port) });
  process.stdout.write(
    `Google Drive fake, which approves every sign-in: COFFER_DRIVE_URL=${fake.origin} COFFER_DRIVE_CLIENT_ID=fake-client ` +
      'COFFER_DRIVE_CLIENT_SECRET=fake-client-secret coffer login --store drive:appdata\n',
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void fake.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(isTaken ? `port ${values.port} is taken: choose another with --port\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
