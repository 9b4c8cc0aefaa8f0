import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { unusedPort } from '@coffer/test-kit/node';

const program = join(import.meta.dirname, '../dist/main.mjs');

/** One real vault-api process. */
export interface ApiProcess {
  readonly url: string;
  readonly metricsUrl: string;
  readonly pid: number;
  /** Everything that it wrote so far. */
  log(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Resolves with its exit code when it ends. */
  readonly ended: Promise<number | null>;
}

export interface ApiOptions {
  readonly home: string;
  readonly databaseUrl: string;
  readonly issuer: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What to wait for: ready unless told; a sealed vault is live only. */
  readonly until?: 'ready' | 'live';
}

/**
 * Starts the built program and waits until it is ready. Ends with the test process. Somebody else may take a port between the look
 * for a free one and the start: then other ports are tried.
 */
export async function startApi(options: ApiOptions): Promise<ApiProcess> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      if (tries === 3 || !(error instanceof Error) || !/"code":"port-taken"/.test(error.message)) throw error;
    }
  }
}

async function startOnFreePorts(options: ApiOptions): Promise<ApiProcess> {
  if (!existsSync(program)) throw new Error('vault-api is not built: npx nx run vault-api:build');
  const [port, metricsPort] = await Promise.all([unusedPort(), unusedPort()]);
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      COFFER_HOME: options.home,
      DATABASE_URL: options.databaseUrl,
      COFFER_ISSUER: options.issuer,
      COFFER_API_HOST: '127.0.0.1',
      COFFER_API_PORT: String(port),
      COFFER_API_METRICS_PORT: String(metricsPort),
      // Threads are what guess-limit, faults, shred-race and guess-histories try; each costs a start a quarter of a second.
      COFFER_OPAQUE_THREADS: '0',
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
  const url = `http://127.0.0.1:${port}`;
  await untilAnswers(`${url}/health/${options.until ?? 'ready'}`, child, () => text);
  return {
    url,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    pid: child.pid ?? 0,
    log: () => text,
    ended,
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}

async function untilAnswers(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`vault-api ended with ${end}: ${log()}`);
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok === true) return;
    await pause(50);
  }
  throw new Error(`vault-api did not answer in 60 s: ${log().slice(0, 4000)}`);
}
