import { EvidenceError } from '../errors';
import type { TreeNode, TreeNodeHash } from './hash-reader';
import { completeSubtrees } from './subtree-plan';
import { emptyRoot, hashNode } from './tree-hash';
import { foldRoots } from './tree-proofs';

/**
 * Grows an RFC 6962 tree leaf by leaf, holding only the hashes along its right edge. Every hash that `append` gives is final:
 * stored once, it is never written again.
 */
export class TreeBuilder {
  #size: number;
  readonly #edge: Uint8Array[];

  private constructor(size: number, edge: readonly Uint8Array[]) {
    this.#size = size;
    this.#edge = [...edge];
  }

  /** A tree without leaves. */
  static empty(): TreeBuilder {
    return new TreeBuilder(0, []);
  }

  /** The stored nodes that `resume` needs for a tree of `size` leaves, left to right. */
  static edgeOf(size: number): readonly TreeNode[] {
    return completeSubtrees({ begin: 0, end: size });
  }

  /**
   * Goes on with a tree that was stored before.
   *
   * @param hashes - of `edgeOf(size)`, in that order
   * @throws EvidenceError `tree-invalid` / `malformed` where their number or lengths do not fit
   */
  static resume(size: number, hashes: readonly Uint8Array[]): TreeBuilder {
    const isSize = Number.isSafeInteger(size) && size >= 0;
    if (!isSize || hashes.length !== TreeBuilder.edgeOf(size).length || hashes.some((hash) => hash.length !== 32)) {
      throw new EvidenceError('tree-invalid', 'malformed', 'the stored edge of the tree is incomplete');
    }
    return new TreeBuilder(size, hashes);
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Root of the tree as it is now, 32 bytes. */
  root(): Uint8Array {
    return this.#edge.length === 0 ? emptyRoot() : foldRoots(this.#edge);
  }

  /**
   * Adds a leaf.
   *
   * @param leafHash - `hashLeaf` of the entry, 32 bytes
   * @returns the nodes that became complete, the leaf first: what is to be stored
   * @throws EvidenceError `tree-invalid` / `malformed` where the hash has another length
   */
  append(leafHash: Uint8Array): readonly TreeNodeHash[] {
    if (leafHash.length !== 32) throw new EvidenceError('tree-invalid', 'malformed', 'a leaf hash has 32 bytes');
    let index = this.#size;
    let hash = leafHash;
    const complete: TreeNodeHash[] = [{ level: 0, index, hash }];
    // Every one bit at the end of the old size is a subtree that the new leaf completes.
    for (let level = 1; index % 2 === 1; level++) {
      hash = hashNode(this.#edge.pop()!, hash);
      index = (index - 1) / 2;
      complete.push({ level, index, hash });
    }
    this.#edge.push(hash);
    this.#size++;
    return complete;
  }
}
