import { createInterface } from 'node:readline';

import { acquireRunLock, type RunLock } from '../src/node';

/** Takes and gives back one lock, as the lines on standard input say. */
const path = process.argv[2]!;
let lock: RunLock | undefined;

function act(line: string): string {
  if (line === 'release') {
    lock?.release();
    lock = undefined;
    return 'released';
  }
  try {
    lock = acquireRunLock(path);
    return 'held';
  } catch (error) {
    return error instanceof Error ? `${String((error as { code?: unknown }).code)}: ${error.message}` : 'failed';
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) process.stdout.write(`${act(line)}\n`);
