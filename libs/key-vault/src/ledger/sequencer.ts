import {
  hashLeaf,
  ledgerEntry,
  ledgerOrigin,
  signCheckpoint,
  TreeBuilder,
  type NoteSigner,
  type TreeNodeHash,
} from '@coffer/evidence';
import type { KeySealer } from '../ports/key-sealer';
import type { Anchor, AnchorEntry, AnchorHead } from './anchor';
import type { LedgerHead, LedgerStore, LedgerTransaction, NewLeaf, QueuedEvent } from './ledger-store';

export interface SequencerParts {
  readonly store: LedgerStore;
  readonly anchor: Anchor;
  readonly sealer: KeySealer;
  readonly signer: NoteSigner;
  readonly vaultId: Uint8Array;
  /** Told of an event that does not follow the account's last one in the tree: its chain was tampered with. */
  readonly onRefused: (accountId: string, number: number) => Promise<void>;
}

/** What one round did. */
export interface SequencerRound {
  readonly appended: number;
  readonly treeSize: number;
}

/** Events that one round takes in at most. */
const batchSize = 1_000;

/**
 * Puts events into the one tree, in one process at a time (the caller holds the lock). A round first commits leaves and
 * checkpoint to the database, then has the anchor acknowledge them, so the database is never behind its own anchor unless it
 * was rolled back.
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  #treeSize = 0;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
  }

  /**
   * Takes in what waits, and brings the anchor up to the head.
   *
   * @param touch - whether the anchor must acknowledge even where there is nothing new
   */
  async round(touch: boolean): Promise<SequencerRound> {
    const { store, anchor } = this.#parts;
    const isWaiting = await store.hasQueued();
    // an idle round reads and writes nothing else; what an anchor that failed still lacks goes with the next touch
    if (!isWaiting && !touch) return { appended: 0, treeSize: this.#treeSize };
    const { head, appended, refused } = isWaiting
      ? await store.transaction((transaction) => this.#extend(transaction))
      : { head: await store.head(), appended: 0, refused: [] };
    this.#treeSize = head.treeSize;
    for (const { accountId, number } of refused) await this.#parts.onRefused(accountId, number);
    if (head.anchoredSize < head.treeSize) await this.#anchorUpTo(head);
    else await anchor.touch({ size: head.treeSize, note: head.note });
    await store.markAnchored(head.treeSize);
    return { appended, treeSize: head.treeSize };
  }

  /** Makes the first checkpoint, of the empty tree, for a ledger that is new. */
  firstHead(): Pick<LedgerHead, 'treeSize' | 'root' | 'note'> {
    const root = TreeBuilder.empty().root();
    return { treeSize: 0, root, note: this.#sign(0, root) };
  }

  async #extend(transaction: LedgerTransaction): Promise<{
    readonly head: LedgerHead;
    readonly appended: number;
    readonly refused: readonly QueuedEvent[];
  }> {
    const queued = await transaction.queued(batchSize);
    const head = await transaction.head();
    if (queued.length === 0) return { head, appended: 0, refused: [] };
    const edge = await transaction.hashes.read(TreeBuilder.edgeOf(head.treeSize));
    const tree = TreeBuilder.resume(head.treeSize, edge);
    const leaves: NewLeaf[] = [];
    const nodes: TreeNodeHash[] = [];
    const refused: QueuedEvent[] = [];
    const sequenced = new Map<string, number>();
    for (const waiting of queued) {
      const last = sequenced.get(waiting.accountId) ?? waiting.sequencedNumber;
      if (waiting.number !== last + 1) {
        refused.push(waiting);
        await transaction.refuse(waiting.accountId, waiting.number);
        continue;
      }
      sequenced.set(waiting.accountId, waiting.number);
      const entry = ledgerEntry(waiting.salt, waiting.event);
      leaves.push({ leafIndex: tree.size, accountId: waiting.accountId, number: waiting.number, entry });
      nodes.push(...tree.append(hashLeaf(entry)));
    }
    const root = tree.root();
    const next = { treeSize: tree.size, root, note: this.#sign(tree.size, root) };
    if (leaves.length > 0) await transaction.extend(leaves, nodes, next);
    return { head: { ...head, ...next }, appended: leaves.length, refused };
  }

  async #anchorUpTo(head: LedgerHead): Promise<void> {
    const target: AnchorHead = { size: head.treeSize, note: head.note };
    for (let first = head.anchoredSize; first < head.treeSize;) {
      const leaves = await this.#parts.store.leaves(first, batchSize);
      const covered = leaves.filter(({ leafIndex }) => leafIndex < head.treeSize);
      const entries = await Promise.all(covered.map((leaf) => this.#anchorEntry(leaf)));
      if (entries.length === 0) break;
      await this.#parts.anchor.append(first, entries, target);
      first += entries.length;
    }
  }

  async #anchorEntry(leaf: {
    readonly leafIndex: number;
    readonly entry: Uint8Array;
    readonly event: Uint8Array | null;
  }): Promise<AnchorEntry> {
    const sealed = await this.#parts.sealer.seal(leaf.event ?? new Uint8Array(0), {
      account: 'vault',
      serial: 0,
      table: 'anchor',
      stateVersion: 1,
      facts: { leafIndex: leaf.leafIndex, entry: leaf.entry },
    });
    return { entry: leaf.entry, sealedEvent: sealed.bytes, sealingEpoch: sealed.epoch };
  }

  #sign(size: number, root: Uint8Array): string {
    const origin = ledgerOrigin(this.#parts.vaultId);
    return signCheckpoint({ origin, size, root, extensions: [] }, this.#parts.signer);
  }
}
