// What must be true before anything else runs: the dependencies of the lock file, and the Node that they bring, checked
// against a committed hash. Plain JavaScript for Node 20, without any dependency.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { runPhase } from './phase.mjs';

export const workspaceRoot = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const binaries = JSON.parse(readFileSync(new URL('node-binaries.json', import.meta.url), 'utf8'));

/** Stops the process with one line. Nothing has been changed that would need repair. */
function stop(line) {
  process.stderr.write(`coffer: ${line}\n`);
  process.exit(1);
}

function isStale() {
  const installed = join(workspaceRoot, 'node_modules/.package-lock.json');
  if (!existsSync(installed) || !existsSync(nodeBinary())) return true;
  return statSync(join(workspaceRoot, 'package-lock.json')).mtimeMs > statSync(installed).mtimeMs;
}

/** Path of the Node 24 that the lock file brings. */
export function nodeBinary() {
  return join(workspaceRoot, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
}

async function install() {
  const started = performance.now();
  // Warnings of packages about Node 20 are no news here: what they are for runs under Node 24.
  const { ok } = await runPhase({
    command: 'npm',
    args: ['ci', '--include=dev', '--include=optional', '--no-fund', '--no-audit', '--loglevel=error'],
    options: { cwd: workspaceRoot, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' },
    begins: 'Installing what the lock file names (once; a minute or more) …',
    whenStopped: 'Stopped during the installation. Nothing was started; the next run installs anew.',
  });
  if (!ok) stop('"npm ci" failed, see above. Nothing was started; run the command again when the cause is gone.');
  process.stdout.write(`  in ${Math.round((performance.now() - started) / 1000)} s\n`);
}

/** Installs what is missing and checks the Node binary; returns its path. */
export async function ensureInstalled() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    stop(`needs Node 20.19 or newer to begin with, this is ${process.versions.node}.`);
  if (isStale()) await install();
  if (!existsSync(nodeBinary())) {
    stop(
      'Node 24 is missing from node_modules: npm was told not to run install scripts (ignore-scripts), and one of them fetches it. ' +
        'Run "npm ci --include=dev --ignore-scripts=false", and then this again.',
    );
  }
  const expected = binaries.sha256[`${process.platform}-${process.arch}`];
  if (expected === undefined) {
    stop(
      `no known hash of Node ${binaries.version} for ${process.platform}-${process.arch}; see docs/adr/0001-node-from-the-registry.md.`,
    );
  }
  const hash = createHash('sha256');
  await pipeline(createReadStream(nodeBinary()), hash);
  if (hash.digest('hex') !== expected) {
    rmSync(join(workspaceRoot, 'node_modules/.package-lock.json'), { force: true });
    stop(
      'the Node binary in node_modules is not the one this project knows. It was not run. Remove node_modules and try again.',
    );
  }
  return nodeBinary();
}
