import {
  hashLeaf,
  ledgerEntry,
  ledgerOrigin,
  signCheckpoint,
  TreeBuilder,
  treeRoot,
  type NoteSigner,
  type TreeNodeHash,
} from '@coffer/evidence';
import type { KeySealer } from '../ports/key-sealer';
import type { Anchor, AnchorHead } from './anchor';
import { AnchorFeed, type AnchorBundle } from './anchor-feed';
import { sealAnchoredEvent } from './anchored-event';
import { inTime, type AnchorSet } from './anchor-set';
import type { LeafWithEvent, LedgerHead, LedgerStore, LedgerTransaction, NewLeaf, QueuedEvent } from './ledger-store';

export interface SequencerParts {
  readonly store: LedgerStore;
  readonly anchors: AnchorSet;
  readonly sealer: KeySealer;
  readonly signer: NoteSigner;
  readonly vaultId: Uint8Array;
  /** Told of an event that does not follow the account's last one in the tree: its chain was tampered with. */
  readonly onRefused: (accountId: string, number: number) => Promise<void>;
  /** Told each time that an anchor acknowledged (`failure` undefined) or did not. */
  readonly onAnchor: (anchor: Anchor, failure: unknown) => void;
  /** Named points of a round, in their order; tests stop the process there. */
  readonly atStep?: (step: SequencerStep) => void;
}

/** Where a process may be killed (docs/database.md, "Transactions"). */
export const sequencerSteps = ['leaves-written', 'checkpoint-committed', 'anchored'] as const;
export type SequencerStep = (typeof sequencerSteps)[number];

/** What one round did. */
export interface SequencerRound {
  readonly appended: number;
  readonly treeSize: number;
  /** How far the anchors' quorum has acknowledged, as this process knows. */
  readonly anchoredSize: number;
  /** Whether more events wait than one round takes in. */
  readonly isFull: boolean;
}

/** Events that one round takes in at most. */
const batchSize = 1_000;
/** How long a round waits for the quorum of anchors, in milliseconds; what comes later counts in the next one. */
const anchorPatienceMs = 2_000;

/**
 * Puts events into the one tree, in one process at a time (the caller holds the lock). A round first commits leaves and
 * checkpoint to the database, then has the anchors acknowledge them, so the database is never behind an anchor unless it was
 * rolled back. A checkpoint is published when the anchors' quorum has acknowledged it.
 */
export class Sequencer {
  readonly #parts: SequencerParts;
  readonly #feeds: readonly AnchorFeed[];
  #treeSize = 0;
  #anchoredSize = 0;
  /** When answers of anchors were last counted (`performance.now`). */
  #markedAt = -Infinity;
  #lastBundle: { readonly key: string; readonly bundle: Promise<AnchorBundle> } | undefined;

  constructor(parts: SequencerParts) {
    this.#parts = parts;
    const makeBundle = (first: number, head: AnchorHead): Promise<AnchorBundle> => this.#bundleOnce(first, head);
    this.#feeds = parts.anchors.anchors.map((anchor) => new AnchorFeed(anchor, makeBundle));
  }

