import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultOpaqueThreads } from '../../src/opaque/opaque-pool';
import { startStatementLog } from '../statement-log';
import type { TestDevice } from '../test-device';
import { startBench, type VaultBench } from '../vault-bench';
import { load, type LoadFigures, type Measured } from './load';
import { multiplyAccount, plansOf, tableBytes } from './many-accounts';
import { measureOpaqueAlone, measurePool } from './opaque-alone';

/** Set by tools/bench/vault.mjs. */
const wanted = {
  recoveries: Number(process.env['BENCH_RECOVERIES'] ?? 3_000),
  steady: Number(process.env['BENCH_STEADY_RECOVERIES'] ?? 10_000),
  accounts: Number(process.env['BENCH_ACCOUNTS'] ?? 1_000_000),
  json: process.env['BENCH_JSON'],
};
const abreast = 64;
const password = 'correct horse battery';
const figures: Record<string, unknown> = {};

let bench: VaultBench;
let pids: Measured;
let devices: readonly TestDevice[];
beforeAll(async () => {
  bench = await startBench(
    1,
    { COFFER_GUESS_DELAYS: '0', COFFER_LOG_LEVEL: 'warn', COFFER_OPAQUE_THREADS: String(defaultOpaqueThreads) },
    { ownServer: true },
  );
  const postmaster = readFileSync(join(bench.server.dataFolder, 'postmaster.pid'), 'utf8');
  pids = { api: bench.apis[0]!.pid, postgres: Number.parseInt(postmaster, 10) };
});
afterAll(async () => {
  await bench.stop();
  if (wanted.json === undefined) return;
  mkdirSync(dirname(wanted.json), { recursive: true });
  writeFileSync(wanted.json, `${JSON.stringify(figures, undefined, 2)}\n`);
});

