import { hashLeaf, TreeBuilder, type TreeNodeHash } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import type { LeafWithEvent, LedgerStore } from '../ledger/ledger-store';

/** Hashes that are compared at a time. */
const nodesAtOnce = 2_000;
const leavesAtOnce = 1_000;

/** Grows the tree that will stand, and compares each hash of it with the stored one on the way. */
export class TreeReader {
  /** Stored hashes that are missing or others. */
  wrongHashes = 0;
  /** Roots of the sizes that were asked for, as far as the tree has come. */
  readonly roots = new Map<number, Uint8Array>();
  readonly #tree = TreeBuilder.empty();
  readonly #store: LedgerStore;
  readonly #sizes: ReadonlySet<number>;
  #nodes: TreeNodeHash[] = [];

  /** @param sizes - of the trees whose roots are wanted */
  constructor(store: LedgerStore, sizes: Iterable<number>) {
    this.#store = store;
    this.#sizes = new Set(sizes);
    this.#note();
  }

  get size(): number {
    return this.#tree.size;
  }

  root(): Uint8Array {
    return this.#tree.root();
  }

  async append(entry: Uint8Array): Promise<void> {
    this.#nodes.push(...this.#tree.append(hashLeaf(entry)));
    this.#note();
    if (this.#nodes.length >= nodesAtOnce) await this.compare();
  }

  /** Compares what was not compared yet. */
  async compare(): Promise<void> {
    const nodes = this.#nodes;
    this.#nodes = [];
    this.wrongHashes += (await wrongNodes(this.#store, nodes)).length;
  }

  #note(): void {
    if (this.#sizes.has(this.#tree.size)) this.roots.set(this.#tree.size, this.#tree.root());
  }
}

/** Nodes whose stored hash is missing or another. */
export async function wrongNodes(
  store: Pick<LedgerStore, 'hashes'>,
  nodes: readonly TreeNodeHash[],
): Promise<readonly TreeNodeHash[]> {
  const stored = await store.hashes.read(nodes);
  // With a missing one the rest cannot be told apart: all of them are written.
  return stored.length === nodes.length ? nodes.filter(({ hash }, at) => !equalBytes(stored[at]!, hash)) : nodes;
}

/** The database's leaves from `first` on, up to `end`, as far as they have no gap. */
export async function* standingLeaves(
  store: LedgerStore,
  first: number,
  end: number,
): AsyncGenerator<LeafWithEvent, undefined> {
  let next = first;
  while (next < end) {
    const leaves = await store.leaves(next, Math.min(leavesAtOnce, end - next));
    for (const leaf of leaves) {
      if (leaf.leafIndex !== next) return;
      yield leaf;
      next += 1;
    }
    if (leaves.length === 0) return;
  }
}
