import { concatBytes, fromHex, u32be, utf8 } from '@coffer/foundation';

import { decodePackTable, encodePackTable, packTablePlace, padme, type PackEntry } from '../../src/index';
import { endlessList } from './cbor-by-hand';
import type { Change } from './made-objects';
import { noise } from './sample-content';
import { refused, type Faults } from './small-repository';
import type { VectorRecipe } from './vector';

const hiddenInPack = { code: 'damaged', at: 'pack', isHidden: true } as const;
const lengthBytes = 4;

function partsOf(plaintext: Uint8Array): { readonly before: Uint8Array; readonly table: Uint8Array } {
  const { tableOffset, tableLength } = packTablePlace(plaintext.length, plaintext.subarray(-lengthBytes));
  return { before: plaintext.slice(0, tableOffset), table: plaintext.slice(tableOffset, tableOffset + tableLength) };
}

/** The same pack with another table, padded as the rules say. */
const withTable =
  (change: (entries: readonly PackEntry[]) => Uint8Array): Change =>
  (plaintext) => {
    const { before, table } = partsOf(plaintext);
    const entries = decodePackTable(table);
    const chunks = before.subarray(0, entries.at(-1)!.offset + entries.at(-1)!.storedLength);
    const changed = change(entries);
    const padding = new Uint8Array(
      padme(chunks.length + changed.length + lengthBytes) - chunks.length - changed.length - lengthBytes,
    );
    return concatBytes(chunks, padding, changed, u32be(changed.length));
  };

const swapIds = (entries: readonly PackEntry[]): readonly PackEntry[] => {
  const [first, second, ...rest] = entries;
  return [{ ...first!, id: second!.id }, { ...second!, id: first!.id }, ...rest];
};

const twoFiles: Faults = {
  content: (draft) => draft.file('phone/a', noise('a', 400)).file('phone/b', noise('b', 400)),
};

/** A pack of one chunk, stored as a frame by hand. */
const framed = (hex: string, rawLength = 100): Faults => ({
  content: (draft, maker) => {
    const raw = utf8('a'.repeat(rawLength));
    draft.file('phone/a', raw, [maker.chunk(raw, fromHex(`28b52ffd${hex}`))]);
  },
});
// Headers of run-length blocks (RFC 8878, 3.1.1.2), the last ones of their frames but for one; and the byte that is repeated.
const run = { of60AndMore: 'e20100', of60: 'e30100', of80: '830200', of100: '230300', of120: 'c30300' } as const;
const byte = '61';
/** The checksum of 100 bytes `a`: the low four bytes of their XXH64. */
const checksum = 'b3cfdeb1';

const frameRefused = (name: string, what: string, hex: string, rawLength?: number): VectorRecipe =>
  refused(name, what, { code: 'damaged', at: 'pack' }, framed(hex, rawLength));

/** Chunks, zstd frames and tables that only a faulty or hostile writer with the key could make. */
export const faultyChunks: readonly VectorRecipe[] = [
  refused(
    'chunk-taken-for-another',
    'Index and pack exchange the ids of two chunks of the same length.',
    { code: 'damaged', at: 'pack' },
    {
      ...twoFiles,
      pack: withTable((entries) => encodePackTable(swapIds(entries))),
      indexed: (pack) => [{ ...pack, table: encodePackTable(swapIds(pack.entries)) }],
    },
  ),
  refused(
    'chunk-flag-unknown',
    'The first byte of a stored chunk is 2.',
    { code: 'damaged', at: 'pack' },
    {
      ...twoFiles,
      pack: (plaintext) => {
        plaintext[0] = 2;
        return plaintext;
      },
    },
  ),
  refused(
    'chunk-changed',
    'A bit of a chunk changed before the pack was sealed.',
    { code: 'damaged', at: 'pack' },
    {
      ...twoFiles,
      pack: (plaintext) => {
        plaintext[9]! ^= 1;
        return plaintext;
      },
    },
  ),
  frameRefused(
    'zstd-frame-longer-than-declared',
    'The frame declares 100 bytes and holds 120.',
    `2064${run.of60AndMore}${byte}${run.of60}${byte}`,
  ),
  frameRefused(
    'zstd-frame-shorter-than-declared',
    'The frame declares 100 bytes and holds 80.',
    `2064${run.of80}${byte}`,
  ),
  frameRefused(
    'zstd-frame-declares-another-length',
    'The frame declares and holds 120 bytes, the table says 100.',
    `2078${run.of120}${byte}`,
  ),
  frameRefused('zstd-frame-declares-nothing', 'The frame has no content size.', `0000${run.of100}${byte}`),
  frameRefused('zstd-two-frames', 'An empty frame follows the frame.', `2064${run.of100}${byte}28b52ffd2000010000`),
  frameRefused('zstd-dictionary', 'The frame names a dictionary.', `210764${run.of100}${byte}`),
  frameRefused('zstd-checksum', 'The frame has a checksum, even a right one.', `2464${run.of100}${byte}${checksum}`),
  frameRefused('zstd-window-hostile', 'The frame wants a window of 2 TiB for 300 bytes.', `40f82c00630900${byte}`, 300),
  frameRefused('zstd-block-too-large', 'A block of 2000 bytes in a window of 1 KiB.', `4000d006833e00${byte}`, 2000),
  refused(
    'table-length-hostile',
    'The last four bytes of the pack say that its table has 4294967295 bytes.',
    hiddenInPack,
    { pack: (plaintext) => concatBytes(plaintext.subarray(0, -lengthBytes), fromHex('ffffffff')) },
  ),
  refused('table-empty', 'The table of the pack names no chunk.', hiddenInPack, {
    pack: withTable(() => encodePackTable([])),
  }),
  refused(
    'table-not-back-to-back',
    'The second chunk of the table begins one byte late, inside itself.',
    hiddenInPack,
    {
      ...twoFiles,
      pack: withTable(([first, second]) => {
        return encodePackTable([
          first!,
          { ...second!, offset: second!.offset + 1, storedLength: second!.storedLength - 1 },
        ]);
      }),
    },
  ),
  refused('table-with-a-list-without-end', 'The table of the pack is a list of indefinite length.', hiddenInPack, {
    pack: withTable((entries) => endlessList(entries.map((entry) => encodePackTable([entry]).subarray(1)))),
  }),
  refused(
    'table-of-the-index-is-another',
    'The index leaves out the last chunk of the table, which no file needs.',
    hiddenInPack,
    {
      ...twoFiles,
      chunks: (chunks, maker) => [...chunks, maker.chunk(noise('c', 400))],
      indexed: (pack) => [{ ...pack, table: encodePackTable(pack.entries.slice(0, 2)) }],
    },
  ),
  refused('nonzero-padding', 'A byte of the padding of the pack is 1.', hiddenInPack, {
    pack: (plaintext) => {
      const { before, table } = partsOf(plaintext);
      const last = decodePackTable(table).at(-1)!;
      if (last.offset + last.storedLength === before.length) throw new RangeError('this pack has no padding');
      plaintext[before.length - 1] = 1;
      return plaintext;
    },
  }),
];
