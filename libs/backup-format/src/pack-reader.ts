import { readU32be } from '@coffer/foundation';

import { damaged, requireAtMost } from './fields';
import { formatLimits } from './limits';
import { decodePackTable, type PackEntry } from './pack-table';

const tableLengthBytes = 4;

/**
 * Reads the whole plaintext of a pack: table, order of chunks, padding.
 *
 * @throws BackupFormatError `damaged`, `too-large`
 */
export function readPack(plaintext: Uint8Array): readonly PackEntry[] {
  const { tableOffset, tableLength } = packTablePlace(plaintext.length, plaintext.subarray(-tableLengthBytes));
  const entries = decodePackTable(plaintext.subarray(tableOffset, tableOffset + tableLength));
  const end = endOfChunks(entries);
  if (end > tableOffset) throw damaged('pack', 'its chunks reach into its table');
  for (let at = end; at < tableOffset; at++) if (plaintext[at] !== 0) throw damaged('pack', 'its padding is not zero');
  return entries;
}

/**
 * Where the table lies, for readers that fetch ranges.
 *
 * @param plainLength - of the pack's plaintext in bytes; authentic once its final piece was opened
 * @param lastBytes - the last four bytes of it
 * @throws BackupFormatError `damaged`
 */
export function packTablePlace(
  plainLength: number,
  lastBytes: Uint8Array,
): { readonly tableOffset: number; readonly tableLength: number } {
  requireAtMost(plainLength, formatLimits.sealedPackBytes, 'pack');
  if (lastBytes.length !== tableLengthBytes) throw damaged('pack', 'it is too short');
  const tableLength = readU32be(lastBytes);
  const tableOffset = plainLength - tableLengthBytes - tableLength;
  if (tableOffset < 2) throw damaged('pack', 'the length of its table is impossible');
  return { tableOffset, tableLength };
}

/** Where the chunks of a table end in the plaintext. */
export function endOfChunks(entries: readonly PackEntry[]): number {
  const last = entries.at(-1);
  return last === undefined ? 0 : last.offset + last.storedLength;
}
