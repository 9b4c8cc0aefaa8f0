import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@coffer/foundation';
import type { ApiProcess } from './api-process';
import type { VaultBench } from './vault-bench';

const program = resolve(import.meta.dirname, '../../cli/bin/coffer.mjs');
const bundle = resolve(import.meta.dirname, '../../cli/dist');

/** One JSON line of `coffer --json` (docs/cli.md). */
export interface CofferLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What one run came to. */
export interface CofferRun {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly lines: readonly CofferLine[];
  readonly summary: CofferLine | undefined;
  readonly error: CofferLine | undefined;
  /** What it wrote beside the lines. */
  readonly errors: string;
}

/** A device that is a real `coffer` process with a folder of its own, signed in as `subject`. */
export class CofferDevice {
  readonly home: string;
  readonly #bench: VaultBench;
  readonly #subject: string;

  private constructor(bench: VaultBench, subject: string, home: string) {
    this.#bench = bench;
    this.#subject = subject;
    this.home = home;
  }

  static async signIn(bench: VaultBench, subject: string, home: string, api = bench.apis[0]!): Promise<CofferDevice> {
    if (!existsSync(bundle)) throw new Error('coffer is not built: npx nx run cli:build');
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const device = new CofferDevice(bench, subject, home);
    await device.pointTo(api);
    return device;
  }

  /** Writes what `coffer login` would have written for this process of the vault. */
  async pointTo(api: Pick<ApiProcess, 'url'>): Promise<void> {
    const deployment = JSON.parse(readFileSync(join(this.#bench.home, 'deployment.json'), 'utf8')) as object;
    const accessToken = await this.#bench.issuer.token(this.#subject);
    const answer = await fetch(`${api.url}/v1/account`, { headers: { authorization: `Bearer ${accessToken}` } });
    const { accountId } = (await answer.json()) as { accountId: string };
    const nowMs = systemClock.nowMs();
    const session = {
      ...{ v: 1, issuer: this.#bench.issuer.url, clientId: 'coffer-cli', accountId, accessToken },
      ...{ expiresAtMs: nowMs + 600_000, refreshToken: null, signedInAtMs: nowMs },
    };
    this.#write('deployment.json', { ...deployment, apiUrl: api.url });
    this.#write('session.json', session);
  }

  #write(name: string, content: object): void {
    writeFileSync(join(this.home, name), JSON.stringify(content), { mode: 0o600 });
  }

  /** Runs a command to its end. */
  async run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<CofferRun> {
    return this.start(args, environment).ended;
  }

  /** Starts a command; whoever holds it may kill it. */
  start(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): { readonly child: ChildProcess; readonly ended: Promise<CofferRun> } {
    const child = spawn(process.execPath, [program, ...args, '--json', '--home', this.home], {
      env: { PATH: process.env['PATH'], HOME: this.home, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines: CofferLine[] = [];
    let errors = '';
    createInterface({ input: child.stdout }).on('line', (text) => lines.push(JSON.parse(text) as CofferLine));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const last = (type: string): CofferLine | undefined => lines.findLast((line) => line.type === type);
    const ended = new Promise<CofferRun>((done, reject) => {
      child.once('error', reject);
      child.once('close', (code) => done({ code, lines, summary: last('summary'), error: last('error'), errors }));
    });
    return { child, ended };
  }
}
