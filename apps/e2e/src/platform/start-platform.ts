import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadyPlatform } from './ready-platform';

const root = resolve(import.meta.dirname, '../../../..');
const readyWithinMs = 300_000;

/** Playwright's global set-up: the whole platform with a sample account that has one encrypted backup. */
export default async function startPlatform(): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'coffer-e2e-'));
  const state = join(home, 'state');
  // The user that PostgreSQL runs as under root may enter, so that all state lies here and goes with it.
  chmodSync(home, 0o711);
  mkdirSync(state, { mode: 0o711 });
  const readyFile = join(home, 'ready.json');
  let printed = '';
  const child = spawn(
    process.execPath,
    ['tools/start/start.mjs', '--free-ports', '--with-backup', '--ready-file', readyFile],
    { cwd: root, env: { ...process.env, COFFER_HOME: state }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const collect = (chunk: Buffer): void => {
    printed += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const deadline = performance.now() + readyWithinMs;
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the platform did not come up:\n${printed}`);
    await pause(200);
  }
  const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as ReadyPlatform;
  process.env['COFFER_E2E_PLATFORM'] = JSON.stringify(ready);
  return async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
}
