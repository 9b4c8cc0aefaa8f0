import type { GearTable } from './gear-table';
import { formatLimits } from './limits';

/**
 * Decides where a file is cut (docs/format/v1.md, "Chunks").
 *
 * @param bytes - holds the file from `start` (the last cut) to `end` (exclusive)
 * @param isFinal - whether the file ends at `end`; else `end - start` must be at least the longest chunk of this cutter
 * @returns where the next chunk ends, above `start` and at most `end`
 */
export type Cutter = (bytes: Uint8Array, start: number, end: number, isFinal: boolean) => number;

/** Cuts by content: 64 KiB to 1 MiB, about 256 KiB on average. The hot loop of a backup: plain arithmetic on 32-bit integers. */
export function contentCutter(table: GearTable): Cutter {
  const { chunkLeastBytes, chunkNormalBytes, chunkBytes } = formatLimits;
  return (bytes, start, end, isFinal) => {
    requireEnough(end - start, chunkBytes, isFinal);
    const last = Math.min(end, start + chunkBytes);
    const normal = Math.min(last, start + chunkNormalBytes);
    let at = start + chunkLeastBytes;
    if (at >= last) return last;
    let hash = 0;
    for (; at < normal; at++) {
      hash = ((hash << 1) + table[bytes[at]!]!) | 0;
      if ((hash & 0xffff_f000) === 0) return at + 1;
    }
    for (; at < last; at++) {
      hash = ((hash << 1) + table[bytes[at]!]!) | 0;
      if ((hash & 0xffff_0000) === 0) return at + 1;
    }
    return last;
  };
}

/** Cuts every `length` bytes, at most 1 MiB: for databases whose pages never shift. */
export function fixedCutter(length: number): Cutter {
  return (_bytes, start, end, isFinal) => {
    requireEnough(end - start, length, isFinal);
    return Math.min(end, start + length);
  };
}

const sqliteMagic = 'SQLite format 3\0';

/**
 * The cutter of a file by its first bytes.
 *
 * @param firstBytes - at least 18, or the whole file where it is shorter
 */
export function cutterFor(firstBytes: Uint8Array, table: GearTable): Cutter {
  const pageBytes = sqlitePageBytes(firstBytes);
  return pageBytes === undefined ? contentCutter(table) : fixedCutter(Math.max(pageBytes, formatLimits.sqliteCutBytes));
}

/** Page size of an SQLite database in bytes, from its header; undefined where the bytes are none. */
export function sqlitePageBytes(firstBytes: Uint8Array): number | undefined {
  if (firstBytes.length < 18) return undefined;
  for (let at = 0; at < 16; at++) if (firstBytes[at] !== sqliteMagic.charCodeAt(at)) return undefined;
  const field = (firstBytes[16]! << 8) | firstBytes[17]!;
  const size = field === 1 ? 65_536 : field;
  const isPowerOfTwo = size >= 512 && (size & (size - 1)) === 0;
  return isPowerOfTwo ? size : undefined;
}

function requireEnough(length: number, longest: number, isFinal: boolean): void {
  if (!isFinal && length < longest) throw new RangeError(`a cutter needs ${longest} bytes to decide, got ${length}`);
}
