// `npm test`: everything that CI runs, in the same order. Plain JavaScript that Node 20 can run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { chromiumOrWhy } from './chromium.mjs';
import { ensureInstalled } from '../start/ensure-install.mjs';
import { announceSeed } from './seed.mjs';
import { splitReport } from './split-report.mjs';
import { testedFolders, testedProjects } from './suites.mjs';
import { sumReports } from './totals.mjs';

await ensureInstalled();
const bin = resolve('node_modules/.bin');
const seed = announceSeed();
const env = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  COFFER_SEED: seed,
  NX_DAEMON: 'false',
  NX_ISOLATE_PLUGINS: 'false',
  FORCE_COLOR: '0',
  // Hundreds of processes load the same programs: each is compiled once.
  NODE_COMPILE_CACHE: resolve('.nx/compile-cache'),
};

rmSync('reports/steps', { recursive: true, force: true });
mkdirSync('reports/steps', { recursive: true });
if (process.env.CI === 'true') {
  for (const project of testedProjects()) rmSync(`reports/${project}.json`, { force: true });
  // Nothing of an earlier run counts. Within this one each part is built once: suites and journeys, which start the
  // platform a dozen times, take it from the cache.
  rmSync('.nx', { recursive: true, force: true });
}

/** Runs one step as a process and records it as one test of its own name. */
function step(name, command, args) {
  const started = performance.now();
  process.stdout.write(`\n── ${name}\n`);
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit', env });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const ok = status === 0;
  process.stdout.write(`── ${name}: ${ok ? 'ok' : `failed (${signal ?? status})`} in ${seconds} s\n`);
  return ok;
}

/**
 * As `step`, beside another one, with `more` in its environment: what it prints comes when it has ended, or as it goes where it
 * is `shown`.
 *
 * @returns whether it went well
 */
async function beside(name, command, args, { shown = false, more = {} } = {}) {
  const started = performance.now();
  const output = shown ? 'inherit' : 'pipe';
  if (shown) process.stdout.write(`\n── ${name}\n`);
  const child = spawn(command, args, { stdio: ['ignore', output, output], env: { ...env, ...more } });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += chunk));
  const code = await new Promise((done) => child.once('close', (status, signal) => done(signal ?? status)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (!shown) process.stdout.write(`\n── ${name}\n${printed}`);
  process.stdout.write(`── ${name}: ${code === 0 ? 'ok' : `failed (${code})`} in ${seconds} s\n`);
  return code === 0;
}

async function countedBeside(name, command, args) {
  record(name, await beside(name, command, args));
}

function countedStep(name, command, args) {
  record(name, step(name, command, args));
}

function record(name, ok) {
  const report = ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1, why: 'the step failed, see above' };
  writeFileSync(`reports/steps/${name}.json`, JSON.stringify(report));
}

const nx = ['nx', 'run-many', '--parallel=2', '--outputStyle=static'];
countedStep('generate', 'npx', ['--no', ...nx, '-t', 'generate']);
// Lint tells type errors too (docs/adr/0013-two-linters.md).
const lint = countedBeside('lint', 'node', ['tools/lint/lint.mjs']);
await countedBeside('format', 'prettier', ['--check', '--log-level', 'warn', '.']);
await lint;
countedStep('build', 'npx', ['--no', ...nx, '-t', 'build']);

const chromium = chromiumOrWhy();
if (chromium.path !== undefined) env.CHROMIUM_PATH = chromium.path;
else process.stdout.write(`\n${chromium.why}\n`);
const withBrowser = chromium.path !== undefined || process.env.CI === 'true';
const projects = testedProjects().filter((name) => withBrowser || name !== 'e2e');
// Suites first, then those that start whole platforms, one after the other: they need the machine for themselves. The longest
// suite has a lane of its own from the beginning: Nx would begin it last, since nothing depends on it, and alone it mostly waits. The
// next longest follows it there, so that both lanes end at about the same time.
// The other lane takes one suite at a time: three at once starve each other on two cores.
const alone = ['e2e', 'boundaries'].filter((name) => projects.includes(name));
const longest = ['vault-api', 'cli'];
const suites = ['--no', 'nx', 'run-many', '--outputStyle=static', '-t', 'test', '--nx-bail=false'];
const lane = longest.reduce(
  (before, name) =>
    before.then(() => beside(name, 'npx', ['--no', 'nx', 'run', `${name}:test`, '--outputStyle=static'])),
  Promise.resolve(),
);
const apart = [...longest, ...alone];
if (process.env.CI === 'true') {
  // Nothing is cached, so all libs go in one run: thirty starts of vitest took a tenth of the whole time.
  const libs = testedFolders(['libs']);
  const more = { NX_TASK_TARGET_PROJECT: 'libs' };
  const libsRun = beside('libs', 'vitest', ['run', '--config', 'tools/test/vitest.libs.config.ts'], { more });
  apart.push(...libs.values());
  await libsRun;
  if (existsSync('reports/libs.json')) splitReport('reports', 'libs', libs);
}
await beside('suites', 'npx', [...suites, '--parallel=1', '--exclude', apart.join(',')], { shown: true });
await lane;
for (const name of alone) step(name, 'npx', ['--no', 'nx', 'run', `${name}:test`, '--outputStyle=static']);

const totals = sumReports('reports', projects);
for (const problem of totals.problems) process.stdout.write(`  ✗ ${problem}\n`);
if (!withBrowser) process.stdout.write('The browser part did not run.\n');
if (totals.skipped > 0) process.stdout.write(`${totals.skipped} skipped: each says why where it stands.\n`);
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
process.exit(totals.failed === 0 ? 0 : 1);
