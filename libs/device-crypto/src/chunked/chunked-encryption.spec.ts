import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, EncodingError, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { browserChunkedEncryption, openChunked, sealChunked } from '../browser';
import { nodeChunkedEncryption, openChunkedSync, sealChunkedSync } from '../node';
import { newMessageKeys, pieceNonce } from './message-keys';
import { newMessageSalt } from './message-salt';
import { chunkedHeaderBytes, chunkedPieceBytes, chunkedSealedPieceBytes, sealedSize } from './sizes';
import type { ChunkedKey, RangeSource } from './types';

const keys = [
  { suite: 'cobblestone-256', inputKey: seed('input key'), context: seed('context', 70) },
  { suite: 'cobblestone-128', inputKey: seed('input key', 16), context: new Uint8Array(0) },
] as const satisfies readonly ChunkedKey[];
const key: ChunkedKey = keys[0];
const halves = [
  ['node', nodeChunkedEncryption],
  ['browser', browserChunkedEncryption],
] as const;

// Around the borders of a piece, where mistakes live.
const sizes = fc.oneof(
  fc.integer({ min: 0, max: 100 }),
  fc.constantFrom(1, 2, 3).chain((pieces) => fc.integer({ min: -2, max: 2 }).map((off) => pieces * 16_384 + off)),
  fc.integer({ min: 0, max: 70_000 }),
);
const coded = (...codes: readonly string[]): Error =>
  expect.objectContaining({
    name: 'DeviceCryptoError',
    code: expect.stringMatching(new RegExp(`^(${codes.join('|')})$`)) as string,
  }) as Error;

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece.slice());
  return concatBytes(...pieces);
}

function* cut(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length]!;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

function sourceOf(bytes: Uint8Array, reads: [number, number][] = []): RangeSource {
  return {
    size: bytes.length,
    read: async (offset, length) => {
      reads.push([offset, length]);
      return bytes.slice(offset, offset + length);
    },
  };
}

describe('both halves', () => {
  property.prop([sizes, fc.constantFrom(...keys)], { numRuns: 60 })('write the same bytes', async (size, each) => {
    const plaintext = seed('plaintext', size);
    const salt = seed('salt', 24);
    const sealed = sealChunkedSync(each, plaintext, salt);
    expect(sealed.length).toBe(sealedSize(size));
    expect(Buffer.from(await sealChunked(each, plaintext, salt)).equals(sealed)).toBe(true);
    expect(plaintext).toEqual(seed('plaintext', size));
  });

  property.prop([sizes, fc.constantFrom(...keys), fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1 })], {
    numRuns: 60,
  })('read each other, whole and streamed, however it is cut', async (size, each, lengths) => {
    const plaintext = Buffer.from(seed('plaintext', size));
    for (const [, writer] of halves) {
      const whole = await writer.seal(each, plaintext);
      const streamed = await collect(writer.sealStream(each, cut(plaintext, lengths)));
      expect(streamed.length).toBe(sealedSize(size));
      for (const [, reader] of halves) {
        expect(plaintext.equals(await reader.open(each, streamed))).toBe(true);
        expect(plaintext.equals(await collect(reader.openStream(each, cut(whole, lengths))))).toBe(true);
      }
    }
  });

  it('draw a new salt for each message', async () => {
    for (const [, half] of halves) {
      const [first, second] = [await half.seal(key, new Uint8Array(5)), await half.seal(key, new Uint8Array(5))];
      expect(first.subarray(0, 24)).not.toEqual(second.subarray(0, 24));
    }
  });
});

