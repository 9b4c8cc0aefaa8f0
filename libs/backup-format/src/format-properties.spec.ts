import { fc, test as property } from '@fast-check/vitest';
import { encodeCbor, toHex, type CborValue } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import {
  BackupFormatError,
  contentCutter,
  decodeConversationItems,
  decodeIndex,
  drawGearTable,
  encodeConversationItems,
  encodeIndex,
  formatLimits,
  PackBuilder,
  padme,
  readPack,
  StoredConversation,
  type IndexedPack,
} from './index';

const id = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(value);

// One for all: each takes 16 MiB, and starts anew after `finish`.
const builder = new PackBuilder();

function packOf(chunks: readonly Uint8Array[]): Uint8Array {
  chunks.forEach((chunk, index) => builder.add(id(index), chunk, chunk.length, false));
  return builder.finish().plaintext.slice();
}

const chunkList = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 12 });

describe('pack', () => {
  property.prop([chunkList])('gives back every chunk where the table says', (chunks) => {
    const plaintext = packOf(chunks);
    const entries = readPack(plaintext);
    expect(entries.length).toBe(chunks.length);
    entries.forEach(({ offset, storedLength, rawLength, id: entryId }, index) => {
      expect(entryId).toEqual(id(index));
      expect(rawLength).toBe(chunks[index]!.length);
      expect(plaintext.slice(offset + 1, offset + storedLength)).toEqual(chunks[index]);
    });
  });

  property.prop([chunkList, fc.nat()])('is refused when it was cut', (chunks, where) => {
    const plaintext = packOf(chunks);
    expect(() => readPack(plaintext.slice(0, where % plaintext.length))).toThrow(BackupFormatError);
  });

  property.prop([chunkList, fc.uint8Array({ minLength: 1, maxLength: 40 })])(
    'is refused when something follows it',
    (chunks, tail) => {
      const plaintext = packOf(chunks);
      const longer = new Uint8Array(plaintext.length + tail.length);
      longer.set(plaintext);
      longer.set(tail, plaintext.length);
      // Its last four bytes are the tail's now: whatever table they point at, it must not read as this pack.
      let entries: ReturnType<typeof readPack> | undefined;
      try {
        entries = readPack(longer);
      } catch (error) {
        expect(error).toBeInstanceOf(BackupFormatError);
      }
      expect(entries).not.toEqual(readPack(plaintext));
    },
  );

  property.prop([chunkList, fc.nat(), fc.integer({ min: 0, max: 7 })])(
    'never throws anything but its own error on a flipped bit',
    (chunks, where, bit) => {
      const plaintext = packOf(chunks);
      const at = where % plaintext.length;
      plaintext[at] = plaintext[at]! ^ (1 << bit);
      try {
        readPack(plaintext);
      } catch (error) {
        expect(error).toBeInstanceOf(BackupFormatError);
      }
    },
  );

  it('is never empty and refuses chunks that no chunk can be', () => {
    expect(() => builder.finish()).toThrow(BackupFormatError);
    expect(() => builder.add(id(1), new Uint8Array(), 0, false)).toThrow(BackupFormatError);
    expect(() => builder.add(new Uint8Array(31), new Uint8Array(1), 1, false)).toThrow(BackupFormatError);
    expect(() => builder.add(id(1), new Uint8Array(5), formatLimits.chunkBytes + 1, false)).toThrow(BackupFormatError);
  });
});

describe('padme', () => {
  property.prop([fc.integer({ min: 1, max: 2 ** 40 })])('adds at most an eighth and never shortens', (length) => {
    const padded = padme(length);
    expect(padded).toBeGreaterThanOrEqual(length);
    expect(padded - length).toBeLessThanOrEqual(length * 0.12 + 1);
    expect(padme(padded)).toBe(padded);
  });
});

