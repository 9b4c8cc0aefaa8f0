import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { tellParent } from './left-behind';

/** One process of the platform: what to run and how to see that it answers. */
export interface ServiceDefinition {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Answers 2xx when the service is ready. */
  readonly readyUrl: string;
}

export interface RunningService {
  readonly name: string;
  readonly logFile: string;
  /** Rejects when the process ends before it was asked to. */
  readonly unexpectedEnd: Promise<never>;
  /** SIGTERM, then SIGKILL after ten seconds. */
  stop(): Promise<void>;
}

/** From the place of the built launcher, tools/start/dist. */
const lifeline = new URL('../lifeline.mjs', import.meta.url).href;

const readyWithinMs = 90_000;
const stopsWithinMs = 10_000;

/**
 * Starts a service with its output in `<logs>/<name>.log` and waits until it answers.
 *
 * @param signal - ends the wait and the service
 * @throws Error where it ends by itself or does not answer, with the last lines of its log
 */
export async function startService(
  definition: ServiceDefinition,
  logFolder: string,
  signal: AbortSignal,
): Promise<RunningService> {
  signal.throwIfAborted();
  const logFile = join(logFolder, `${definition.name}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--import', lifeline, ...definition.args], {
    cwd: definition.cwd,
    env: { ...process.env, ...definition.env },
    // The last one is its lifeline: it ends when this process does.
    stdio: ['ignore', log, log, 'pipe'],
    // Its own process group: it stops when it is its turn, and with all that it started.
    detached: true,
  });
  closeSync(log);
  const held = child.stdio[3];
  if (held instanceof Socket) held.on('error', () => undefined).unref();
  if (child.pid !== undefined) tellParent({ started: child.pid });
  let stopping = false;
  const unexpectedEnd = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      if (child.pid !== undefined) tellParent({ ended: child.pid });
      if (!stopping)
        reject(new Error(`${definition.name} stopped by itself (${killedBy ?? code ?? '?'}): ${lastLines(logFile)}`));
    });
  });
  unexpectedEnd.catch(() => undefined);
  const service: RunningService = {
    name: definition.name,
    logFile,
    unexpectedEnd,
    async stop() {
      stopping = true;
      await stopProcess(child);
    },
  };
  try {
    await Promise.race([untilReady(definition, logFile, signal), unexpectedEnd]);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

async function untilReady({ name, readyUrl }: ServiceDefinition, logFile: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + readyWithinMs;
  while (performance.now() < deadline) {
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(2000)]);
      const response = await fetch(readyUrl, { redirect: 'manual', signal: within });
      await response.body?.cancel();
      if (response.status < 400) return;
    } catch {
      // Not listening yet.
    }
    await pause(100, undefined, { signal });
  }
  throw new Error(`${name} did not answer at ${readyUrl} within ${readyWithinMs / 1000} s: ${lastLines(logFile)}`);
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((done) => child.once('exit', () => done()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => killGroup(child), stopsWithinMs);
  await ended;
  clearTimeout(timer);
  killGroup(child);
}

/** By force, with whatever the service itself had started. */
function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group; or this system has no groups, and the service itself has ended.
  }
}

function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8);
  return `\n  ${lines.join('\n  ')}\n  (all of it: ${logFile})`;
}
