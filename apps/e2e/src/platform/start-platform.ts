import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPushService } from './push-service';
import type { ReadyPlatform } from './ready-platform';

const root = resolve(import.meta.dirname, '../../../..');
const readyWithinMs = 300_000;

/** For how long a new start waits here before it can be finished. */
export const newStartWaitSeconds = 1;

/** Playwright's global set-up: the whole platform with a sample account that has one encrypted backup. */
export default async function startPlatform(): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), 'coffer-e2e-'));
  const state = join(home, 'state');
  // The user that PostgreSQL runs as under root may enter, so that all state lies here and goes with it.
  chmodSync(home, 0o711);
  mkdirSync(state, { mode: 0o711 });
  const readyFile = join(home, 'ready.json');
  const pushService = await startPushService();
  let printed = '';
  const child = spawn(
    process.execPath,
    ['tools/start/start.mjs', '--free-ports', '--with-backup', '--ready-file', readyFile],
    {
      cwd: root,
      env: {
        ...process.env,
        COFFER_HOME: state,
        COFFER_PUSH_CONTACT: 'mailto:operator@example.org',
        COFFER_PUSH_SERVICES: pushService.url,
        // A new start waits for seconds, so that one can be finished here.
        COFFER_TEST_WAITS: `${newStartWaitSeconds},600,600,600,1`,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const collect = (chunk: Buffer): void => {
    printed += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  const deadline = performance.now() + readyWithinMs;
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.all([ended, pushService.stop()]);
    rmSync(home, { recursive: true, force: true });
  };
  while (!existsSync(readyFile)) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`the platform did not come up:\n${printed}`);
    }
    await pause(200);
  }
  const ready = JSON.parse(readFileSync(readyFile, 'utf8')) as Omit<ReadyPlatform, 'pushService'>;
  process.env['COFFER_E2E_PLATFORM'] = JSON.stringify({ ...ready, pushService: pushService.url });
  return stop;
}
