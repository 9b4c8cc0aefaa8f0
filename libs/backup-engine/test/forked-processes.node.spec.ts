import { fork } from 'node:child_process';
import { once } from 'node:events';

import { toHex } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { buildEntries } from './build-entries';
import type { SealingState } from './sealing-state';

let entry: URL;
beforeAll(async () => {
  entry = (await buildEntries('sealing-entry'))['sealing-entry'];
});

const [processes, messages] = [4, 400];
/** The same for all: as processes that were forked from one, or one that was set back to what it held before. */
const state: SealingState = { inputKey: seed('input key', 32), context: seed('context', 64), messages };

/** Lets all processes come up before any goes on, so that they do so at once. @returns the headers of what each sealed */
async function sealEverywhere(): Promise<readonly (readonly Uint8Array[])[]> {
  const all = Array.from({ length: processes }, () => fork(entry, { serialization: 'advanced', execArgv: [] }));
  try {
    for (const [word] of await Promise.all(all.map((child) => once(child, 'message')))) expect(word).toBe('ready');
    const answers = all.map((child) => once(child, 'message'));
    for (const child of all) child.send(state);
    return (await Promise.all(answers)).map(([headers]) => headers as readonly Uint8Array[]);
  } finally {
    for (const child of all) child.kill();
  }
}

describe('real processes that go on from one state', () => {
  it('B14: never seal two messages under one key and nonce, though input key and place are the same', async () => {
    const headers = (await sealEverywhere()).flat();
    expect(headers).toHaveLength(processes * messages);
    // Key and base nonce come from the salt by one HKDF, and so does the commitment after it: other salts, other pairs.
    for (const [from, to] of [
      [0, 24],
      [24, 56],
    ] as const) {
      expect(new Set(headers.map((header) => toHex(header.slice(from, to)))).size).toBe(headers.length);
    }
  });
});
