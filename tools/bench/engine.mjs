// The engine's speed: back up, back up again, verify, restore and compare, then 1 % appended and 1 % changed at random; seconds,
// processor seconds, stored bytes and peak memory of each, beside restic, borg and age where they are installed, alternating.
// Linux (memory is read from /proc), after `npm run build`. docs/operations/engine-speed.md
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeChanges } from './changes.mjs';
import { makeCorpus } from './corpus.mjs';
import { linesOf, megabytes, say, sayLines, sayRatios, sayStages } from './engine-report.mjs';
import { processorLimits } from './limits.mjs';
import { measure } from './measure.mjs';
import { readOptions } from './options.mjs';
import { anew, changed, peers } from './peers.mjs';
import { measureStages } from './stages.mjs';

const workspace = resolve(import.meta.dirname, '../..');
const coffer = join(workspace, 'apps/cli/bin/coffer.mjs');

const usage = `npm run bench:engine [-- OPTION...]

The coffer command over a corpus that is the same on every machine, beside restic, borg and age where they are installed, in turns:
seconds, processor seconds, memory, stored bytes, and the ratios that are owed. Build first (npm run build). Linux.
docs/operations/engine-speed.md

  --size SIZE   of the corpus: 64MB, 1GB (1GB)
  --runs N      of each; what is printed is the median (5)
  --work DIR    where corpus and stores lie (a folder of the temporary one)
  --json FILE   where the figures are kept (engine.json in the work folder)
`;
const values = readOptions(usage, {
  work: { type: 'string', default: join(tmpdir(), 'coffer-bench') },
  runs: { type: 'string', default: '5' },
  size: { type: 'string', default: '1GB' },
  json: { type: 'string' },
});
const work = resolve(values.work);
mkdirSync(work, { recursive: true });
const size = parseSize(values.size);
// The shares of the corpus that targets are named for: 0.25 GB of databases, 0.7 GB of media.
const databaseBytes = Math.round((size * 5) / 19);
const corpus = makeCorpus(join(work, 'corpus'), { databaseBytes, mediaBytes: size - databaseBytes });
const changes = makeChanges(corpus);
const processors = availableParallelism();
say(
  `corpus: ${corpus.files} files, ${megabytes(corpus.bytes)}; runs: ${values.runs}, alternating; processors: ${processors}`,
);

const all = [
  { name: 'coffer', steps: cofferSteps(join(work, 'coffer')) },
  ...peers(join(work, 'peers'), corpus.folder, changes),
];
const results = new Map();
for (let run = 1; run <= Number(values.runs); run++) {
  for (const { name, steps } of all) for (const step of steps) await runStep(name, step);
}
await report();

async function runStep(name, { name: stepName, command, args, env, store, prepare, after, check }) {
  prepare?.();
  const before = storedIn(store);
  const options = env === undefined ? {} : { env: { ...process.env, ...env } };
  const measured = await measure(command, args, options).finally(() => after?.());
  if (measured.status !== 0) {
    throw new Error(`${name} ${stepName} ended with ${measured.status}: ${measured.stderr.slice(-2000)}`);
  }
  check?.();
  const storedBytes = storedIn(store);
  const { seconds, cpuSeconds, peakBytes } = measured;
  const result = { seconds, cpuSeconds, peakBytes, storedBytes, addedBytes: storedBytes - before };
  const key = `${name} ${stepName}`;
  results.set(key, [...(results.get(key) ?? []), result]);
}

function cofferSteps(folder) {
  const store = join(folder, 'store');
  const key = join(folder, 'key');
  const out = join(folder, 'out');
  const run = (name, ...args) => {
    const where = ['--store', `file:${store}`, '--home', join(folder, 'home')];
    return { name, command: process.execPath, args: [coffer, ...args, ...where], store };
  };
  const backup = (name, ...options) => run(name, 'backup', corpus.folder, '--key', key, ...options);
  return [
    { ...run('init', 'init', '--key-out', key), prepare: () => anew(folder) },
    backup('first backup'),
    backup('unchanged backup'),
    backup('unchanged, --rescan', '--rescan'),
    run('verify 100 %', 'verify', '--key', key),
    { ...run('restore', 'restore', '--key', key, '--out', out), check: () => requireSame(out) },
    ...changes.map((change) => changed(change, backup(change.name))),
  ];
}

function requireSame(out) {
  const compared = spawnSync('diff', ['-r', corpus.folder, join(out, 'corpus')], { encoding: 'utf8' });
  if (compared.status !== 0) throw new Error(`the restored corpus differs: ${compared.stdout.slice(0, 2000)}`);
}

async function report() {
  const lines = linesOf(results, corpus.bytes);
  sayLines(lines);
  const limits = processorLimits();
  for (const { name, megabytesPerSecond } of limits) say(`one processor, ${name}: ${megabytesPerSecond} MB/s`);
  const stages = await measureStages(join(work, 'stages'), corpus.databases[0]);
  sayStages(stages);
  const changedBytes = Object.fromEntries(changes.map((change) => [change.name, change.changedBytes]));
  const ratios = sayRatios(lines, changedBytes);
  const json = resolve(values.json ?? join(work, 'engine.json'));
  const { files, bytes } = corpus;
  const kept = {
    corpus: { files, bytes },
    changedBytes,
    runs: Number(values.runs),
    processors,
    lines,
    limits,
    stages,
    ratios,
  };
  writeFileSync(json, `${JSON.stringify(kept, undefined, 2)}\n`);
  say(`figures kept in ${json}`);
  process.exitCode = ratios.some(({ name, isMet }) => name.startsWith('memory') && !isMet) ? 1 : 0;
}

function storedIn(folder) {
  if (folder === undefined) return 0;
  let sum = 0;
  try {
    for (const name of readdirSync(folder, { recursive: true })) {
      const stats = statSync(join(folder, name));
      if (stats.isFile()) sum += stats.size;
    }
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return sum;
}

/** `1GB` is the corpus that the targets are named for: 950 MB. `128MB`, `8GB`: in proportion. */
function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)\s*(MB|GB)$/i.exec(text);
  if (match === null) throw new Error(`--size takes a size such as 128MB or 1GB, not "${text}"`);
  return Math.round(Number(match[1]) * (match[2].toUpperCase() === 'GB' ? 950e6 : 0.95e6));
}