function keep(name: string, value: unknown): void {
  figures[name] = value;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function sayLoad(name: string, found: LoadFigures): void {
  keep(name, found);
  const { cpuMs, latencyMs } = found;
  const ms = (value: number): string => value.toFixed(2).padStart(7);
  say(`${name}: ${found.done} in ${found.seconds.toFixed(1)} s (${found.rate.toFixed(0)}/s), ${found.errors} errors`);
  say(`  CPU of each, ms: API ${ms(cpuMs.api)}, PostgreSQL ${ms(cpuMs.postgres)}, generator ${ms(cpuMs.generator)}`);
  say(`  ${found.perApiCpuSecond.toFixed(0)} for a CPU second of the API process`);
  say(`  latency, ms: p50 ${ms(latencyMs.p50)}, p95 ${ms(latencyMs.p95)}, p99 ${ms(latencyMs.p99)}`);
}

async function isRecovered(device: TestDevice): Promise<boolean> {
  return (await device.recover(password)).status === 200;
}

describe('the vault under load', { timeout: 7_200_000 }, () => {
  it('OPAQUE alone', async () => {
    const alone = await measureOpaqueAlone(500);
    keep('OPAQUE alone, one thread, for a CPU second', alone);
    say(`OPAQUE alone: ${alone.startLogins.toFixed(0)} startLogin, ${alone.logins.toFixed(0)} logins for a CPU second`);
    const one = await measurePool(1, 1_000, 5);
    const two = await measurePool(2, 2_000, 5);
    keep('OPAQUE pool', { one, two, ratio: two / one });
    say(`OPAQUE pool: ${one.toFixed(0)}/s on one thread, ${two.toFixed(0)}/s on two: ${(two / one).toFixed(2)} times`);
  });

  it('registrations', async () => {
    const made: TestDevice[] = [];
    const found = await load(pids, Math.ceil(wanted.recoveries / 4), { abreast }, async () => {
      const device = bench.device();
      const { status } = await device.setPassword(password);
      if (status === 201) made.push(device);
      return status === 201;
    });
    devices = made;
    sayLoad('registrations', found);
    expect(found.errors).toBe(0);
  });

  it('recoveries', async () => {
    // Loads what the first ones load.
    await load(pids, 500, { abreast }, (index) => isRecovered(devices[index % devices.length]!));
    const full = await load(pids, wanted.recoveries, { abreast }, (index) =>
      isRecovered(devices[index % devices.length]!),
    );
    sayLoad('recoveries, as fast as they go', full);
    const alone = figures['OPAQUE alone, one thread, for a CPU second'] as { readonly logins: number };
    keep('share of OPAQUE alone', full.perApiCpuSecond / alone.logins);
    say(`  that is ${((100 * full.perApiCpuSecond) / alone.logins).toFixed(0)} % of OPAQUE alone`);
    const half = await load(pids, wanted.recoveries, { abreast: 512, perSecond: full.rate / 2 }, (index) =>
      isRecovered(devices[index % devices.length]!),
    );
    sayLoad('recoveries, at half of that', half);
    expect([full.errors, half.errors]).toEqual([0, 0]);
  });

  it('memory over many recoveries', async () => {
    // Of a process whose collector may not put off its work: else the figure says how much memory the machine has.
    const api = await bench.start({ NODE_OPTIONS: '--max-old-space-size=96' });
    await bench.apis[0]!.kill('SIGKILL');
    for (const device of devices) device.api = api;
    pids = { ...pids, api: api.pid };
    const steady = await load(pids, wanted.steady, { abreast: 32 }, (index) =>
      isRecovered(devices[index % devices.length]!),
    );
    sayLoad('recoveries, for long', steady);
    say(`  memory after each tenth, MB: ${steady.memory.map((bytes) => (bytes / 1e6).toFixed(0)).join(' ')}`);
  });

  it('the bare conditional UPDATE beside it', async () => {
    const pgbench = pgbenchProgram();
    if (pgbench === undefined) {
      say('pgbench is not installed (Debian: postgresql-contrib): the bare UPDATE was not measured.');
      return;
    }
    await bench.sql('CREATE TABLE bare (id int PRIMARY KEY, remaining int NOT NULL, attempt int NOT NULL)');
    await bench.sql('INSERT INTO bare SELECT i, 1000000000, 0 FROM generate_series(1, 10000) i');
    const folder = mkdtempSync(join(tmpdir(), 'coffer-pgbench-'));
    try {
      const script = join(folder, 'spend.sql');
      writeFileSync(
        script,
        '\\set id random(1, 10000)\nUPDATE bare SET remaining = remaining - 1, attempt = attempt + 1 WHERE id = :id AND remaining > 0;\n',
      );
      const options = ['-n', '-M', 'prepared', '-c', '64', '-j', '2', '-T', '10', '-f', script];
      const { status, stdout, stderr } = spawnSync(pgbench, [...options, bench.server.url], { encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      const rate = Number(/tps = ([\d.]+)/.exec(stdout)?.[1]);
      keep('bare conditional UPDATE, 64 clients, in a second', rate);
      say(`pgbench, the bare conditional UPDATE with 64 clients: ${rate.toFixed(0)}/s`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a million accounts', async () => {
    const before = await tableBytes(bench);
    // One that has just begun: those that were recovered a hundred times have chains that nobody's account has.
    const fresh = bench.device(bench.apis.at(-1)); // the one that is left
    expect((await fresh.setPassword(password)).status).toBe(201);
    await multiplyAccount(bench, (await fresh.account()).accountId, wanted.accounts);
    const after = await tableBytes(bench);
    const added = Object.fromEntries(
      Object.entries(after)
        .map(([table, bytes]) => [table, (bytes - (before[table] ?? 0)) / wanted.accounts] as const)
        .filter(([, bytes]) => bytes > 0.5),
    );
    const sum = Object.values(added).reduce((total, bytes) => total + bytes, 0);
    keep('bytes of database for an account', { sum, added, accounts: wanted.accounts });
    say(`${wanted.accounts} accounts: ${sum.toFixed(0)} bytes each on disk, indexes included`);
    for (const [table, bytes] of Object.entries(added)) say(`  ${table.padEnd(20)} ${bytes.toFixed(0).padStart(6)}`);
    const found = await load(pids, wanted.recoveries, { abreast }, (index) =>
      isRecovered(devices[index % devices.length]!),
    );
    sayLoad('recoveries, among so many accounts', found);
  });

  it('plans of what a recovery sends', async () => {
    const log = await startStatementLog(bench.server.port);
    try {
      const url = new URL(bench.server.url);
      url.host = `127.0.0.1:${log.port}`;
      const api = await bench.start({ DATABASE_URL: url.href });
      const device = bench.device(api, devices[0]!.subject);
      await device.account();
      log.clear();
      expect(await isRecovered(device)).toBe(true);
      const sent = new Set(log.transactions.flat().filter((sql) => /^(SELECT|WITH|UPDATE|INSERT|DELETE)\b/i.test(sql)));
      const plans = await plansOf(bench, sent);
      keep('plans', plans);
      for (const { sql, scanned, plan } of plans) {
        const reads = [...plan.matchAll(/(Index Only Scan|Index Scan|Bitmap Heap Scan|Seq Scan)/g)].map(
          ([name]) => name,
        );
        say(`  ${sql.slice(0, 70).padEnd(70)} ${[...new Set(reads)].join(', ')}${scanned.length > 0 ? '  SCANS' : ''}`);
      }
      expect(plans.length).toBeGreaterThan(3);
      expect(plans.flatMap(({ scanned }) => scanned)).toEqual([]);
    } finally {
      await log.stop();
    }
  });
});

/** In the path, or where Debian keeps it. */
function pgbenchProgram(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root) : [];
  const places = ['pgbench', ...versions.map((version) => join(root, version, 'bin/pgbench'))];
  return places.find((program) => spawnSync(program, ['--version']).status === 0);
}
