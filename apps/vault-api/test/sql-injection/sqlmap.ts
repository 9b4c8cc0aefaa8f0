import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What sqlmap made of one request. */
export interface SqlmapVerdict {
  /** Whether it found a parameter that becomes SQL. */
  readonly isInjectable: boolean;
  /** Everything that it printed. */
  readonly output: string;
}

/** Every technique that it has, at its lowest level and risk: the requests of a few minutes, for a server that is known. */
const options = [
  ...['--ignore-stdin', '--batch', '--flush-session', '--disable-coloring', '--skip-waf'],
  ...['--dbms=PostgreSQL', '--level=1', '--risk=1', '--technique=BEUSTQ', '--ignore-code=401,404'],
];

/**
 * Runs sqlmap (Debian: `apt-get install sqlmap`) over the places of one request that bear its mark, `*`.
 *
 * @param request - as on the wire, HTTP/1.1
 * @throws Error where it is not there, or ended without a verdict
 */
export async function runSqlmap(request: string): Promise<SqlmapVerdict> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-sqlmap-'));
  try {
    const file = join(folder, 'request');
    await writeFile(file, request);
    const output = await run(['-r', file, `--output-dir=${folder}`, ...options], folder);
    const isInjectable = output.includes('identified the following injection point');
    if (!isInjectable && !output.includes('all tested parameters do not appear to be injectable')) {
      throw new Error(`sqlmap gave no verdict: ${output.slice(-3_000)}`);
    }
    return { isInjectable, output };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run(args: readonly string[], home: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sqlmap', args, {
      env: { PATH: process.env['PATH'], HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (cause) => reject(new Error('sqlmap is not installed: apt-get install sqlmap', { cause })));
    child.once('close', () => resolve(output));
  });
}
