import { concatBytes } from '@coffer/foundation';
import { EvidenceError } from '../errors';
import { tileWidth } from './tile-path';

/**
 * A bundle of entries (C2SP tlog-tiles): each behind its length as a big-endian uint16. The ledger's entries have 32 bytes.
 *
 * @throws EvidenceError `tree-invalid` / `malformed` where there are none or more than 256, or one has more than 65,535 bytes
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (entries.length < 1 || entries.length > tileWidth) throw malformed('a bundle has 1 to 256 entries');
  const parts = entries.flatMap((entry) => {
    if (entry.length > 0xffff) throw malformed('an entry of a bundle has at most 65,535 bytes');
    return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
  });
  return concatBytes(...parts);
}

/**
 * Reads a bundle of entries.
 *
 * @param width - how many entries there must be
 * @throws EvidenceError `tree-invalid` / `malformed`: another number, cut off, or bytes behind the last one
 */
export function decodeEntryBundle(bundle: Uint8Array, width: number): readonly Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const end = at + 2 + (bundle[at]! << 8) + (bundle[at + 1] ?? 0);
    if (at + 2 > bundle.length || end > bundle.length) throw malformed('a bundle of entries is cut off');
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  if (entries.length !== width) throw malformed('a bundle has another number of entries than its place in the tree');
  return entries;
}

function malformed(message: string): EvidenceError {
  return new EvidenceError('tree-invalid', 'malformed', message);
}
