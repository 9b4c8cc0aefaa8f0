// The round trip of 1 GB: back up, back up again, verify, restore, compare; seconds and peak memory of each, beside restic,
// borg and age where they are installed. Linux (memory is read from /proc), after `npm run build`.
//
//   node tools/bench/round-trip.mjs [--work DIR] [--runs N] [--database-bytes N] [--media-bytes N] [--json FILE]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCorpus } from './corpus.mjs';
import { measure } from './measure.mjs';
import { peers } from './peers.mjs';

const workspace = resolve(import.meta.dirname, '../..');
const coffer = join(workspace, 'apps/cli/bin/coffer.mjs');
/** Of the process and all that it starts, in bytes: MB are millions here as in every figure. */
const memoryLimit = 256_000_000;

const { values } = parseArgs({
  options: {
    work: { type: 'string', default: join(tmpdir(), 'coffer-bench') },
    runs: { type: 'string', default: '1' },
    'database-bytes': { type: 'string', default: '250000000' },
    'media-bytes': { type: 'string', default: '700000000' },
    json: { type: 'string' },
  },
});
const work = resolve(values.work);
mkdirSync(work, { recursive: true });
const corpus = makeCorpus(join(work, 'corpus'), {
  databaseBytes: Number(values['database-bytes']),
  mediaBytes: Number(values['media-bytes']),
});
say(`corpus: ${corpus.files} files, ${megabytes(corpus.bytes)}; runs: ${values.runs}, alternating`);

const own = { name: 'coffer', steps: cofferSteps(join(work, 'coffer')) };
const all = [own, ...peers(join(work, 'peers'), corpus.folder)];
const results = new Map();
for (let run = 1; run <= Number(values.runs); run++) {
  for (const { name, steps } of all) {
    for (const step of steps) {
      const { prepare = () => undefined, command, args, env } = step;
      prepare();
      const measured = await measure(command, args, env === undefined ? {} : { env: { ...process.env, ...env } });
      if (measured.status !== 0)
        throw new Error(`${name} ${step.name} ended with ${measured.status}: ${measured.stderr.slice(-2000)}`);
      step.check?.(measured);
      const key = `${name} ${step.name}`;
      results.set(key, [...(results.get(key) ?? []), { ...measured, stored: step.stored?.() }]);
    }
  }
}
report();

function cofferSteps(folder) {
  const store = `file:${join(folder, 'store')}`;
  const key = join(folder, 'key');
  const home = ['--home', join(folder, 'home')];
  const run = (...args) => ({ command: process.execPath, args: [coffer, ...args, '--store', store, ...home] });
  const out = join(folder, 'out');
  const stored = () => bytesIn(join(folder, 'store'));
  return [
    {
      name: 'init',
      prepare: () => {
        rmSync(folder, { recursive: true, force: true });
        mkdirSync(folder, { recursive: true });
      },
      ...run('init', '--key-out', key),
    },
    { name: 'first backup', ...run('backup', corpus.folder, '--key', key), stored },
    { name: 'unchanged backup', ...run('backup', corpus.folder, '--key', key), stored },
    { name: 'unchanged, --rescan', ...run('backup', corpus.folder, '--key', key, '--rescan'), stored },
    { name: 'verify 100 %', ...run('verify', '--key', key) },
    { name: 'restore', ...run('restore', '--key', key, '--out', out), check: () => requireSame(out) },
  ];
}

function requireSame(out) {
  const compared = spawnSync('diff', ['-r', corpus.folder, join(out, 'corpus')], { encoding: 'utf8' });
  if (compared.status !== 0) throw new Error(`the restored corpus differs: ${compared.stdout.slice(0, 2000)}`);
  say('restored: identical, byte for byte');
}

function report() {
  const lines = [];
  for (const [step, runs] of results) {
    const seconds = median(runs.map((run) => run.seconds));
    const peakBytes = Math.max(...runs.map((run) => run.peakBytes));
    const stored = runs.at(-1).stored;
    lines.push({ step, seconds, peakBytes, stored, megabytesPerSecond: corpus.bytes / 1e6 / seconds });
    const storedText = stored === undefined ? '' : `  stored ${megabytes(stored)}`;
    say(
      `${step.padEnd(28)} ${seconds.toFixed(2).padStart(7)} s  peak ${megabytes(peakBytes).padStart(9)}${storedText}`,
    );
  }
  const [firstOwn, firstPeer] = ['coffer first backup', 'restic first backup'].map((step) =>
    lines.find((line) => line.step === step),
  );
  if (firstPeer !== undefined)
    say(`first backup: ${(firstPeer.seconds / firstOwn.seconds).toFixed(2)} x restic's speed`);
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      JSON.stringify({ corpus: { files: corpus.files, bytes: corpus.bytes }, lines }, undefined, 2),
    );
  const tooMuch = lines.filter((line) => line.step.startsWith('coffer ') && line.peakBytes >= memoryLimit);
  for (const { step, peakBytes } of tooMuch) say(`TOO MUCH MEMORY: ${step} held ${megabytes(peakBytes)}`);
  process.exitCode = tooMuch.length === 0 ? 0 : 1;
}

function bytesIn(folder) {
  let sum = 0;
  for (const name of readdirSync(folder, { recursive: true })) {
    const stats = statSync(join(folder, name));
    if (stats.isFile()) sum += stats.size;
  }
  return sum;
}

function median(numbers) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}
