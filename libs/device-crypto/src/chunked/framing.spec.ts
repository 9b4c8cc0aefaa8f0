import { createHmac } from 'node:crypto';

import { concatBytes, toHex, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { nodeChunkedEncryption, openChunkedSync, sealChunkedSync } from '../node';
import { messageKeys, newMessageKeys } from './message-keys';
import { pieceDamaged } from './piece-cipher';
import { reCut } from './re-cut';
import { chunkedHeaderBytes, chunkedPieceBytes, plainSize, sealedSize } from './sizes';
import type { ChunkedKey, RangeSource } from './types';

const key = { suite: 'cobblestone-256', inputKey: seed('input key'), context: seed('context', 70) } as const;
const small = { suite: 'cobblestone-128', inputKey: seed('input key', 16), context: new Uint8Array(0) } as const;
const salt = seed('salt', 24);

/** The same error in every part that a caller may rely on. */
function told(code: string, message: string, fields: object = {}): object {
  return expect.objectContaining({ code, message, fields }) as object;
}

/** What `act` throws. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** HKDF-Expand with SHA-512 (RFC 5869, section 2.3), a second time and by another library. */
function expand(inputKey: Uint8Array, info: Uint8Array, length: number): Buffer {
  let [block, output] = [Buffer.alloc(0), Buffer.alloc(0)];
  for (let count = 1; output.length < length; count++) {
    block = createHmac('sha512', inputKey)
      .update(concatBytes(block, info, Uint8Array.of(count)))
      .digest();
    output = Buffer.concat([output, block]);
  }
  return output.subarray(0, length);
}

describe('newMessageKeys', () => {
  it.each([
    [key, 'AEAD_AES_256_GCM', 32],
    [small, 'AEAD_AES_128_GCM', 16],
  ] as const)('derives what c2sp.org/chunked-encryption says: $suite', (each, aead, keyBytes) => {
    const info = concatBytes(utf8(`c2sp.org/chunked-encryption@v1+${aead}\0`), salt, each.context);
    const expected = expand(each.inputKey, info, keyBytes + 12 + 32);
    const { keys, header } = newMessageKeys(each, salt);
    expect(toHex(keys.key)).toBe(expected.subarray(0, keyBytes).toString('hex'));
    expect(toHex(keys.baseNonce)).toBe(expected.subarray(keyBytes, keyBytes + 12).toString('hex'));
    expect(toHex(header)).toBe(toHex(salt) + expected.subarray(keyBytes + 12).toString('hex'));
    expect(messageKeys(each, header)).toEqual(keys);
  });

  it('takes cobblestone-256 where no suite is named', () => {
    const { inputKey, context } = key;
    expect(newMessageKeys({ inputKey, context }, salt)).toEqual(newMessageKeys(key, salt));
  });

  it.each<[string, ChunkedKey, Uint8Array]>([
    ['input key must have 32 bytes, got 31', { ...key, inputKey: seed('short', 31) }, salt],
    ['input key must have 16 bytes, got 32', { ...small, inputKey: seed('long') }, salt],
    ['salt must have 24 bytes, got 23', key, salt.subarray(1)],
    ['context must be a Uint8Array', { ...key, context: 'text' as unknown as Uint8Array }, salt],
  ])('names the argument that is wrong: %s', (message, each, with24) => {
    expect(() => newMessageKeys(each, with24)).toThrow(
      expect.objectContaining({ name: 'EncodingError', message }) as Error,
    );
  });
});

describe('messageKeys', () => {
  const { header } = newMessageKeys(key, salt);

  it.each([0, 55, 57])('refuses a header of %i bytes', (length) => {
    const other = concatBytes(header, new Uint8Array(1)).subarray(0, length);
    expect(thrownBy(() => messageKeys(key, other))).toEqual(
      told('truncated', `the header has 56 bytes, got ${length}`),
    );
  });

  it.each([24, 40, 55])('gives no key out where byte %i of the commitment differs', (at) => {
    const changed = header.slice();
    changed[at]! ^= 1;
    expect(thrownBy(() => messageKeys(key, changed))).toEqual(
      told('commitment-mismatch', 'sealed with another key, for another place, or damaged at its start'),
    );
  });
});

describe('pieceDamaged', () => {
  it('names the piece, says what may still be sound, and keeps its cause', () => {
    const cause = new Error('unable to authenticate data');
    const error = pieceDamaged(7, cause);
    expect(error).toEqual(
      told('piece-damaged', 'piece 7 of the sealed object is damaged; others may be sound', { piece: 7 }),
    );
    expect(error.cause).toBe(cause);
  });
});

describe('reCut', () => {
  interface Cut {
    readonly piece: Uint8Array;
    readonly isLast: boolean;
  }

  async function cutsOf(parts: readonly Uint8Array[], pieceBytes: number, headBytes?: number): Promise<readonly Cut[]> {
    const cuts: Cut[] = [];
    for await (const { piece, isLast } of reCut(parts, pieceBytes, headBytes))
      cuts.push({ piece: piece.slice(), isLast });
    return cuts;
  }

  property.prop([
    fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }),
    fc.integer({ min: 1, max: 20 }),
    fc.nat({ max: 30 }),
  ])(
    'gives a head, whole pieces and a last one that is shorter, and loses no byte',
    async (parts, pieceBytes, headBytes) => {
      const whole = concatBytes(...parts);
      const cuts = [...(await cutsOf(parts, pieceBytes, headBytes))];
      expect(concatBytes(...cuts.map(({ piece }) => piece))).toEqual(whole);
      expect(cuts.map(({ isLast }) => isLast)).toEqual(cuts.map((_, index) => index === cuts.length - 1));
      const isHeaded = headBytes > 0 && whole.length >= headBytes;
      const head = headBytes === 0 ? [] : cuts.splice(0, isHeaded ? 1 : 0);
      expect(head.map(({ piece }) => piece.length)).toEqual(isHeaded ? [headBytes] : []);
      const last = cuts.pop()!;
      for (const { piece } of cuts) expect(piece.length).toBe(pieceBytes);
      expect(last.piece.length).toBeLessThan(isHeaded || headBytes === 0 ? pieceBytes : headBytes);
    },
  );

  it('gives one empty last piece of nothing', async () => {
    expect(await cutsOf([], 4)).toEqual([{ piece: new Uint8Array(0), isLast: true }]);
    expect(await cutsOf([new Uint8Array(0)], 4, 3)).toEqual([{ piece: new Uint8Array(0), isLast: true }]);
  });

  it('copies no piece that came in whole', async () => {
    const part = seed('part', 12);
    const views: boolean[] = [];
    for await (const { piece } of reCut([part], 5)) views.push(piece.buffer === part.buffer);
    // Two pieces of five bytes lie in the part; the last two bytes wait for more.
    expect(views).toEqual([true, true, false]);
  });

  it('takes no more of its source than it has given out', async () => {
    let given = 0;
    const source = (function* () {
      for (; given < 100; given++) yield new Uint8Array(4);
    })();
    for await (const _ of reCut(source, 8)) break;
    expect(given).toBeLessThan(3);
  });
});

