import { MemoryHashes, type LedgerEvent, type LedgerEventKind, type TreeNodeHash } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { makeEvent, newChain } from '../src/event-maker';
import { openingBudget } from '../src/guess-budget';
import type {
  AccountChain,
  Anchor,
  AnchorAcknowledgement,
  AnchoredEntry,
  AnchorEntry,
  AnchorHead,
  AnchorMark,
  FreeingEvents,
  LeafWithEvent,
  LedgerCheckStore,
  LedgerHead,
  LedgerTransaction,
  NewEvent,
  NewLeaf,
} from '../src/index';
import { memorySealer } from './memory-vault';

/** A ledger in memory that tests can roll back and edit. */
export class MemoryLedger implements LedgerCheckStore {
  readonly hashes = new MemoryHashes();
  readonly #vaultAccount = newUuid();
  readonly events = new Map<string, NewEvent[]>();
  queue: { accountId: string; number: number }[] = [];
  stored: (NewLeaf & { event: Uint8Array; salt: Uint8Array })[] = [];
  at: LedgerHead;

  acknowledged = new Map<string, AnchorAcknowledgement>();
  vaultSealedReason: string | null = null;
  /** What the vault's own chain says of leaves that are nobody's. */
  freed: { readonly kind: LedgerEventKind; readonly details: LedgerEvent['details'] }[] = [];
  /** Set by tests: dies there once, and what the transaction did so far is gone. */
  failAt: 'append' | 'moveHead' | undefined;

  constructor(first: Pick<LedgerHead, 'treeSize' | 'root' | 'note'>) {
    this.at = { ...first, anchoredSize: 0, anchoredNote: first.note, anchoredAtMs: null };
  }

  async record(accountId: string, count: number): Promise<void> {
    for (let done = 0; done < count; done++) {
      const chain = this.events.get(accountId) ?? [];
      const last = chain.at(-1);
      const event = await makeEvent(
        memorySealer,
        accountId,
        last === undefined ? newChain : { number: last.number, hash: last.hash },
        {
          kind: last === undefined ? 'account-opened' : 'registration-opened',
          atMs: 1_800_000_000_000,
          budget: openingBudget,
          details: {},
        },
      );
      this.events.set(accountId, [...chain, event]);
      this.queue.push({ accountId, number: event.number });
    }
  }

  async freeing(): Promise<FreeingEvents> {
    const events: NewEvent[] = [];
    for (const said of this.freed) {
      const position = events.at(-1) ?? newChain;
      const what = { ...said, atMs: 1_800_000_000_000, budget: openingBudget };
      events.push(await makeEvent(memorySealer, this.#vaultAccount, position, what));
    }
    return { accountId: this.#vaultAccount, events };
  }

  chainOf(accountId: string): AccountChain {
    const events = this.events.get(accountId)!.map((event) => ({ ...event, figures: event.fields }));
    return { accountId, budget: openingBudget, vetoedUntilMs: null, events, accounted: events.length };
  }

  /** All or nothing, as PostgreSQL has it. */
  async transaction<T>(work: (transaction: LedgerTransaction) => Promise<T>): Promise<T> {
    const before = { at: this.at, queue: this.queue, stored: this.stored };
    const written: TreeNodeHash[] = [];
    try {
      const result = await work(this.#begin(written));
      this.hashes.store(written);
      return result;
    } catch (error) {
      Object.assign(this, before);
      throw error;
    }
  }

  #begin(written: TreeNodeHash[]): LedgerTransaction {
    const failAt = (step: 'append' | 'moveHead'): void => {
      if (this.failAt !== step) return;
      this.failAt = undefined;
      throw new Error(`died at ${step}`);
    };
    return {
      hashes: this.hashes,
      head: async () => ({ ...this.at, vaultSealedReason: this.vaultSealedReason }),
      queued: async (limit) =>
        this.queue.slice(0, limit).map(({ accountId, number }) => {
          const { event, salt } = this.events.get(accountId)![number - 1]!;
          const sequenced = this.stored.filter((leaf) => leaf.accountId === accountId).map((leaf) => leaf.number);
          return { accountId, number, event, salt, sequencedNumber: Math.max(0, ...sequenced) };
        }),
      append: async (leaves, nodes) => {
        const taken = new Set(leaves.map(({ accountId, number }) => `${accountId}/${number}`));
        this.stored = [...this.stored, ...leaves.map((leaf) => this.#withEvent(leaf))];
        this.queue = this.queue.filter(({ accountId, number }) => !taken.has(`${accountId}/${number}`));
        written.push(...nodes);
        failAt('append');
      },
      moveHead: async (head) => {
        this.at = { ...this.at, ...head };
        failAt('moveHead');
      },
      refuse: async (accountId, number) => {
        this.queue = this.queue.filter((waiting) => waiting.accountId !== accountId || waiting.number !== number);
      },
    };
  }

  #withEvent(leaf: NewLeaf): NewLeaf & { event: Uint8Array; salt: Uint8Array } {
    const { event, salt } = this.events.get(leaf.accountId)![leaf.number - 1]!;
    return { ...leaf, event, salt };
  }

  async head(): Promise<LedgerHead> {
    return this.at;
  }

  async hasQueued(): Promise<boolean> {
    return this.queue.length > 0;
  }

  async leaves(first: number, limit: number): Promise<readonly LeafWithEvent[]> {
    return this.stored.slice(first, first + limit);
  }

  async markAnchored({ acknowledged, covered }: AnchorMark): Promise<void> {
    for (const answer of acknowledged) this.acknowledged.set(answer.name, answer);
    if (covered === undefined || covered.size < this.at.anchoredSize) return;
    this.at = { ...this.at, anchoredSize: covered.size, anchoredNote: covered.note, anchoredAtMs: ++this.marks };
  }

  /** How often a quorum has answered. */
  marks = 0;

  async acknowledgements(): Promise<readonly AnchorAcknowledgement[]> {
    return [...this.acknowledged.values()];
  }

  async markChecked(): Promise<void> {
    await Promise.resolve();
  }

  async chains(): Promise<readonly AccountChain[]> {
    return [...this.events.keys()].map((accountId) => this.chainOf(accountId));
  }
}

/** An anchor in memory that can be down, slow, rolled back or forged. */
export class MemoryAnchor implements Anchor {
  readonly kind = 'memory';
  readonly name: string;
  readonly kept: AnchoredEntry[] = [];
  at: AnchorHead | undefined;
  touches = 0;
  appends: (readonly [first: number, size: number])[] = [];
  isDown = false;
  /** While set nothing is answered. */
  gate: Promise<void> | undefined;

  constructor(name = 'memory') {
    this.name = name;
  }

  async head(): Promise<AnchorHead | undefined> {
    await this.#answer();
    return this.at;
  }

  async append(first: number, entries: readonly AnchorEntry[], head: AnchorHead): Promise<void> {
    await this.#answer();
    if (first + entries.length !== head.size) throw new Error('a bundle ends where its checkpoint does');
    if (first > this.kept.length) throw new Error('a bundle leaves a gap');
    this.appends.push([first, head.size]);
    for (const [index, entry] of entries.entries()) this.kept[first + index] = { leafIndex: first + index, ...entry };
    this.at = head;
  }

  async touch(): Promise<void> {
    await this.#answer();
    this.touches++;
  }

  async *entries(first: number): AsyncGenerator<AnchoredEntry, void> {
    await this.#answer();
    yield* this.kept.slice(first);
  }

  async release(): Promise<void> {
    await Promise.resolve();
  }

  async #answer(): Promise<void> {
    await this.gate;
    if (this.isDown) throw new Error('the anchor is down');
  }
}
