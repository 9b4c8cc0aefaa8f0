import { EvidenceError } from '../errors';
import type { HashReader } from './hash-reader';
import { completeSubtrees, consistencyRanges, inclusionRanges, type LeafRange } from './subtree-plan';
import { emptyRoot, hashNode } from './tree-hash';

/**
 * Root of the first `size` leaves, from stored hashes.
 *
 * @throws EvidenceError `tree-invalid` / `malformed` where `size` is no size or the reader gives something else than was asked
 */
export async function treeRoot(reader: HashReader, size: number): Promise<Uint8Array> {
  requireSize(size);
  if (size === 0) return emptyRoot();
  const [root] = await rangeRoots(reader, [{ begin: 0, end: size }]);
  return root!;
}

/**
 * Inclusion proof of leaf `index` in the tree of the first `size` leaves (RFC 6962, section 2.1.1). One read.
 *
 * @returns hashes of 32 bytes, from the leaf upwards
 * @throws EvidenceError `tree-invalid` / `malformed` unless 0 <= index < size
 */
export async function inclusionProof(reader: HashReader, index: number, size: number): Promise<readonly Uint8Array[]> {
  requireSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size)
    throw refuse('the leaf is not in a tree of that size');
  return rangeRoots(reader, inclusionRanges(index, size));
}

/**
 * Consistency proof between the trees of the first `from` and the first `to` leaves (RFC 6962, section 2.1.2). One read.
 *
 * @returns hashes of 32 bytes; none where the sizes are equal
 * @throws EvidenceError `tree-invalid` / `malformed` unless 0 < from <= to
 */
export async function consistencyProof(reader: HashReader, from: number, to: number): Promise<readonly Uint8Array[]> {
  requireSize(to);
  requireSize(from);
  if (from < 1 || from > to) throw refuse('no proof between trees of these sizes');
  return rangeRoots(reader, consistencyRanges(from, to));
}

async function rangeRoots(reader: HashReader, ranges: readonly LeafRange[]): Promise<readonly Uint8Array[]> {
  const parts = ranges.map((range) => completeSubtrees(range));
  const nodes = parts.flat();
  const hashes = nodes.length === 0 ? [] : await reader.read(nodes);
  if (hashes.length !== nodes.length || hashes.some((hash) => hash.length !== 32)) {
    throw refuse('the store of hashes is incomplete');
  }
  let at = 0;
  return parts.map((part) => {
    const run = hashes.slice(at, at + part.length);
    at += part.length;
    return foldRoots(run);
  });
}

/** Root of a range from the hashes of its complete subtrees, left to right; at least one. */
export function foldRoots(hashes: readonly Uint8Array[]): Uint8Array {
  return hashes.reduceRight((right, left) => hashNode(left, right));
}

function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw refuse('a tree has a whole number of leaves');
}

function refuse(message: string): EvidenceError {
  return new EvidenceError('tree-invalid', 'malformed', message);
}