describe('sizes', () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53])('say that %d is no size', (size) => {
    expect(thrownBy(() => sealedSize(size))).toEqual(told('out-of-range', `not a size in bytes: ${size}`));
  });

  it('say what is too much for one message', () => {
    expect(thrownBy(() => sealedSize(2 ** 52))).toEqual(told('out-of-range', 'a message has at most 2^38 pieces'));
    expect(thrownBy(() => plainSize(56 + 2 ** 38 * 16_400 + 16))).toEqual(
      told('truncated', 'no message has that many pieces'),
    );
    expect(plainSize(56 + (2 ** 38 - 1) * 16_400 + 16 + 16_383)).toBe(2 ** 52 - 1);
  });

  it.each([71, 56 + 16_400, 60.5])('say that %d bytes are cut short', (sealedBytes) => {
    expect(thrownBy(() => plainSize(sealedBytes))).toEqual(
      told('truncated', 'the sealed object is cut short', { sealedBytes }),
    );
  });
});

describe('openStream', () => {
  const sealed = sealChunkedSync(key, seed('plaintext', chunkedPieceBytes + 5), salt);
  const cutShort = told('truncated', 'the sealed object is cut short; what was read so far is sound but incomplete');

  async function opened(bytes: Uint8Array): Promise<{ readonly lengths: readonly number[]; readonly error: unknown }> {
    const lengths: number[] = [];
    try {
      for await (const piece of nodeChunkedEncryption.openStream(key, [bytes])) lengths.push(piece.length);
    } catch (error) {
      return { lengths, error };
    }
    return { lengths, error: undefined };
  }

  it('gives the pieces in their order, the last one where it ends', async () => {
    expect(await opened(sealed)).toEqual({ lengths: [chunkedPieceBytes, 5], error: undefined });
    expect(await opened(sealChunkedSync(key, new Uint8Array(chunkedPieceBytes)))).toEqual({
      ...{ lengths: [chunkedPieceBytes, 0], error: undefined },
    });
  });

  it.each([0, 55])('says that an object of %i bytes is cut short, and gives nothing', async (length) => {
    expect(await opened(sealed.subarray(0, length))).toEqual({ lengths: [], error: cutShort });
  });

  it.each([0, 15])('says so after the sound pieces where %i bytes of the last one are left', async (left) => {
    const after = chunkedHeaderBytes + chunkedPieceBytes + 16;
    expect(await opened(sealed.subarray(0, after + left))).toEqual({ lengths: [chunkedPieceBytes], error: cutShort });
  });

  it('says that a piece is damaged where its tag is there and its text is not', async () => {
    const { lengths, error } = await opened(sealed.subarray(0, -1));
    expect(lengths).toEqual([chunkedPieceBytes]);
    expect(error).toMatchObject({ code: 'piece-damaged', fields: { piece: 1 } });
  });
});

