import { fc, test as property } from '@fast-check/vitest';
import { u32be } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  emptyRoot,
  EvidenceError,
  hashLeaf,
  hashNode,
  inclusionProof,
  MemoryHashes,
  TreeBuilder,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
} from '../index';

// The slow twin: the recursive definitions of RFC 6962, section 2.1, word for word.
function splitOf(n: number): number {
  return 2 ** Math.ceil(Math.log2(n) - 1);
}
function mth(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return emptyRoot();
  if (leaves.length === 1) return leaves[0]!;
  const k = splitOf(leaves.length);
  return hashNode(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
function path(m: number, leaves: readonly Uint8Array[]): readonly Uint8Array[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}
function subproof(m: number, leaves: readonly Uint8Array[], isWhole: boolean): readonly Uint8Array[] {
  if (m === leaves.length) return isWhole ? [] : [mth(leaves)];
  const k = splitOf(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}

const leavesOf = (size: number): readonly Uint8Array[] =>
  Array.from({ length: size }, (_, index) => hashLeaf(u32be(index)));

function grow(leaves: readonly Uint8Array[]): { readonly builder: TreeBuilder; readonly hashes: MemoryHashes } {
  const builder = TreeBuilder.empty();
  const hashes = new MemoryHashes();
  for (const leaf of leaves) hashes.store(builder.append(leaf));
  return { builder, hashes };
}

const size = fc.integer({ min: 1, max: 200 });

describe('TreeBuilder', () => {
  it('has the empty root before the first leaf', () => {
    expect(TreeBuilder.empty().root()).toEqual(emptyRoot());
    expect(TreeBuilder.empty().size).toBe(0);
  });

  property.prop([size])('has the root of the recursive definition', async (n) => {
    const leaves = leavesOf(n);
    const { builder, hashes } = grow(leaves);
    expect(builder.root()).toEqual(mth(leaves));
    expect(await treeRoot(hashes, n)).toEqual(mth(leaves));
    const earlier = Math.ceil(n / 3);
    expect(await treeRoot(hashes, earlier)).toEqual(mth(leaves.slice(0, earlier)));
  });

  property.prop([size, fc.nat({ max: 50 })])(
    'goes on from stored hashes as if it had never stopped',
    async (n, more) => {
      const leaves = leavesOf(n + more);
      const { hashes } = grow(leaves.slice(0, n));
      const resumed = TreeBuilder.resume(n, await hashes.read(TreeBuilder.edgeOf(n)));
      for (const leaf of leaves.slice(n)) hashes.store(resumed.append(leaf));
      expect(resumed.root()).toEqual(mth(leaves));
      expect(resumed.size).toBe(n + more);
      expect(await treeRoot(hashes, n + more)).toEqual(mth(leaves));
    },
  );

  property.prop([size])('gives each complete subtree exactly once', (n) => {
    const builder = TreeBuilder.empty();
    const seen = new Set<string>();
    for (const leaf of leavesOf(n)) {
      for (const { level, index } of builder.append(leaf)) {
        const name = `${level}/${index}`;
        expect(seen.has(name)).toBe(false);
        seen.add(name);
      }
    }
    let expected = 0;
    for (let width = 1; width <= n; width *= 2) expected += Math.floor(n / width);
    expect(seen.size).toBe(expected);
  });

  it('refuses to resume when the stored edge does not fit the size', () => {
    expect(() => TreeBuilder.resume(3, [new Uint8Array(32)])).toThrow(EvidenceError);
    expect(() => TreeBuilder.resume(1, [new Uint8Array(31)])).toThrow(EvidenceError);
    expect(() => TreeBuilder.resume(1.5, [])).toThrow(EvidenceError);
    expect(() => TreeBuilder.resume(-1, [])).toThrow(EvidenceError);
    expect(() => TreeBuilder.empty().append(new Uint8Array(31))).toThrow(EvidenceError);
  });
});

describe('inclusionProof', () => {
  property.prop([size, fc.nat()])('equals the recursive definition and verifies', async (n, pick) => {
    const leaves = leavesOf(n);
    const index = pick % n;
    const { builder, hashes } = grow(leaves);
    const proof = await inclusionProof(hashes, index, n);
    expect(proof).toEqual(path(index, leaves));
    verifyInclusion({ leafIndex: index, treeSize: n, leafHash: leaves[index]!, root: builder.root(), proof });
  });

  property.prop([size, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'is refused after any change of leaf, root, proof, index or size',
    async (n, pick, where, flip) => {
      const leaves = leavesOf(n);
      const leafIndex = pick % n;
      const { builder, hashes } = grow(leaves);
      const proof = await inclusionProof(hashes, leafIndex, n);
      const claim = { leafIndex, treeSize: n, leafHash: leaves[leafIndex]!, root: builder.root(), proof };
      const changed = (bytes: Uint8Array): Uint8Array =>
        bytes.map((byte, at) => (at === where % bytes.length ? byte ^ flip : byte));
      const wrong = [
        { ...claim, leafHash: changed(claim.leafHash) },
        { ...claim, root: changed(claim.root) },
        { ...claim, leafIndex: leafIndex + 1 },
        { ...claim, leafIndex: leafIndex - 1 },
        { ...claim, leafIndex: n },
        { ...claim, proof: [...proof, hashLeaf(u32be(where % 1000))] },
        { ...claim, proof: [...proof, new Uint8Array(0)] },
        ...proof.map((_, at) => ({ ...claim, proof: proof.map((hash, i) => (i === at ? changed(hash) : hash)) })),
        ...proof.map((_, at) => ({ ...claim, proof: proof.filter((__, i) => i !== at) })),
      ];
      for (const attempt of wrong) expect(() => verifyInclusion(attempt)).toThrow(EvidenceError);
    },
  );

  it('refuses a leaf outside of the tree', async () => {
    const { hashes } = grow(leavesOf(3));
    await expect(inclusionProof(hashes, 3, 3)).rejects.toThrow(EvidenceError);
    await expect(inclusionProof(hashes, -1, 3)).rejects.toThrow(EvidenceError);
    await expect(inclusionProof(hashes, 0, 4)).rejects.toThrow(EvidenceError);
    await expect(treeRoot(hashes, -1)).rejects.toThrow(EvidenceError);
  });
});

describe('consistencyProof', () => {
  it('equals the recursive definition and verifies, for every two sizes up to 64', async () => {
    const leaves = leavesOf(64);
    const { hashes } = grow(leaves);
    let cases = 0;
    for (let to = 1; to <= 64; to++) {
      const toRoot = mth(leaves.slice(0, to));
      for (let from = 1; from <= to; from++) {
        const proof = await consistencyProof(hashes, from, to);
        expect(proof).toEqual(subproof(from, leaves.slice(0, to), true));
        verifyConsistency({ fromSize: from, toSize: to, fromRoot: mth(leaves.slice(0, from)), toRoot, proof });
        cases++;
      }
    }
    expect(cases).toBe(2080);
  });

  property.prop([size, size, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'is refused after any change of a root, a hash or a size',
    async (left, right, where, flip) => {
      const [fromSize, toSize] = left < right ? [left, right] : [right, left];
      fc.pre(fromSize < toSize);
      const leaves = leavesOf(toSize);
      const { builder, hashes } = grow(leaves);
      const proof = await consistencyProof(hashes, fromSize, toSize);
      const claim = { fromSize, toSize, fromRoot: mth(leaves.slice(0, fromSize)), toRoot: builder.root(), proof };
      const changed = (bytes: Uint8Array): Uint8Array =>
        bytes.map((byte, at) => (at === where % bytes.length ? byte ^ flip : byte));
      const wrong = [
        { ...claim, fromRoot: changed(claim.fromRoot) },
        { ...claim, toRoot: changed(claim.toRoot) },
        { ...claim, fromSize: toSize, toSize: fromSize },
        { ...claim, fromSize: 0 },
        { ...claim, proof: [...proof, hashLeaf(u32be(where % 1000))] },
        ...proof.map((_, at) => ({ ...claim, proof: proof.map((hash, i) => (i === at ? changed(hash) : hash)) })),
        ...proof.map((_, at) => ({ ...claim, proof: proof.filter((__, i) => i !== at) })),
      ];
      for (const attempt of wrong) expect(() => verifyConsistency(attempt)).toThrow(EvidenceError);
    },
  );

  it('shows nothing about a fork', async () => {
    const leaves = leavesOf(20);
    const forked = [...leaves.slice(0, 9), hashLeaf(u32be(999)), ...leaves.slice(10)];
    const { builder, hashes } = grow(forked);
    const proof = await consistencyProof(hashes, 12, 20);
    const claim = { fromSize: 12, toSize: 20, fromRoot: mth(leaves.slice(0, 12)), toRoot: builder.root(), proof };
    expect(() => verifyConsistency(claim)).toThrow(EvidenceError);
  });

  it('holds between two empty trees and refuses every other proof from the empty tree', async () => {
    const empty = { fromSize: 0, toSize: 0, fromRoot: emptyRoot(), toRoot: emptyRoot(), proof: [] };
    verifyConsistency(empty);
    expect(() => verifyConsistency({ ...empty, toSize: 1 })).toThrow(EvidenceError);
    const { hashes } = grow(leavesOf(2));
    await expect(consistencyProof(hashes, 0, 2)).rejects.toThrow(EvidenceError);
    await expect(consistencyProof(hashes, 3, 2)).rejects.toThrow(EvidenceError);
  });
});

describe('treeRoot', () => {
  it('refuses a store that gives too few hashes or short ones', async () => {
    await expect(treeRoot({ read: async () => [] }, 3)).rejects.toThrow(EvidenceError);
    await expect(treeRoot({ read: async (nodes) => nodes.map(() => new Uint8Array(1)) }, 3)).rejects.toThrow(
      EvidenceError,
    );
  });
});
