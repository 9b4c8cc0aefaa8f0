import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';

import { describeWithTestData, hexField, wycheproofCases, type WycheproofCase } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import { browserChunkedEncryption } from '../browser';
import { DeviceCryptoError } from '../errors';
import { nodeChunkedEncryption, openChunkedSync } from '../node';
import type { ChunkedEncryption, ChunkedKey, ChunkedSuite } from './types';

const files: readonly (readonly [ChunkedSuite, string])[] = [
  ['cobblestone-256', 'c2sp_chunked_encryption_aes_256_gcm'],
  ['cobblestone-128', 'c2sp_chunked_encryption_aes_128_gcm'],
];
const halves: readonly (readonly [string, ChunkedEncryption])[] = [
  ['node', nodeChunkedEncryption],
  ['browser', browserChunkedEncryption],
];

const sha512Hex = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('hex');

/** How a case ended: the message, or the error after the plaintext that had come out before it. */
interface Ending {
  readonly plaintext: Uint8Array;
  readonly error?: unknown;
}

async function whole(open: () => Promise<Uint8Array>): Promise<Ending> {
  try {
    return { plaintext: await open() };
  } catch (error) {
    return { plaintext: new Uint8Array(0), error };
  }
}

async function streamed(half: ChunkedEncryption, key: ChunkedKey, parts: Iterable<Uint8Array>): Promise<Ending> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of half.openStream(key, parts)) pieces.push(piece);
  } catch (error) {
    return { plaintext: Buffer.concat(pieces), error };
  }
  return { plaintext: Buffer.concat(pieces) };
}

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function expectEnding(test: WycheproofCase, ending: Ending, isStreamed: boolean): void {
  if (test.result === 'valid') {
    expect(ending.error).toBeUndefined();
    expect(ending.plaintext.length).toBe(test['msgLength']);
    expect(sha512Hex(ending.plaintext)).toBe(test['msgSha512']);
    return;
  }
  expect(ending.error).toBeInstanceOf(Error);
  if (!test.flags.includes('InvalidKeySize')) expect(ending.error).toBeInstanceOf(DeviceCryptoError);
  // What a stream gave out before it failed is the longest sound prefix at most.
  if (isStreamed && test.flags.includes('PartialPlaintext')) {
    expect(ending.plaintext.length).toBe(test['msgLength']);
    expect(sha512Hex(ending.plaintext)).toBe(test['msgSha512']);
  } else {
    expect(ending.plaintext.length).toBe(0);
  }
}

describeWithTestData('Wycheproof', (data) => {
  describe.each(files)('%s', (suite, file) => {
    const cases = wycheproofCases(data, file).map((test) => ({
      test,
      sealed: new Uint8Array(inflateSync(hexField(test, 'ct'))),
      key: { suite, inputKey: hexField(test, 'key'), context: hexField(test, 'ctx') } satisfies ChunkedKey,
    }));
    let run = 0;

    it.each(cases.map((entry) => [entry.test.tcId, entry.test.comment, entry] as const))(
      'case %i behaves: %s',
      async (_id, _comment, { test, sealed, key }) => {
        run++;
        expectEnding(test, await whole(async () => openChunkedSync(key, sealed)), false);
        for (const [, half] of halves) {
          expectEnding(test, await whole(async () => half.open(key, sealed)), false);
          expectEnding(test, await streamed(half, key, [sealed]), true);
          expectEnding(test, await streamed(half, key, cut(sealed, 16_411)), true);
        }
        expectEnding(test, await streamed(nodeChunkedEncryption, key, cut(sealed, 1)), true);
      },
    );

    it.each(cases.map((entry) => [entry.test.tcId, entry.test.comment, entry] as const))(
      'case %i tells its true size or none: %s',
      async (_id, _comment, { test, sealed, key }) => {
        const source = { size: sealed.length, read: async (from: number, n: number) => sealed.slice(from, from + n) };
        for (const [, half] of halves) {
          const ending = await whole(async () => {
            const reader = await half.openReader(key, source);
            await reader.authenticateSize();
            return new Uint8Array(reader.plainSize);
          });
          const isSound = test.result === 'valid' || test.flags.includes('ValidFinalChunk');
          expect(ending.error === undefined).toBe(isSound);
          if (test.result === 'valid') expect(ending.plaintext.length).toBe(test['msgLength']);
        }
      },
    );

    it('ran 35 cases', () => {
      expect(cases.filter(({ test }) => test.result === 'valid').length).toBeGreaterThan(0);
      expect([cases.length, run]).toEqual([35, 35]);
    });
  });
});