describe('openReader', () => {
  const plaintext = seed('plaintext', 2 * chunkedPieceBytes + 700);
  const sealed = sealChunkedSync(key, plaintext);

  function source(reads: number[] = [], give = (bytes: Uint8Array): Uint8Array => bytes): RangeSource {
    return {
      size: sealed.length,
      read: async (offset, length) => {
        reads.push(offset);
        return Promise.resolve(give(sealed.slice(offset, offset + length)));
      },
    };
  }

  it('reads nothing for no bytes, wherever they are', async () => {
    const reads: number[] = [];
    const reader = await nodeChunkedEncryption.openReader(key, source(reads));
    for (const offset of [0, 5, chunkedPieceBytes, plaintext.length]) {
      expect(await reader.read(offset, 0)).toEqual(new Uint8Array(0));
    }
    expect(reads).toEqual([0]);
  });

  it('reads one piece where the range ends with it, and two where it goes one byte on', async () => {
    const reads: number[] = [];
    const reader = await nodeChunkedEncryption.openReader(key, source(reads));
    expect(await reader.read(chunkedPieceBytes - 3, 3)).toEqual(
      plaintext.slice(chunkedPieceBytes - 3, chunkedPieceBytes),
    );
    expect(await reader.read(chunkedPieceBytes - 3, 4)).toEqual(
      plaintext.slice(chunkedPieceBytes - 3, chunkedPieceBytes + 1),
    );
    expect(await reader.read(0, plaintext.length)).toEqual(plaintext);
    expect(reads).toEqual([0, 56, 56, 56]);
  });

  it.each([
    [-1, 5],
    [5, -1],
    [0.5, 1],
    [1, 0.5],
    [0, Number.NaN],
    [plaintext.length, 1],
    [Number.MAX_SAFE_INTEGER + 1, 0],
  ])('says which bytes from %d on, %d of them, are beyond the end', async (offset, length) => {
    const reader = await nodeChunkedEncryption.openReader(key, source());
    await expect(reader.read(offset, length)).rejects.toEqual(
      told('out-of-range', 'these bytes lie beyond the end of the sealed object', {
        ...{ offset, length, size: plaintext.length },
      }),
    );
  });

  it('says how much a store gave too little, or too much', async () => {
    const message = 'the store gave fewer bytes than the object has';
    for (const give of [(bytes: Uint8Array) => bytes.subarray(1), (bytes: Uint8Array) => concatBytes(bytes, bytes)]) {
      const got = give(new Uint8Array(chunkedHeaderBytes)).length;
      await expect(nodeChunkedEncryption.openReader(key, source([], give))).rejects.toEqual(
        told('truncated', message, { offset: 0, expected: chunkedHeaderBytes, got }),
      );
    }
    const text = { size: sealed.length, read: async () => Promise.resolve('text' as unknown as Uint8Array) };
    await expect(nodeChunkedEncryption.openReader(key, text)).rejects.toThrow('range must be a Uint8Array');
  });
});

describe('a message', () => {
  it('of one suite does not open as one of the other', () => {
    const plaintext = seed('plaintext', 40);
    expect(openChunkedSync(small, sealChunkedSync(small, plaintext, salt))).toEqual(plaintext);
    expect(() => openChunkedSync(small, sealChunkedSync(key, plaintext, salt))).toThrow(
      'sealed with another key, for another place, or damaged at its start',
    );
  });
});
