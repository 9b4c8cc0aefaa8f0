// The vault's speed: recoveries and registrations of real devices against one API process on a real PostgreSQL, beside OPAQUE
// alone and the bare UPDATE (pgbench, where it is installed), then among a million accounts. Linux (CPU is read from /proc),
// after `npm run build`. Minutes; with the numbers of docs/operations/vault-speed.md about half an hour.
import { spawnSync } from 'node:child_process';
import { delimiter, resolve } from 'node:path';
import { readOptions } from './options.mjs';

const workspace = resolve(import.meta.dirname, '../..');
const usage = `npm run bench:vault [-- OPTION...]

Recoveries and registrations of devices that speak the whole protocol, against one API process on a PostgreSQL of its own, beside
OPAQUE alone. Build first (npm run build). Linux. docs/operations/vault-speed.md

  --recoveries N   as fast as they go (3000)
  --steady N       in a row, to see whether memory grows (10000)
  --accounts N     copies of an account, to see what each takes and how statements are planned (1000000)
  --json FILE      where the figures are kept
`;
const values = readOptions(usage, {
  recoveries: { type: 'string', default: '3000' },
  steady: { type: 'string', default: '10000' },
  accounts: { type: 'string', default: '1000000' },
  json: { type: 'string' },
});
const bin = resolve(workspace, 'node_modules/.bin');
const { status } = spawnSync('vitest', ['run', '--config', '../../tools/bench/vault.vitest.config.ts', '--root', '.'], {
  cwd: resolve(workspace, 'apps/vault-api'),
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    BENCH_RECOVERIES: values.recoveries,
    BENCH_STEADY_RECOVERIES: values.steady,
    BENCH_ACCOUNTS: values.accounts,
    ...(values.json === undefined ? {} : { BENCH_JSON: resolve(values.json) }),
  },
});
process.exitCode = status ?? 1;
