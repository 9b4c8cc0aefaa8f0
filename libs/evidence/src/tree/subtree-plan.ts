import type { TreeNode } from './hash-reader';

/** Leaves [begin, end) of a tree. */
export interface LeafRange {
  readonly begin: number;
  readonly end: number;
}

/** Largest power of two below `width`; `width` is at least 2 (RFC 6962, section 2.1: where a tree is split). */
function splitOf(width: number): number {
  let split = 1;
  while (split * 2 < width) split *= 2;
  return split;
}

/**
 * The complete subtrees that a range is made of, left to right. `begin` must be a multiple of a power of two that is not
 * smaller than the width, as every range of an RFC 6962 recursion has it.
 */
export function completeSubtrees(range: LeafRange): readonly TreeNode[] {
  const nodes: TreeNode[] = [];
  let begin = range.begin;
  while (begin < range.end) {
    let width = 1;
    let level = 0;
    while (width * 2 <= range.end - begin) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: begin / width });
    begin += width;
  }
  return nodes;
}

/** The ranges whose roots are the inclusion proof PATH(index, D[size]), from the leaf upwards (RFC 6962, section 2.1.1). */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = size;
  while (end - begin > 1) {
    const middle = begin + splitOf(end - begin);
    if (index < middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  return ranges.reverse();
}

/** The ranges whose roots are the consistency proof PROOF(from, D[to]), 0 < from < to (RFC 6962, section 2.1.2). */
export function consistencyRanges(from: number, to: number): readonly LeafRange[] {
  const ranges: LeafRange[] = [];
  let begin = 0;
  let end = to;
  // While the old tree's edge lies inside (begin, end), one half holds it and the other half is a proof hash.
  while (from !== end) {
    const middle = begin + splitOf(end - begin);
    if (from <= middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  // Where what is left is the old tree whole, the verifier has its root already.
  if (begin > 0) ranges.push({ begin, end });
  return ranges.reverse();
}
