import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { proofSample } from '@coffer/test-kit';
import { expect, test } from '@playwright/test';

const root = resolve(import.meta.dirname, '../../..');

/** One `npm start` with a home and ports of its own. */
interface Launcher {
  readonly child: ChildProcess;
  readonly readyFile: string;
  /** What it printed so far. */
  printed(): string;
  /** Its exit code, once it has ended; the signal's name where one ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** What the global set-up has built is not looked at again for each of the starts. */
const built = ['--built'];

const patienceMs = 300_000;
/** A platform that is stuck is ended by force after ninety seconds. */
const endsWithinMs = 120_000;

/** Waits until `holds`; where it never does, the launcher's own words are in the error. */
async function until(holds: () => boolean, what: string, said: () => string): Promise<void> {
  for (const started = performance.now(); performance.now() - started < patienceMs; await pause(50)) {
    if (holds()) return;
  }
  throw new Error(`never came true: ${what}\n${said()}`);
}

/** How it ended; where it does not, its own words and what it still waits for are in the error. */
async function endOf({ child, ended, printed }: Launcher): Promise<number | NodeJS.Signals> {
  const never = pause(endsWithinMs, 'never' as const, { ref: false });
  const end = await Promise.race([ended, never]);
  if (end !== 'never') return end;
  const running = spawnSync('ps', ['-A', '-o', 'pid,ppid,pgid,stat,args'], { encoding: 'utf8' }).stdout;
  throw new Error(`did not end: exit code ${child.exitCode}, signal ${child.signalCode}\n${printed()}\n${running}`);
}

/** Every process that bears `home` in its environment or its arguments: all that this launcher started. */
function processesOf(home: string): readonly string[] {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return ids.filter((id) => {
    try {
      const of = readFileSync(`/proc/${id}/environ`, 'utf8').split('\0');
      return of.includes(`COFFER_HOME=${home}`) || readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(home);
    } catch {
      return false;
    }
  });
}

/** The process that runs the platform, below the launcher. */
function platformOf(home: string): number {
  const [line] = readFileSync(join(home, 'launcher.pid'), 'utf8').split('\n');
  return Number(line);
}

test.describe('npm start, stopped', () => {
  test.skip(process.platform !== 'linux', 'looks for left processes in /proc');
  let home: string;
  let launchers: Launcher[];
  test.beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'coffer-launcher-'));
    // The user that PostgreSQL runs as under root may enter, so that all state lies here and goes with it.
    chmodSync(home, 0o711);
    launchers = [];
    test.setTimeout(2 * patienceMs);
  });
  test.afterEach(async () => {
    for (const launcher of launchers) {
      launcher.child.kill('SIGTERM');
      await endOf(launcher);
    }
    rmSync(home, { recursive: true, force: true });
  });

  function start(...args: readonly string[]): Launcher {
    const readyFile = join(home, `ready-${launchers.length}.json`);
    const child = spawn(
      process.execPath,
      ['tools/start/start.mjs', '--free-ports', '--ready-file', readyFile, ...args],
      { cwd: root, env: { ...process.env, COFFER_HOME: home }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const ended = new Promise<number | NodeJS.Signals>((done) => {
      child.once('close', (code, signal) => done(code ?? signal ?? 1));
    });
    const launcher = { child, readyFile, printed: () => text, ended };
    launchers.push(launcher);
    return launcher;
  }

  /** The same home again and again: what one run left must not hinder the next. */
  async function startUntil(line: string, ...args: readonly string[]): Promise<Launcher> {
    const launcher = start(...args);
    const isThere = (): boolean => launcher.printed().includes(line) || launcher.child.exitCode !== null;
    await until(isThere, line, launcher.printed);
    expect(launcher.child.exitCode, launcher.printed()).toBe(null);
    return launcher;
  }

  async function requireNothingLeft(launcher: Launcher): Promise<void> {
    await until(() => processesOf(home).length === 0, 'no process is left', launcher.printed);
  }

  const moments = ['Building', 'Starting', 'PostgreSQL is up', 'vault-api is up'];
  for (const line of proofSample('interruptions of the launcher', moments, 2)) {
    test(`ends everything when it is interrupted at "${line}"`, async () => {
      const launcher = await startUntil(line, ...(line === 'Building' ? [] : built));
      launcher.child.kill('SIGINT');
      expect(await endOf(launcher), launcher.printed()).toBe(130);
      expect(launcher.printed()).toMatch(/Everything is stopped\.|Stopped during the build\. Nothing was started\./);
      await requireNothingLeft(launcher);
    });
  }

  test('ends everything on Ctrl-C, even a hasty one, and refuses a second launcher in its home before that', async () => {
    const launcher = await startUntil('Ctrl-C stops everything');
    expect(launcher.printed()).toContain('password sam-demo-pass');
    const { urls } = JSON.parse(readFileSync(launcher.readyFile, 'utf8')) as { urls: { api: string } };
    const second = start(...built);
    expect(await endOf(second)).toBe(1);
    expect(second.printed()).toContain('another "npm start" runs');
    expect((await fetch(`${urls.api}/health/ready`)).status).toBe(200);
    for (let hasty = 0; hasty < 3; hasty++) launcher.child.kill('SIGINT');
    expect(await endOf(launcher)).toBe(0);
    expect(launcher.printed()).toContain('Everything is stopped.');
    await requireNothingLeft(launcher);
  });

  test('ends what it had started when a part of it is killed, and starts again', async () => {
    const [part] = proofSample('the part of the launcher that is killed', ['platform', 'launcher'], 1);
    const killed = await startUntil('vault-api is up', ...built);
    if (part === 'platform') process.kill(platformOf(home), 'SIGKILL');
    else killed.child.kill('SIGKILL');
    expect(await endOf(killed)).toBe(part === 'platform' ? 1 : 'SIGKILL');
    if (part === 'platform') expect(killed.printed()).toContain('what it had started is being stopped');
    await requireNothingLeft(killed);

    const allButDatabase = await startUntil('vault-api is up', ...built);
    const isPostgres = (id: string): boolean => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('postgres');
    for (const id of processesOf(home).filter((one) => !isPostgres(one))) process.kill(Number(id), 'SIGKILL');
    await endOf(allButDatabase);
    await startUntil('vault-api is up', ...built);
  });
});