describe.each(halves)('%s half', (_name, half) => {
  const plaintext = seed('plaintext', 2 * chunkedPieceBytes + 700);
  const sealed = sealChunkedSync(key, plaintext);
  const piece = (index: number): Uint8Array =>
    sealed.subarray(
      chunkedHeaderBytes + index * chunkedSealedPieceBytes,
      chunkedHeaderBytes + (index + 1) * chunkedSealedPieceBytes,
    );
  const header = sealed.subarray(0, chunkedHeaderBytes);

  async function expectRefused(changed: Uint8Array, code: Error, each: ChunkedKey = key): Promise<void> {
    await expect(half.open(each, changed)).rejects.toThrow(code);
    await expect(collect(half.openStream(each, cut(changed, [9000])))).rejects.toThrow(code);
  }

  property.prop([fc.nat({ max: sealed.length * 8 - 1 })], { numRuns: 100 })('refuses any flipped bit', async (bit) => {
    const changed = sealed.slice();
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const isHeader = bit >> 3 < chunkedHeaderBytes;
    await expectRefused(changed, coded(isHeader ? 'commitment-mismatch' : 'piece-damaged'));
  });

  property.prop([fc.nat({ max: sealed.length - 1 })], { numRuns: 100 })('refuses any truncation', async (length) => {
    await expectRefused(sealed.subarray(0, length), coded('truncated', 'piece-damaged'));
  });

  it.each([
    ['pieces swapped', concatBytes(header, piece(1), piece(0), piece(2))],
    ['a piece twice', concatBytes(header, piece(0), piece(0), piece(1), piece(2))],
    ['a piece left out', concatBytes(header, piece(0), piece(2))],
    ['the end of another message', concatBytes(sealChunkedSync(key, plaintext).subarray(0, -716), piece(2))],
    ['one byte more', concatBytes(sealed, new Uint8Array(1))],
    ['the final piece twice', concatBytes(sealed, piece(2))],
  ])('refuses %s', async (_what, changed) => {
    await expectRefused(changed, coded('piece-damaged'));
  });

  it.each<[string, ChunkedKey]>([
    ['input key', { ...key, inputKey: seed('other') }],
    ['context', { ...key, context: seed('other', 70) }],
    ['context that continues it', { ...key, context: concatBytes(key.context, new Uint8Array(1)) }],
  ])('refuses another %s before any piece', async (_what, other) => {
    await expectRefused(sealed, coded('commitment-mismatch'), other);
  });

  it.each<ChunkedKey>([
    { ...key, inputKey: seed('input key', 16) },
    { ...key, inputKey: seed('input key', 33) },
    { ...keys[1], inputKey: seed('input key', 32) },
  ])('refuses an input key of another length', async (wrong) => {
    await expect(half.seal(wrong, plaintext)).rejects.toThrow(EncodingError);
    await expect(half.open(wrong, sealed)).rejects.toThrow(EncodingError);
  });

  it('names the damaged piece', async () => {
    const changed = sealed.slice();
    changed[chunkedHeaderBytes + chunkedSealedPieceBytes + 5]! ^= 1;
    await expect(half.open(key, changed)).rejects.toMatchObject({ code: 'piece-damaged', fields: { piece: 1 } });
  });

  it('closes its source when a stream fails or is left', async () => {
    for (const bytes of [sealed, sealed.toReversed()]) {
      let isClosed = false;
      const parts = (function* () {
        try {
          yield* cut(bytes, [100]);
        } finally {
          isClosed = true;
        }
      })();
      try {
        for await (const _ of half.openStream(key, parts)) break;
      } catch (error) {
        expect(error).toEqual(coded('commitment-mismatch'));
      }
      expect(isClosed).toBe(true);
    }
  });

  describe('openReader', () => {
    property.prop([sizes, fc.nat(), fc.nat()], { numRuns: 60 })('reads any range', async (size, from, length) => {
      const whole = seed('range', size);
      const reader = await half.openReader(key, sourceOf(sealChunkedSync(key, whole)));
      const offset = from % (size + 1);
      const count = length % (size - offset + 1);
      expect(reader.plainSize).toBe(size);
      expect(toHex(await reader.read(offset, count))).toBe(toHex(whole.subarray(offset, offset + count)));
      await reader.authenticateSize();
    });

    it('fetches the header, then no more than the pieces that hold the range', async () => {
      const reads: [number, number][] = [];
      const reader = await half.openReader(key, sourceOf(sealed, reads));
      await reader.read(chunkedPieceBytes + 10, 5);
      await reader.authenticateSize();
      expect(reads).toEqual([
        [0, 56],
        [56 + 16_400, 16_400],
        [56 + 2 * 16_400, 716],
      ]);
    });

    it('fetches a long range in parts of 64 pieces', async () => {
      const long = seed('long', 130 * chunkedPieceBytes);
      const reads: [number, number][] = [];
      const reader = await half.openReader(key, sourceOf(sealChunkedSync(key, long), reads));
      expect(Buffer.from(await reader.read(0, long.length)).equals(long)).toBe(true);
      expect(reads.slice(1).map(([, length]) => length / chunkedSealedPieceBytes)).toEqual([64, 64, 2]);
    });

    it('loses the damaged piece only', async () => {
      const changed = sealed.slice();
      changed[chunkedHeaderBytes + chunkedSealedPieceBytes + 5]! ^= 1;
      const reader = await half.openReader(key, sourceOf(changed));
      expect(await reader.read(0, 100)).toEqual(plaintext.subarray(0, 100));
      expect(await reader.read(2 * chunkedPieceBytes, 100)).toEqual(plaintext.subarray(-700, -600));
      await expect(reader.read(chunkedPieceBytes, 1)).rejects.toThrow(coded('piece-damaged'));
    });

    it('does not believe a size that the final piece does not prove', async () => {
      const cutShort = await half.openReader(key, sourceOf(sealed.subarray(0, -100)));
      expect(cutShort.plainSize).toBe(plaintext.length - 100);
      await expect(cutShort.authenticateSize()).rejects.toThrow(coded('piece-damaged'));
      await expect(half.openReader(key, sourceOf(sealed.subarray(0, 60)))).rejects.toThrow(coded('truncated'));
    });

    it.each([
      [-1, 5],
      [0, plaintext.length + 1],
      [plaintext.length, 1],
      [0.5, 1],
      [0, Number.NaN],
    ])('refuses the range from %d with %d bytes', async (offset, length) => {
      const reader = await half.openReader(key, sourceOf(sealed));
      await expect(reader.read(offset, length)).rejects.toThrow(coded('out-of-range'));
    });

    it('refuses a source that gives less than it says', async () => {
      const source: RangeSource = { size: sealed.length, read: async () => new Uint8Array(10) };
      await expect(half.openReader(key, source)).rejects.toThrow(coded('truncated'));
    });
  });
});

