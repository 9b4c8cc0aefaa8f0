import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const coffer = resolve(import.meta.dirname, '../bin/coffer.mjs');

/** Runs the real command; SIGKILL after so many milliseconds where a number is given. */
export function run(
  args: readonly string[],
  options: { readonly killAfterMs?: number; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<{ code: number | null; printed: string }> {
  const { killAfterMs, environment } = options;
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [coffer, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => done({ code, printed }));
    if (killAfterMs !== undefined) void pause(killAfterMs).then(() => child.kill('SIGKILL'));
  });
}

/** SHA-256 of every file below a folder, by relative path. */
export function hashes(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(relative(folder, path), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return found;
}
