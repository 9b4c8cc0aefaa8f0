import { encodeCbor } from '@coffer/foundation';

import {
  anyBytesOf,
  bytesOf,
  damaged,
  decodeObjectSharing,
  listOf,
  mapOf,
  requireAtMost,
  tupleOf,
  versionFirst,
  wholeOf,
} from './fields';
import { formatLimits, formatVersion, objectIdBytes } from './limits';
import { objectIdHex } from './object-paths';
import { joinSections, splitSections } from './sections';

/** A pack as an index names it. */
export interface IndexedPack {
  readonly epoch: number;
  /** 16 bytes. */
  readonly packId: Uint8Array<ArrayBuffer>;
  /** Size of the sealed pack in bytes. */
  readonly sealedBytes: number;
  /** The pack's table, for `decodePackTable`. */
  readonly table: Uint8Array<ArrayBuffer>;
}

/** Plaintext of an index. @throws BackupFormatError `invalid-value`, `too-large` */
export function encodeIndex(packs: readonly IndexedPack[]): Uint8Array<ArrayBuffer> {
  requireAtMost(packs.length, formatLimits.indexPacks, 'index', 'packs');
  const entries = packs.map((pack) => [pack.epoch, pack.packId, pack.sealedBytes, pack.table]);
  const plaintext = joinSections(encodeCbor({ v: formatVersion, packs: entries }));
  requireAtMost(plaintext.length, formatLimits.sealedIndexBytes, 'index');
  return plaintext;
}

/** Reads the plaintext of an index; the tables are read later. @throws BackupFormatError */
export function decodeIndex(plaintext: Uint8Array): readonly IndexedPack[] {
  requireAtMost(plaintext.length, formatLimits.sealedIndexBytes, 'index');
  const [section] = splitSections(plaintext, [formatLimits.sealedIndexBytes], 'index');
  const value = decodeObjectSharing(section!, 'index');
  versionFirst(value, formatVersion, 'index');
  const { packs } = mapOf(value, ['v', 'packs'], 'index');
  const seen = new Set<string>();
  return listOf(packs, formatLimits.indexPacks, 'index').map((entry) => {
    const [epoch, packId, sealedBytes, table] = tupleOf(entry, 4, 'index');
    const pack: IndexedPack = {
      epoch: wholeOf(epoch, 1, 0xffff_ffff, 'index'),
      packId: bytesOf(packId, objectIdBytes, 'index'),
      sealedBytes: wholeOf(sealedBytes, 1, formatLimits.sealedPackBytes, 'index'),
      table: anyBytesOf(table, formatLimits.sealedPackBytes, 'index'),
    };
    const key = objectIdHex(pack.packId);
    if (seen.has(key)) throw damaged('index', 'it names a pack twice');
    seen.add(key);
    return pack;
  });
}
