import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../../../..');

/** One JSON line of `coffer --json` (docs/cli.md). */
export interface CofferLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** What one run came to. */
export interface CofferRun {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly CofferLine[];
  /** The line of type `summary`; undefined where the command failed. */
  readonly summary: CofferLine | undefined;
  readonly error: CofferLine | undefined;
}

/** What a run that did what it was asked looks like; where one did not, its error is in the difference that is shown. */
export const succeeded = { code: 0, signal: null, error: undefined } as const;

/** Runs the built `coffer` as its own process. @param onLine - sees each line as it comes */
export async function runCoffer(
  args: readonly string[],
  options: { readonly onLine?: (line: CofferLine) => void; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CofferRun> {
  const child = spawn(process.execPath, [join(root, 'apps/cli/bin/coffer.mjs'), ...args, '--json'], {
    cwd: root,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: CofferLine[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as CofferLine;
    lines.push(line);
    options.onLine?.(line);
  });
  const end = await new Promise<Pick<CofferRun, 'code' | 'signal'>>((done, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => done({ code, signal }));
  });
  const last = (type: string): CofferLine | undefined => lines.findLast((line) => line.type === type);
  return { ...end, lines, summary: last('summary'), error: last('error') };
}

/** Signs a sample account in on a device, through the identity provider's own pages. */
export async function signIn(username: string, deployment: string, home: string): Promise<CofferRun> {
  const built = pathToFileURL(join(root, 'apps/demo-identity/dist/index.mjs')).href;
  const identity = (await import(built)) as {
    readonly sampleAccounts: readonly { readonly username: string; readonly password: string }[];
    walkSignIn(walk: object): Promise<unknown>;
  };
  const account = identity.sampleAccounts.find((sample) => sample.username === username);
  const onLine = (line: CofferLine): void => {
    if (line.type === 'device-code') void identity.walkSignIn({ url: line['verificationUriComplete'], ...account });
  };
  return runCoffer(['login', '--deployment', deployment, '--home', home], { onLine });
}
