// A fake WebDAV server on loopback: `node tools/webdav-fake/dist/webdav-fake.mjs [--port 4308] [--user NAME --password WORD]`.
// Nothing outlives the process.
import { parseArgs } from 'node:util';

import { startWebDavFake } from '@coffer/test-kit/node';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4308' },
    user: { type: 'string' },
    password: { type: 'string', default: '' },
  },
});

try {
  const basic = Buffer.from(`${values.user ?? ''}:${values.password}`).toString('base64');
  const fake = await startWebDavFake({
    port: Number(values.port),
    ...(values.user === undefined ? {} : { authorization: `Basic ${basic}` }),
  });
  process.stdout.write(`WebDAV fake: --store webdav+${fake.url}/FOLDER\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void fake.close().then(() => process.exit(0)));
  }
} catch (error) {
  const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
  process.stderr.write(isTaken ? `port ${values.port} is taken: choose another with --port\n` : `${String(error)}\n`);
  process.exitCode = 1;
}