describe('index', () => {
  const packLists = fc.array(chunkList, { minLength: 1, maxLength: 4 });

  property.prop([packLists, fc.nat()])('inverts and refuses a cut anywhere', (lists, where) => {
    const indexed: IndexedPack[] = lists.map((chunks, number) => {
      chunks.forEach((chunk, index) => builder.add(id(index), chunk, chunk.length, false));
      const { plaintext, table } = builder.finish();
      return {
        epoch: 1,
        packId: new Uint8Array(16).fill(number),
        sealedBytes: plaintext.length + 100,
        table: table.slice(),
      };
    });
    const encoded = encodeIndex(indexed);
    expect(decodeIndex(encoded)).toEqual(indexed);
    expect(() => decodeIndex(encoded.slice(0, where % encoded.length))).toThrow(BackupFormatError);
  });
});

describe('conversations of a snapshot', () => {
  const [near, far] = [id(1), id(2)].map((bytes) => ({ epoch: 1, packId: bytes.slice(0, 16), sealedBytes: 70_000 }));
  const stored = (number: number): StoredConversation => {
    const parts = [far!, near!].map((pack, at) => ({
      id: id(at),
      pack,
      offset: number,
      storedLength: 9,
      rawLength: 8,
    }));
    const facts = { source: 'chats/a.db', format: 'toy', messages: 2, firstMs: null, lastMs: number };
    return new StoredConversation(new Uint8Array(number), facts, () => [
      { messages: 2, firstMs: null, lastMs: number, parts },
    ]);
  };

  // The counts around which the head of a list has another length.
  it.each([0, 1, 23, 24, 255, 256])('of %d are the same bytes as if they were encoded at once', (count) => {
    const items = Array.from({ length: count }, (_, number) => stored(number));
    const parts = (number: number): CborValue => [
      [id(0), 0, number, 9, 8],
      [id(1), 1, number, 9, 8],
    ];
    const expected = encodeCbor({
      packs: count === 0 ? [] : [far!, near!].map(({ epoch, packId, sealedBytes }) => [epoch, packId, sealedBytes]),
      items: items.map((_, number) => {
        const segments = encodeCbor([[2, null, number, parts(number)]]);
        return [new Uint8Array(number), 'chats/a.db', 'toy', 2, null, number, segments];
      }),
    });
    const section = encodeConversationItems(items);
    expect(toHex(section)).toBe(toHex(expected));
    const read = decodeConversationItems(section);
    expect(read).toHaveLength(count);
    expect(read.at(-1)?.segments).toEqual(items.at(-1)?.segments);
  });
});

describe('content cutter', () => {
  const tableOf = (filling: number) =>
    drawGearTable(new Uint8Array(32).fill(filling) as Parameters<typeof drawGearTable>[0]);
  const noise = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    let state = 1;
    for (let at = 0; at < length; at++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at] = state >>> 24;
    }
    return bytes;
  };
  const cutAll = (bytes: Uint8Array, filling = 9): string[] => {
    const cutter = contentCutter(tableOf(filling));
    const chunks: string[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = cutter(bytes, start, bytes.length, true);
      expect(end).toBeGreaterThan(start);
      expect(end - start).toBeLessThanOrEqual(formatLimits.chunkBytes);
      if (end < bytes.length) expect(end - start).toBeGreaterThan(formatLimits.chunkLeastBytes);
      chunks.push(Buffer.from(bytes.subarray(start, end)).toString('base64'));
      start = end;
    }
    return chunks;
  };

  it('cuts within its limits, and the pieces are the file', () => {
    const bytes = noise(6_000_000);
    const joined = Buffer.concat(cutAll(bytes).map((chunk) => Buffer.from(chunk, 'base64')));
    expect(joined.equals(bytes)).toBe(true);
  });

  it('finds most cuts again when bytes were put in front', () => {
    const bytes = noise(6_000_000);
    const shifted = new Uint8Array(bytes.length + 1000);
    shifted.set(bytes, 1000);
    const before = new Set(cutAll(bytes));
    const again = cutAll(shifted).filter((chunk) => before.has(chunk));
    expect(again.length).toBeGreaterThan(before.size / 2);
  });

  it('is keyed: another repository cuts elsewhere', () => {
    const bytes = noise(6_000_000);
    const ours = new Set(cutAll(bytes, 9));
    expect(cutAll(bytes, 8).filter((chunk) => ours.has(chunk)).length).toBe(0);
  });
});
