import { EvidenceError } from '../errors';
import type { HashReader, TreeNode, TreeNodeHash } from './hash-reader';

/** Stored hashes in memory: for small trees, and for checking a whole ledger that was read anew. */
export class MemoryHashes implements HashReader {
  readonly #levels: Uint8Array[][] = [];

  /** Keeps what `TreeBuilder.append` gave. */
  store(nodes: readonly TreeNodeHash[]): void {
    for (const { level, index, hash } of nodes) (this.#levels[level] ??= [])[index] = hash;
  }

  /** @throws EvidenceError `tree-invalid` / `malformed` where a node was never stored */
  async read(nodes: readonly TreeNode[]): Promise<readonly Uint8Array[]> {
    return nodes.map(({ level, index }) => {
      const hash = this.#levels[level]?.[index];
      if (hash === undefined) throw new EvidenceError('tree-invalid', 'malformed', 'a hash of the tree is missing');
      return hash;
    });
  }
}
