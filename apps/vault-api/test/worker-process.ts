import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unusedPort } from '@coffer/test-kit/node';

const program = join(import.meta.dirname, '../../migration-worker/dist/main.mjs');

/** One real migration-worker process. */
export interface WorkerProcess {
  readonly metricsUrl: string;
  /** Everything that it wrote so far. */
  log(): string;
  /** Sends a signal and does not wait. */
  signal(signal: NodeJS.Signals): void;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves with its exit code when it ends; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

export interface WorkerOptions {
  readonly home: string;
  readonly databaseUrl: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** false: do not wait for readiness. */
  readonly waitReady?: boolean;
}

/** Starts the built program with the waits of a demo. Ends with the test process. */
export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  if (!existsSync(program)) throw new Error('migration-worker is not built: npx nx run migration-worker:build');
  const metricsPort = await unusedPort();
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      COFFER_HOME: options.home,
      DATABASE_URL: options.databaseUrl,
      COFFER_WORKER_METRICS_PORT: String(metricsPort),
      COFFER_GRACE_SECONDS: '0',
      COFFER_YOUNG_KEY_GRACE_SECONDS: '0',
      COFFER_LISTING_GAP_MS: '300',
      COFFER_WORKER_LEASE_SECONDS: '1',
      ...options.environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stopWithParent = (): void => void child.kill('SIGKILL');
  process.once('exit', stopWithParent);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  void ended.then(() => process.removeListener('exit', stopWithParent));
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const worker: WorkerProcess = {
    metricsUrl,
    log: () => text,
    ended,
    signal: (signal) => void child.kill(signal),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
  if (options.waitReady !== false) await untilReady(worker);
  return worker;
}

async function untilReady(worker: WorkerProcess): Promise<void> {
  const ended = worker.ended.then(() => 'ended' as const);
  for (let tries = 0; tries < 400; tries++) {
    const response = await fetch(`${worker.metricsUrl}/health/ready`).catch(() => undefined);
    if (response?.ok === true) return;
    if ((await Promise.race([ended, pause(50, 'waiting' as const)])) === 'ended') break;
  }
  throw new Error(`migration-worker was not ready in 20 s: ${worker.log()}`);
}
