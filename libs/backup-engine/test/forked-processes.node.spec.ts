import { fork } from 'node:child_process';
import { once } from 'node:events';

import { proofSize, recordProof, seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { buildEntries } from './build-entries';
import type { SealedStreams, SealingState } from './sealing-state';

let entry: URL;
beforeAll(async () => {
  entry = (await buildEntries('sealing-entry'))['sealing-entry'];
});

const processes = 4;
/** Of each process, in each of two cases: 10^6 pieces in all in a long run. */
const [messages, pieces] = proofSize({ sample: [200, 2], long: [250, 500] });
/** The same for all: as processes that were forked from one, or one that was set back to what it held before. */
const state: Omit<SealingState, 'program'> = {
  inputKey: seed('input key', 32),
  context: seed('context', 64),
  messages,
  pieces,
};

/** Lets all processes come up before any goes on, so that they do so at once. */
async function sealEverywhere(): Promise<readonly SealedStreams[]> {
  const all = Array.from({ length: processes }, () => fork(entry, { serialization: 'advanced', execArgv: [] }));
  try {
    for (const [word] of await Promise.all(all.map((child) => once(child, 'message')))) expect(word).toBe('ready');
    const answers = all.map((child) => once(child, 'message'));
    all.forEach((child, process) => child.send({ ...state, program: process }));
    return (await Promise.all(answers)).map(([streams]) => streams as SealedStreams);
  } finally {
    for (const child of all) child.kill();
  }
}

function cut(streams: Uint8Array): readonly string[] {
  const bytes = Buffer.from(streams.buffer as ArrayBuffer, streams.byteOffset, streams.length);
  return Array.from({ length: bytes.length / 16 }, (_, piece) =>
    bytes.toString('latin1', piece * 16, (piece + 1) * 16),
  );
}

describe('real processes that go on from one state', () => {
  it(
    'B14: never seal two pieces under one key and nonce, though input key and place are the same, nor where the generator repeats itself',
    { timeout: proofSize({ sample: 60_000, long: 900_000 }) },
    async () => {
      const started = performance.now();
      const streams = await sealEverywhere();
      const forked = streams.flatMap((each) => cut(each.forked));
      const setBack = streams.flatMap((each) => cut(each.setBack));
      // Seen from outside: one key with one nonce would give one key stream twice.
      const seen = new Set([...forked, ...setBack]);
      expect([forked.length, setBack.length]).toEqual(Array(2).fill(processes * messages * pieces));
      expect(seen.size).toBe(2 * processes * messages * pieces);
      recordProof({
        proof: 'nonce-pairs',
        count: seen.size,
        seconds: (performance.now() - started) / 1000,
        asserted:
          'Pieces that processes sealed which went on from one state, under one input key and for one place, half of them of other contents ' +
          'and with a generator that gives every process the same bytes again and again: no two have one key stream, so no key and ' +
          'nonce came twice.',
        figures: { processes, messages: 2 * processes * messages, piecesOfMessage: pieces },
      });
    },
  );
});
