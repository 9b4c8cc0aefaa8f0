import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

import type { CliConfig } from '../config';
import { writeFileAtomically } from '../files/atomic-file';
import type { ProgramResult, TimerSystem } from './timer-job';

/** This machine. */
export function nodeTimerSystem({ home, userHome, configFolder }: CliConfig): TimerSystem {
  return {
    homeFolder: userHome,
    configFolder,
    userId: process.getuid?.() ?? 0,
    deviceFolder: home,
    run: runProgram,
    write: (path, content) => writeFileAtomically(path, (writer) => writer.write(content), { mode: 0o600 }),
    remove: (path) => rm(path, { force: true }),
  };
}

function runProgram(program: string, args: readonly string[], input?: string): Promise<ProgramResult> {
  return new Promise((done) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', () => done({ code: null, stdout, stderr }));
    child.on('close', (code) => done({ code, stdout, stderr }));
    // A program that ends without reading has nothing to say about it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
  });
}
