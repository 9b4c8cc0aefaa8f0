import { hmacSha256 } from '@coffer/crypto';
import type { GearTableKey } from '@coffer/device-crypto';
import { u32be } from '@coffer/foundation';

/** 256 numbers of 32 bits (as signed integers) that the gear hash adds, one for each byte value. */
export type GearTable = Int32Array;

/** Draws the gear table of a repository from its key (docs/format/v1.md, "Chunks"). */
export function drawGearTable(key: GearTableKey): GearTable {
  const table = new Int32Array(256);
  for (let block = 0; block < 32; block++) {
    const bytes = hmacSha256(key, u32be(block));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < 8; at++) table[8 * block + at] = view.getInt32(4 * at);
  }
  return table;
}
