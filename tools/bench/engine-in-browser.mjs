// The engine's speed in a browser beside Node's on the same work: a corpus without chats, stored in memory, with two workers each. In turns.
// Linux (processor seconds are read from /proc), with Chromium (CHROMIUM_PATH). docs/operations/engine-speed.md
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { readOptions } from './options.mjs';

const usage = `npm run bench:browser [-- OPTION...]

The same backup, verify and restore by the engine in Node and in Chromium (CHROMIUM_PATH), in turns. Linux. docs/operations/engine-speed.md

  --size N   MiB of the corpus (128)
  --runs N   of each; what is printed is the median (3)
`;
const values = readOptions(usage, {
  size: { type: 'string', default: '128' },
  runs: { type: 'string', default: '3' },
});
const size = Number(values.size);
const steps = ['backup', 'rescan', 'verify', 'restore'];
const here = resolve(import.meta.dirname, 'browser');
const work = mkdtempSync(join(tmpdir(), 'coffer-browser-bench-'));
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
/** /proc counts in hundredths of a second. */
const ticksPerSecond = 100;

async function bundle() {
  const shared = { root: here, configFile: false, logLevel: 'error', resolve: { tsconfigPaths: true } };
  const entry = (name) => join(here, `${name}.ts`);
  await build({
    ...shared,
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node24',
      outDir: work,
      emptyOutDir: false,
      rolldownOptions: {
        input: { node: entry('node'), worker: entry('node-worker') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  });
  await build({
    ...shared,
    build: {
      outDir: join(work, 'page'),
      lib: { entry: entry('page'), formats: ['es'], fileName: () => 'entry.js' },
    },
  });
}

function inNode(run) {
  const out = join(work, `node-${run}`);
  const command = [join(work, 'node.mjs'), String(size), out, join(work, 'worker.mjs')];
  const done = spawnSync(process.execPath, command, { encoding: 'utf8' });
  rmSync(out, { recursive: true, force: true });
  if (done.status !== 0) throw new Error(`Node ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trim().split('\n').map(JSON.parse);
}

async function inBrowser() {
  const script = readFileSync(join(work, 'page/entry.js'));
  const server = createServer(({ url }, response) => {
    const isScript = url === '/entry.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script type="module" src="/entry.js"></script>');
  });
  await new Promise((listening) => server.listen(0, 'localhost', listening));
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    const step = (name) => page.evaluate(([wanted, mebibytes]) => globalThis.runStep(wanted, mebibytes), [name, size]);
    await step('prepare');
    const results = [];
    for (const name of steps) {
      const before = processorSecondsBelow(process.pid);
      const seconds = await step(name);
      results.push({ name, seconds, cpuSeconds: processorSecondsBelow(process.pid) - before });
    }
    return results;
  } finally {
    await browser.close();
    server.close();
  }
}

/** Of all processes that a process has started, and they in turn. */
function processorSecondsBelow(root) {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readStat);
  const below = new Set([root]);
  for (let known = 0; known < below.size;) {
    known = below.size;
    for (const { pid, parent } of stats) if (below.has(parent)) below.add(pid);
  }
  const ticks = stats.reduce((sum, { pid, used }) => sum + (pid !== root && below.has(pid) ? used : 0), 0);
  return ticks / ticksPerSecond;
}

function readStat(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return [{ pid: Number(pid), parent: Number(fields[1]), used: Number(fields[11]) + Number(fields[12]) }];
  } catch {
    return [];
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  await bundle();
  const runs = { node: [], browser: [] };
  for (let run = 1; run <= Number(values.runs); run++) {
    runs.node.push(inNode(run));
    runs.browser.push(await inBrowser());
  }
  for (const [at, step] of steps.entries()) {
    for (const [where, results] of Object.entries(runs)) {
      const seconds = median(results.map((result) => result[at].seconds));
      const cpuSeconds = median(results.map((result) => result[at].cpuSeconds));
      const all = results.map((result) => result[at].cpuSeconds.toFixed(2)).join(', ');
      process.stdout.write(
        `${step.padEnd(8)} ${where.padEnd(8)} ${seconds.toFixed(2)} s, ${cpuSeconds.toFixed(2)} processor s (${all}), ` +
          `${(size / cpuSeconds).toFixed(0)} MiB a processor second\n`,
      );
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