  /**
   * Takes in what waits, and brings the anchors up to the head.
   *
   * @param touch - whether the anchors must acknowledge even where there is nothing new
   */
  async round(touch: boolean): Promise<SequencerRound> {
    const { store } = this.#parts;
    const isWaiting = await store.hasQueued();
    // An idle round reads and writes nothing else; what an anchor that failed still lacks goes with the next touch.
    if (!isWaiting && !touch) return this.#done(0);
    const { head, appended, refused } = isWaiting
      ? await store.transaction((transaction) => this.#extend(transaction))
      : { head: await store.head(), appended: 0, refused: [] };
    this.#treeSize = head.treeSize;
    if (appended > 0) this.#parts.atStep?.('checkpoint-committed');
    for (const { accountId, number } of refused) await this.#parts.onRefused(accountId, number);
    await this.#anchor({ size: head.treeSize, note: head.note }, head.anchoredSize, appended > 0);
    return this.#done(appended);
  }

  /** Makes the first checkpoint, of the empty tree, for a ledger that is new. */
  firstHead(): Pick<LedgerHead, 'treeSize' | 'root' | 'note'> {
    const root = TreeBuilder.empty().root();
    return { treeSize: 0, root, note: this.#sign(0, root) };
  }

  #done(appended: number): SequencerRound {
    const [treeSize, anchoredSize] = [this.#treeSize, this.#anchoredSize];
    return { appended, treeSize, anchoredSize, isFull: appended >= batchSize };
  }

  async #extend(transaction: LedgerTransaction): Promise<{
    readonly head: LedgerHead;
    readonly appended: number;
    readonly refused: readonly QueuedEvent[];
  }> {
    const head = await transaction.head();
    // Nothing is built upon a tree that does not hold; told in the same transaction, whoever found it out.
    const queued = head.vaultSealedReason === null ? await transaction.queued(batchSize) : [];
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
    if (leaves.length > 0) {
      await transaction.append(leaves, nodes);
      this.#parts.atStep?.('leaves-written');
      await transaction.moveHead(next);
    }
    return { head: { ...head, ...next }, appended: leaves.length, refused };
  }

  /** Marks what the anchors acknowledge as soon as there is a quorum for the head, or in any case when patience ends. */
  async #anchor(head: AnchorHead, marked: number, isNew: boolean): Promise<void> {
    const { anchors, store } = this.#parts;
    const since = this.#markedAt;
    await this.#quorum(head);
    this.#markedAt = performance.now();
    // An answer counts once, in the round in which it comes: what an anchor said before says nothing of whether it is there.
    const fresh = this.#feeds.flatMap(({ anchor, acknowledged, acknowledgedAt }) =>
      acknowledged === undefined || acknowledgedAt < since
        ? []
        : [{ name: anchor.name, kind: anchor.kind, ...acknowledged }],
    );
    const covered = anchors.covered(fresh);
    const isForward = covered !== undefined && covered.size >= marked;
    if (isNew && covered?.size === head.size) this.#parts.atStep?.('anchored');
    await store.markAnchored({ acknowledged: fresh, covered: isForward ? covered : undefined });
    if (isForward) this.#anchoredSize = covered.size;
  }

  /** Resolves when enough anchors have acknowledged `head`, when no more can, or when patience ends. */
  async #quorum(head: AnchorHead): Promise<void> {
    const { quorum } = this.#parts.anchors;
    await new Promise<void>((resolve) => {
      let [yes, answered] = [0, 0];
      for (const feed of this.#feeds) {
        inTime(feed.advance(head), anchorPatienceMs, feed.anchor.name)
          .then(
            () => {
              yes += 1;
              this.#parts.onAnchor(feed.anchor, undefined);
            },
            (failure: unknown) => this.#parts.onAnchor(feed.anchor, failure),
          )
          .finally(() => {
            answered += 1;
            if (yes >= quorum || answered === this.#feeds.length) resolve();
          });
      }
    });
  }

  /** Anchors that stand at the same place get the same bundle, made once. */
  #bundleOnce(first: number, head: AnchorHead): Promise<AnchorBundle> {
    const key = `${first}-${head.size}`;
    if (this.#lastBundle?.key !== key) {
      const bundle = this.#bundle(first, head);
      this.#lastBundle = { key, bundle };
      bundle.catch(() => (this.#lastBundle = undefined));
    }
    return this.#lastBundle.bundle;
  }

  async #bundle(first: number, head: AnchorHead): Promise<AnchorBundle> {
    const { store } = this.#parts;
    const leaves = await store.leaves(first, Math.min(batchSize, head.size - first));
    const entries = await Promise.all(leaves.map((leaf) => this.#anchorEntry(leaf)));
    const end = first + entries.length;
    if (entries.length === 0) throw new RangeError('the tree has no leaves where its head says that there are');
    if (end === head.size) return { entries, head };
    // A checkpoint never covers what the anchor has not got: a bundle in the middle has one of its own.
    return { entries, head: { size: end, note: this.#sign(end, await treeRoot(store.hashes, end)) } };
  }

  #anchorEntry({ leafIndex, entry, event, salt }: LeafWithEvent) {
    const anchored = event === null || salt === null ? undefined : { event, salt };
    return sealAnchoredEvent(this.#parts.sealer, leafIndex, entry, anchored);
  }

  #sign(size: number, root: Uint8Array): string {
    const origin = ledgerOrigin(this.#parts.vaultId);
    return signCheckpoint({ origin, size, root, extensions: [] }, this.#parts.signer);
  }
}
