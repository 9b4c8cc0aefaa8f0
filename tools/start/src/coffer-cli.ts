import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const workspaceRoot = resolve(import.meta.dirname, '../../..');

/** One JSON line of `coffer --json`; docs/cli.md lists the types. */
export interface CliLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface CliResult {
  readonly exitCode: number;
  /** The last line of type `summary`, where there is one. */
  readonly summary: CliLine | undefined;
  readonly errorText: string;
}

export interface CliRun {
  /** Sees each line as it comes. */
  readonly onLine?: (line: CliLine) => void;
  /** Ends the command, politely. */
  readonly signal?: AbortSignal;
}

/** Runs the real `coffer` with `--json` and hands over each line as it comes. */
export async function runCoffer(args: readonly string[], { onLine, signal }: CliRun = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [join(workspaceRoot, 'apps/cli/bin/coffer.mjs'), ...args, '--json'], {
    cwd: workspaceRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let summary: CliLine | undefined;
  let errorText = '';
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (text) => {
    const line = JSON.parse(text) as CliLine;
    if (line.type === 'summary') summary = line;
    if (line.type === 'error') errorText += `${String(line['message'])}\n`;
    onLine?.(line);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errorText += chunk.toString();
  });
  const exitCode = await new Promise<number>((done, reject) => {
    child.on('error', reject);
    child.on('close', (code) => done(code ?? 1));
  });
  return { exitCode, summary, errorText };
}

/** As {@link runCoffer}, for a step that must succeed. @throws Error with the command's own message */
export async function mustRunCoffer(args: readonly string[], run: CliRun = {}): Promise<CliLine> {
  const { exitCode, summary, errorText } = await runCoffer(args, run);
  const name = args.slice(0, 2).join(' ');
  if (exitCode !== 0) throw new Error(`"coffer ${name}" ended with exit code ${exitCode}: ${errorText.trim()}`);
  if (summary === undefined) throw new Error(`"coffer ${name}" printed no summary`);
  return summary;
}
