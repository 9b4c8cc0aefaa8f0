import { encodeCbor } from '@coffer/foundation';

import { bytesOf, damaged, decodeObjectSharing, listOf, tupleOf, wholeOf } from './fields';
import { chunkIdBytes, formatLimits } from './limits';

/** Where one chunk lies in the plaintext of its pack. Lengths in bytes. */
export interface PackEntry {
  /** 32 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
}

/** The table at the end of a pack, as bytes. */
export function encodePackTable(entries: readonly PackEntry[]): Uint8Array<ArrayBuffer> {
  return encodeCbor(entries.map((entry) => [entry.id, entry.offset, entry.storedLength, entry.rawLength]));
}

/** Length that {@link encodePackTable} gives, without encoding. */
export function packTableBytes(entries: readonly PackEntry[]): number {
  return entries.reduce((sum, entry) => sum + packEntryBytes(entry), cborHeadBytes(entries.length));
}

/** Length of one entry in the table. */
export function packEntryBytes({ offset, storedLength, rawLength }: Omit<PackEntry, 'id'>): number {
  return 1 + 2 + chunkIdBytes + cborHeadBytes(offset) + cborHeadBytes(storedLength) + cborHeadBytes(rawLength);
}

/**
 * Reads a table: 1 to 65,536 chunks, back to back from offset 0.
 *
 * @throws BackupFormatError `damaged`, `too-large`
 */
export function decodePackTable(table: Uint8Array): readonly PackEntry[] {
  const list = listOf(decodeObjectSharing(table, 'pack'), formatLimits.packChunks, 'pack');
  if (list.length === 0) throw damaged('pack', 'it holds no chunk');
  let next = 0;
  return list.map((value) => {
    const [id, offset, stored, raw] = tupleOf(value, 4, 'pack');
    const rawLength = wholeOf(raw, 1, formatLimits.chunkBytes, 'pack');
    const entry: PackEntry = {
      id: bytesOf(id, chunkIdBytes, 'pack'),
      offset: wholeOf(offset, 0, formatLimits.sealedPackBytes, 'pack'),
      storedLength: wholeOf(stored, 2, rawLength + 1, 'pack'),
      rawLength,
    };
    if (entry.offset !== next) throw damaged('pack', 'its chunks do not lie back to back');
    next += entry.storedLength;
    return entry;
  });
}

/** Length of the head of a CBOR number or length. */
function cborHeadBytes(value: number): number {
  if (value < 24) return 1;
  if (value < 256) return 2;
  return value < 65_536 ? 3 : 5;
}
