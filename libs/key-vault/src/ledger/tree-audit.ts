import { hashLeaf, ledgerEntry, TreeBuilder, type TreeNodeHash } from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import type { KeySealer } from '../ports/key-sealer';
import { freedLeaves } from './freed-leaves';
import type { LedgerCheckStore } from './ledger-check';
import type { LeafWithEvent, LedgerStore } from './ledger-store';

/** What one step of an audit found. */
export interface AuditStep {
  /** Why the tree does not hold; undefined where it does as far as was read. */
  readonly problem: string | undefined;
  /** Accounts whose event or salt is no longer the one that was recorded. */
  readonly differingAccounts: readonly string[];
  /** Whether the whole tree was read and led to the signed root; the next step begins anew. */
  readonly isDone: boolean;
}

/**
 * Reads the whole tree, a piece at a time: leaves have no gap and are hashed as stored, every stored inner hash follows from
 * them, and in the end the root is the head's. An event or a salt that gives another entry is an edit of one account; all
 * else breaks the tree. So do more leaves of nobody than accounts that were erased had: somebody took events away.
 */
export class TreeAudit {
  readonly #sealer: KeySealer;
  #tree = TreeBuilder.empty();
  #nobodys = 0;

  /** @param sealer - tells the vault's own events by their macs */
  constructor(sealer: KeySealer) {
    this.#sealer = sealer;
  }

  /** @param limit - leaves of this step at most */
  async step(store: LedgerCheckStore, limit: number): Promise<AuditStep> {
    const head = await store.head();
    // Somebody put a shorter tree in its place; what that means is said by the check of the anchors.
    if (head.treeSize < this.#tree.size) this.#begin();
    const first = this.#tree.size;
    const count = Math.min(limit, head.treeSize - first);
    const leaves = count === 0 ? [] : await store.leaves(first, count);
    const differing = new Set<string>();
    const nodes: TreeNodeHash[] = [];
    for (let at = 0; at < count; at++) {
      const leaf = leaves[at];
      if (leaf?.leafIndex !== first + at) return this.#broken(`leaf ${first + at} of the tree is missing`);
      if (leaf.accountId === null) this.#nobodys++;
      else if (isEdited(leaf)) differing.add(leaf.accountId);
      nodes.push(...this.#tree.append(hashLeaf(leaf.entry)));
    }
    const wrong = await firstWrong(store, nodes);
    if (wrong !== undefined) return this.#broken(`${wrong} is not what was recorded`);
    const isDone = this.#tree.size === head.treeSize;
    const leadsToRoot = equalBytes(this.#tree.root(), head.root);
    const nobodys = this.#nobodys;
    if (isDone) this.#begin();
    if (isDone && !leadsToRoot) return this.#broken('the tree does not lead to its signed root');
    // Read last: what was freed while the tree was read was announced before.
    const freed = isDone ? await freedLeaves(this.#sealer, await store.freeing()) : nobodys;
    if (nobodys > freed)
      return this.#broken(`${nobodys} leaves are nobody’s, and accounts that were erased had ${freed}`);
    return { problem: undefined, differingAccounts: [...differing], isDone };
  }

  #begin(): void {
    this.#tree = TreeBuilder.empty();
    this.#nobodys = 0;
  }

  #broken(problem: string): AuditStep {
    this.#begin();
    return { problem, differingAccounts: [], isDone: false };
  }
}

function isEdited({ event, salt, entry }: LeafWithEvent): boolean {
  // Event and salt of an account that was erased are gone; its chain, if it has one, says whether they should be.
  return event !== null && salt !== null && !equalBytes(ledgerEntry(salt, event), entry);
}

/** The first node whose stored hash is another, in words; leaves come before the subtrees that they complete. */
async function firstWrong(store: LedgerStore, nodes: readonly TreeNodeHash[]): Promise<string | undefined> {
  const stored = await store.hashes.read(nodes);
  if (stored.length !== nodes.length) return 'a stored hash of the tree';
  const wrong = nodes.find(({ hash }, at) => !equalBytes(stored[at]!, hash));
  if (wrong === undefined) return undefined;
  return wrong.level === 0 ? `leaf ${wrong.index} of the tree` : `hash ${wrong.level}/${wrong.index} of the tree`;
}