describe('sealChunkedSync', () => {
  it.each([0, 1, 16_383, 16_384, 40_000, 65_536])('seals %i bytes in the very memory that held them', (length) => {
    const plaintext = seed('in place', length);
    const longest = 70_000;
    const memory = new Uint8Array(sealedSize(longest));
    // As a pack is filled before its length is known: the room in front is that of the longest.
    memory.set(plaintext, memory.length - longest);
    const salt = seed('salt', 24);
    const inPlace = memory.subarray(memory.length - longest).subarray(0, length);
    const sealed = sealChunkedSync(key, inPlace, salt, memory);
    expect(sealed.buffer).toBe(memory.buffer);
    expect(sealed.byteOffset).toBe(0);
    expect(sealed).toEqual(sealChunkedSync(key, plaintext, salt));
    expect(openChunkedSync(key, sealed)).toEqual(plaintext);
  });
});

describe('sealChunked', () => {
  // The last is of more pieces than are under way at once.
  it.each([0, 1, 16_384, 40_000, 400_000])(
    'seals %i bytes in the very memory that held them, without a byte to spare',
    async (length) => {
      const plaintext = seed('in place', length);
      const memory = new Uint8Array(sealedSize(length));
      const inPlace = memory.subarray(memory.length - length);
      inPlace.set(plaintext);
      const salt = seed('salt', 24);
      const sealed = await sealChunked(key, inPlace, salt, memory);
      expect([sealed.buffer, sealed.byteOffset]).toEqual([memory.buffer, 0]);
      expect(toHex(sealed)).toBe(toHex(sealChunkedSync(key, plaintext, salt)));
    },
  );
});

describe('openChunked', () => {
  it.each([0, 1, 16_384, 40_000, 400_000])(
    'opens %i bytes in the very memory that held them sealed',
    async (length) => {
      const plaintext = seed('in place', length);
      const sealed = sealChunkedSync(key, plaintext);
      const opened = await openChunked(key, sealed, sealed);
      expect([opened.buffer, opened.byteOffset]).toEqual([sealed.buffer, 0]);
      expect(toHex(opened)).toBe(toHex(plaintext));
    },
  );
});

describe('openChunkedSync', () => {
  it.each([0, 1, 16_383, 16_384, 40_000])('opens %i bytes in the very memory that held them sealed', (length) => {
    const plaintext = seed('in place', length);
    const memory = new Uint8Array(sealedSize(50_000));
    const sealed = sealChunkedSync(key, plaintext, undefined, memory);
    expect(sealed.buffer).toBe(memory.buffer);
    expect(sealed.length).toBe(sealedSize(length));
    const opened = openChunkedSync(key, sealed, sealed);
    expect(opened.buffer).toBe(memory.buffer);
    expect(opened).toEqual(plaintext);
  });
  it('takes memory of its own where the given one is too small', () => {
    const sealed = sealChunkedSync(key, seed('in place', 100), undefined, new Uint8Array(10));
    expect(openChunkedSync(key, sealed, new Uint8Array(99))).toEqual(seed('in place', 100));
  });
  it('takes memory that threads share', () => {
    const sealed = sealChunkedSync(key, seed('plaintext', 40_000));
    const shared = new Uint8Array(new SharedArrayBuffer(sealed.length));
    shared.set(sealed);
    expect(openChunkedSync(key, shared)).toEqual(seed('plaintext', 40_000));
  });
});

