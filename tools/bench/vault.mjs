// The vault's speed: recoveries and registrations of real devices against one API process on a real PostgreSQL, beside OPAQUE
// alone and the bare UPDATE (pgbench, where it is installed), then among a million accounts. Linux (CPU is read from /proc),
// after `npm run build`. Minutes; with the numbers of docs/operations/vault-speed.md about half an hour.
//
//   node tools/bench/vault.mjs [--recoveries N] [--steady N] [--accounts N] [--json FILE]
import { spawnSync } from 'node:child_process';
import { delimiter, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const workspace = resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    recoveries: { type: 'string', default: '3000' },
    steady: { type: 'string', default: '10000' },
    accounts: { type: 'string', default: '1000000' },
    json: { type: 'string' },
  },
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
