/** A complete subtree: level 0 are leaf hashes; it covers the leaves [index * 2^level, (index + 1) * 2^level). */
export interface TreeNode {
  readonly level: number;
  readonly index: number;
}

/** A complete subtree with its hash (32 bytes): what a log stores, once and for ever. */
export interface TreeNodeHash extends TreeNode {
  readonly hash: Uint8Array;
}

/** Where proofs get stored hashes from: a table, tiles, or memory. */
export interface HashReader {
  /** The hashes of `nodes`, in the same order. */
  read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]>;
}