describe('a machine that was set back in the middle of a run', () => {
  /** As if each draw gave the bytes of an earlier one. */
  const setBack = (): void => {
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((bytes) => {
      new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).fill(7);
      return bytes;
    });
  };
  afterEach(() => vi.restoreAllMocks());

  property.prop([fc.constantFrom(...halves), sizes], { numRuns: 40 })(
    'B14: seals no two contents under one salt, though the generator repeats itself',
    async ([_name, half], size) => {
      setBack();
      const [one, other] = [seed('one', size + 1), seed('other', size + 1)];
      const salts = await Promise.all(
        [one, other, one].map(async (each) => toHex((await half.seal(key, each)).slice(0, 24))),
      );
      expect(salts[1]).not.toBe(salts[0]);
      // The same message once more is the same bytes: nothing is told by them but that.
      expect(salts[2]).toBe(salts[0]);
    },
  );

  it('B14: another salt under another key, for another content, with other random bytes; 24 bytes of each', () => {
    const [content, drawn] = [seed('content'), seed('drawn')];
    const salts = [
      newMessageSalt({ inputKey: seed('k') }, content, drawn),
      newMessageSalt({ inputKey: seed('l') }, content, drawn),
      newMessageSalt({ inputKey: seed('k') }, seed('more'), drawn),
      newMessageSalt({ inputKey: seed('k') }, content, seed('more')),
      newMessageSalt({ inputKey: seed('k') }, content),
      newMessageSalt({ inputKey: seed('k') }, content),
    ];
    expect(salts.map(({ length }) => length)).toEqual([24, 24, 24, 24, 24, 24]);
    expect(new Set(salts.map(toHex)).size).toBe(salts.length);
    const expected = hmac(sha512, seed('k'), concatBytes(utf8('coffer/v1/message-salt\0'), drawn, content));
    expect(salts[0]).toEqual(expected.slice(0, 24));
    expect(() => newMessageSalt(key, seed('short', 31))).toThrow(EncodingError);
    expect(() => newMessageSalt(key, content, seed('short', 31))).toThrow(EncodingError);
  });
});

describe('sealChunkedSync', () => {
  it('B14: gives no piece the key stream of another, over all pieces that one state seals at one place', () => {
    // Seen from outside: a plaintext of zeros gives the key stream itself, and one key with one nonce would give it twice.
    // A million, of processes that were forked or set back: the proof `nonce-pairs`.
    const [messages, piecesEach] = [8, 256];
    const zeros = new Uint8Array(piecesEach * chunkedPieceBytes);
    const seen = new Set<string>();
    for (let message = 0; message < messages; message++) {
      const sealed = Buffer.from(sealChunkedSync(key, zeros).buffer);
      for (let piece = 0; piece < piecesEach; piece++) {
        const at = chunkedHeaderBytes + piece * chunkedSealedPieceBytes;
        seen.add(sealed.toString('latin1', at, at + 16));
      }
    }
    expect(seen.size).toBe(messages * piecesEach);
  });
});

describe('pieceNonce', () => {
  it('B14: no key and nonce come twice over 10^6 pieces of 200 messages that one state seals at one place', () => {
    const [messages, pieces] = [200, 5000];
    // As a machine that was set back to a snapshot, or two devices with one key: input key and context are the same.
    const messageKeysSeen = new Set<string>();
    let pairs = 0;
    for (let message = 0; message < messages; message++) {
      const salt = sealChunkedSync(key, new Uint8Array(0)).subarray(0, 24);
      const { keys } = newMessageKeys(key, salt);
      messageKeysSeen.add(toHex(keys.key));
      // The counter reaches into the last bytes: so few pieces can only differ there.
      const ends = new Set<number>();
      for (let piece = 0; piece < pieces; piece++) {
        ends.add(new DataView(pieceNonce(keys.baseNonce, piece).buffer).getUint32(8));
      }
      pairs += ends.size;
    }
    expect(messageKeysSeen.size).toBe(messages);
    expect(pairs).toBe(messages * pieces);
  });

  it.each([
    [0, '000000000000000000000000'],
    [1, '000000000000000000000001'],
    [0x1_0000, '000000000000000000010000'],
    [2 ** 32 - 1, '0000000000000000ffffffff'],
    [2 ** 32, '000000000000000100000000'],
    [2 ** 38 - 1, '000000000000003fffffffff'],
  ])('XORs %d into the end of the base nonce', (index, hex) => {
    expect(toHex(pieceNonce(new Uint8Array(12), index))).toBe(hex);
    const base = seed('base', 12);
    const expected = base.map((byte, at) => byte ^ Buffer.from(hex, 'hex')[at]!);
    expect(pieceNonce(base, index)).toEqual(expected);
    expect(base).toEqual(seed('base', 12));
  });
});
