import { generateSigningSeed, randomBytes } from '@coffer/crypto';
import {
  ledgerOrigin,
  MemoryHashes,
  noteVerifierOf,
  openCheckpoint,
  treeRoot,
  type TreeNodeHash,
} from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeEvent, newChain } from '../src/event-maker';
import { openingBudget } from '../src/guess-budget';
import {
  chainHolds,
  checkLeaves,
  checkTree,
  Sequencer,
  type AccountChain,
  type Anchor,
  type AnchorHead,
  type LeafWithEvent,
  type LedgerCheckStore,
  type LedgerHead,
  type NewEvent,
  type NewLeaf,
} from '../src/index';
import { memorySealer } from './memory-vault';

const vaultId = randomBytes(16);
const signer = { name: ledgerOrigin(vaultId), secret: generateSigningSeed() };

/** A ledger and an anchor in memory that tests can roll back and edit. */
class MemoryLedger implements LedgerCheckStore {
  readonly hashes = new MemoryHashes();
  readonly events = new Map<string, NewEvent[]>();
  queue: { accountId: string; number: number }[] = [];
  stored: (NewLeaf & { event: Uint8Array; salt: Uint8Array })[] = [];
  at: LedgerHead;

  constructor(first: Pick<LedgerHead, 'treeSize' | 'root' | 'note'>) {
    this.at = { ...first, anchoredSize: 0, anchoredAtMs: null };
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

  chainOf(accountId: string): AccountChain {
    const events = this.events.get(accountId)!;
    return { accountId, budget: openingBudget, vetoedUntilMs: null, events, accounted: events.length };
  }

  async transaction<T>(work: (transaction: never) => Promise<T>): Promise<T> {
    return work({
      hashes: this.hashes,
      head: async () => this.at,
      queued: async (limit: number) =>
        this.queue.slice(0, limit).map(({ accountId, number }) => {
          const { event, salt } = this.events.get(accountId)![number - 1]!;
          const sequenced = this.stored.filter((leaf) => leaf.accountId === accountId).map((leaf) => leaf.number);
          return { accountId, number, event, salt, sequencedNumber: Math.max(0, ...sequenced) };
        }),
      extend: async (leaves: NewLeaf[], nodes: TreeNodeHash[], head: LedgerHead) => {
        for (const leaf of leaves) {
          const { event, salt } = this.events.get(leaf.accountId)![leaf.number - 1]!;
          this.stored.push({ ...leaf, event, salt });
        }
        this.hashes.store(nodes);
        this.at = { ...this.at, ...head };
        this.queue = this.queue.slice(leaves.length);
      },
      refuse: async (accountId: string, number: number) => {
        this.queue = this.queue.filter((waiting) => waiting.accountId !== accountId || waiting.number !== number);
      },
    } as never);
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

  async markAnchored(size: number): Promise<void> {
    this.at = { ...this.at, anchoredSize: Math.max(this.at.anchoredSize, size), anchoredAtMs: 1 };
  }

  async markChecked(): Promise<void> {
    await Promise.resolve();
  }

  async chains(): Promise<readonly AccountChain[]> {
    return [...this.events.keys()].map((accountId) => this.chainOf(accountId));
  }
}

class MemoryAnchor implements Anchor {
  readonly kind = 'memory';
  readonly name = 'memory';
  entries = 0;
  touches = 0;
  isDown = false;
  at: AnchorHead | undefined;

  async head(): Promise<AnchorHead | undefined> {
    return this.at;
  }

  async append(first: number, entries: readonly unknown[], head: AnchorHead): Promise<void> {
    if (this.isDown) throw new Error('the anchor is down');
    expect(first).toBe(this.entries);
    this.entries += entries.length;
    this.at = head;
  }

  async touch(): Promise<void> {
    if (this.isDown) throw new Error('the anchor is down');
    this.touches++;
  }
}

let ledger: MemoryLedger;
let anchor: MemoryAnchor;
let sequencer: Sequencer;
let refused: string[];
beforeEach(() => {
  anchor = new MemoryAnchor();
  refused = [];
  const parts = { anchor, sealer: memorySealer, signer, vaultId };
  const onRefused = async (accountId: string): Promise<void> => void refused.push(accountId);
  const first = new Sequencer({ ...parts, onRefused, store: undefined as never }).firstHead();
  ledger = new MemoryLedger(first);
  sequencer = new Sequencer({ ...parts, onRefused, store: ledger });
});

const verifier = noteVerifierOf(signer);
const tree = () => checkTree(ledger, anchor, verifier);

describe('Sequencer', () => {
  it('takes in what waits, signs the head, and has the anchor acknowledge it', async () => {
    const [one, two] = [newUuid(), newUuid()];
    await ledger.record(one, 3);
    await ledger.record(two, 4);
    expect(await sequencer.round(false)).toEqual({ appended: 7, treeSize: 7 });
    const checkpoint = openCheckpoint(ledger.at.note, verifier);
    expect(checkpoint).toMatchObject({ size: 7, root: await treeRoot(ledger.hashes, 7) });
    expect([anchor.entries, anchor.at?.size, ledger.at.anchoredSize]).toEqual([7, 7, 7]);
    await ledger.record(one, 2);
    expect(await sequencer.round(false)).toEqual({ appended: 2, treeSize: 9 });
    expect(await tree()).toBeUndefined();
    expect(await checkLeaves(ledger, 0, 100)).toEqual({ next: 9, problem: undefined, differingAccounts: [] });
  });

  it('touches an idle anchor when it is told to, and else does nothing', async () => {
    expect(await sequencer.round(false)).toEqual({ appended: 0, treeSize: 0 });
    expect(anchor.touches).toBe(0);
    await sequencer.round(true);
    expect([anchor.touches, ledger.at.anchoredAtMs]).toEqual([1, 1]);
  });

  it('refuses an event that does not follow the last one of its account in the tree', async () => {
    const account = newUuid();
    await ledger.record(account, 3);
    ledger.queue = ledger.queue.filter(({ number }) => number !== 2);
    const { appended } = await sequencer.round(false);
    expect([appended, refused, ledger.queue]).toEqual([1, [account], []]);
  });

  it('brings an anchor that was down up to the head with the next touch', async () => {
    await ledger.record(newUuid(), 3);
    anchor.isDown = true;
    await expect(sequencer.round(false)).rejects.toThrow('down');
    expect([ledger.at.treeSize, ledger.at.anchoredSize]).toEqual([3, 0]);
    anchor.isDown = false;
    await sequencer.round(true);
    expect([anchor.entries, ledger.at.anchoredSize]).toEqual([3, 3]);
  });
});

describe('checkTree', () => {
  beforeEach(async () => {
    await ledger.record(newUuid(), 5);
    await sequencer.round(false);
  });

  it('finds a database that was rolled back behind its anchor', async () => {
    const before = { ...ledger.at };
    await ledger.record(newUuid(), 2);
    await sequencer.round(false);
    ledger.at = before;
    expect(await tree()).toMatch('behind its anchor: 5 of 7');
  });

  it('finds an anchor that lost what it acknowledged', async () => {
    anchor.at = undefined;
    expect(await tree()).toMatch('lost');
  });

  it('finds a changed hash, a changed root, a foreign note and another history in the anchor', async () => {
    const { note, root } = ledger.at;
    ledger.at = { ...ledger.at, root: randomBytes(32) };
    expect(await tree()).toMatch('another tree');
    ledger.at = { ...ledger.at, root, note: note.replace(/\d+/, '4') };
    expect(await tree()).toMatch('does not verify');
    ledger.at = { ...ledger.at, note };
    const parts = { anchor, sealer: memorySealer, signer, vaultId, onRefused: async () => Promise.resolve() };
    const other = new MemoryLedger(sequencer.firstHead());
    await other.record(newUuid(), 4);
    const [entries] = [anchor.entries];
    anchor.entries = 0;
    await new Sequencer({ ...parts, store: other }).round(false);
    anchor.entries = entries;
    ledger.at = { ...ledger.at, anchoredSize: 4 };
    expect(await tree()).toMatch('not the one that the anchor acknowledged');
    ledger.hashes.store([{ level: 2, index: 0, hash: randomBytes(32) }]);
    expect(await tree()).toMatch('broken');
  });
});

describe('checkLeaves', () => {
  it('tells a broken tree from an edited account', async () => {
    const [account, other] = [newUuid(), newUuid()];
    await ledger.record(account, 2);
    await ledger.record(other, 2);
    await sequencer.round(false);
    ledger.stored[1] = { ...ledger.stored[1]!, event: ledger.stored[0]!.event };
    expect(await checkLeaves(ledger, 0, 10)).toMatchObject({ problem: undefined, differingAccounts: [account] });
    ledger.stored[3] = { ...ledger.stored[3]!, entry: randomBytes(32) };
    expect((await checkLeaves(ledger, 0, 10)).problem).toMatch('leaf 3');
  });
});

describe('chainHolds', () => {
  it('refuses a budget, a mac, an order or a number of events that is not the recorded one', async () => {
    const account = newUuid();
    await ledger.record(account, 3);
    const chain = ledger.chainOf(account);
    expect(await chainHolds(memorySealer, chain)).toBe(true);
    const [first, second, third] = chain.events;
    const forgeries: Partial<AccountChain>[] = [
      { budget: { ...chain.budget, remaining: 9 } },
      { budget: { ...chain.budget, serial: 7 } },
      { vetoedUntilMs: 1_800_000_000_000 },
      { events: [first!, { ...second!, mac: randomBytes(32) }, third!] },
      { events: [first!, third!], accounted: 2 },
      { events: [second!, first!, third!] },
      { accounted: 4 },
      { events: [], accounted: 0 },
    ];
    for (const forged of forgeries) expect(await chainHolds(memorySealer, { ...chain, ...forged })).toBe(false);
  });
});
