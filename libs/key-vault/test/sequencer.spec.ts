import { generateSigningSeed, randomBytes } from '@coffer/crypto';
import { ledgerOrigin, noteVerifierOf, openCheckpoint, treeRoot } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  AnchorSet,
  chainHolds,
  checkTree,
  openAnchoredEvent,
  Sequencer,
  TreeAudit,
  type AccountChain,
  type AuditStep,
  type SequencerParts,
} from '../src/index';
import { MemoryAnchor, MemoryLedger } from './memory-ledger';
import { memorySealer } from './memory-vault';

const vaultId = randomBytes(16);
const signer = { name: ledgerOrigin(vaultId), secret: generateSigningSeed() };

let ledger: MemoryLedger;
let anchor: MemoryAnchor;
let sequencer: Sequencer;
let refused: string[];
let heard: string[];

function sequencerOf(anchors: AnchorSet, store: MemoryLedger = ledger): Sequencer {
  return new Sequencer(partsOf(anchors, store));
}

function partsOf(anchors: AnchorSet, store: MemoryLedger): SequencerParts {
  return {
    ...{ anchors, store, sealer: memorySealer, signer, vaultId },
    onRefused: async (accountId) => void refused.push(accountId),
    onAnchor: ({ name }, failure) => void heard.push(`${name} ${failure === undefined ? 'yes' : 'no'}`),
  };
}

function newLedger(): MemoryLedger {
  return new MemoryLedger(sequencerOf(new AnchorSet([new MemoryAnchor()]), undefined).firstHead());
}

beforeEach(() => {
  anchor = new MemoryAnchor();
  refused = [];
  heard = [];
  ledger = newLedger();
  sequencer = sequencerOf(new AnchorSet([anchor]));
});

const verifier = noteVerifierOf(signer);
const tree = async (...anchors: MemoryAnchor[]) =>
  (await checkTree(ledger, new AnchorSet(anchors.length === 0 ? [anchor] : anchors), verifier)).problem;

describe('Sequencer', () => {
  it('takes in what waits, signs the head, and has the anchor acknowledge it', async () => {
    const [one, two] = [newUuid(), newUuid()];
    await ledger.record(one, 3);
    await ledger.record(two, 4);
    expect(await sequencer.round(false)).toEqual({ appended: 7, treeSize: 7, anchoredSize: 7, isFull: false });
    const checkpoint = openCheckpoint(ledger.at.note, verifier);
    expect(checkpoint).toMatchObject({ size: 7, root: await treeRoot(ledger.hashes, 7) });
    expect([anchor.kept.length, anchor.at, ledger.at.anchoredSize]).toEqual([7, { size: 7, note: ledger.at.note }, 7]);
    await ledger.record(one, 2);
    expect(await sequencer.round(false)).toMatchObject({ appended: 2, treeSize: 9, anchoredSize: 9 });
    expect(await tree()).toBeUndefined();
    expect(await new TreeAudit(memorySealer).step(ledger, 100)).toEqual({
      ...{ problem: undefined, differingAccounts: [], isDone: true },
    });
  });

  it('touches an idle anchor when it is told to, and else does nothing', async () => {
    expect(await sequencer.round(false)).toMatchObject({ appended: 0, treeSize: 0 });
    expect(anchor.touches).toBe(0);
    await sequencer.round(true);
    expect([anchor.touches, ledger.marks]).toEqual([1, 1]);
  });

  it('refuses an event that does not follow the last one of its account in the tree', async () => {
    const account = newUuid();
    await ledger.record(account, 3);
    ledger.queue = ledger.queue.filter(({ number }) => number !== 2);
    const { appended } = await sequencer.round(false);
    expect([appended, refused, ledger.queue]).toEqual([1, [account], []]);
  });

  it('takes in at most 1,000 events, and says that more are waiting', async () => {
    await ledger.record(newUuid(), 1_001);
    expect(await sequencer.round(false)).toMatchObject({ appended: 1_000, isFull: true });
    expect(await sequencer.round(false)).toMatchObject({ appended: 1, isFull: false, treeSize: 1_001 });
  });

  it('sequences nothing while the vault is sealed, whoever sealed it', async () => {
    await ledger.record(newUuid(), 2);
    ledger.vaultSealedReason = 'the tree is broken';
    expect(await sequencer.round(true)).toMatchObject({ appended: 0, treeSize: 0 });
    expect(ledger.queue).toHaveLength(2);
  });

  it.each(['append', 'moveHead'] as const)('loses nothing when it dies at %s', async (step) => {
    await ledger.record(newUuid(), 3);
    ledger.failAt = step;
    await expect(sequencer.round(false)).rejects.toThrow('died');
    expect([ledger.at.treeSize, ledger.queue.length]).toEqual([0, 3]);
    expect(await sequencerOf(new AnchorSet([anchor])).round(false)).toMatchObject({ appended: 3, anchoredSize: 3 });
  });
});

describe('Sequencer with anchors', () => {
  it('gives an anchor salt and event sealed to their place, all of one length, and opens them against their entries', async () => {
    await ledger.record(newUuid(), 2);
    await ledger.record(newUuid(), 1);
    await sequencer.round(false);
    for (const [index, entry] of anchor.kept.entries()) {
      const { event, salt } = ledger.stored[index]!;
      expect(await openAnchoredEvent(memorySealer, entry)).toEqual({ event, salt });
      const moved = openAnchoredEvent(memorySealer, { ...entry, leafIndex: index + 1 });
      await expect(moved).rejects.toMatchObject({ code: 'does-not-open' });
    }
    expect(new Set(anchor.kept.map(({ sealedEvent }) => sealedEvent.length)).size).toBe(1);
  });

  it('never has a checkpoint cover what the anchor has not got: in the middle of a long way each bundle has its own', async () => {
    await ledger.record(newUuid(), 2_500);
    anchor.isDown = true;
    for (let round = 0; round < 3; round++) await sequencer.round(false);
    expect([ledger.at.treeSize, ledger.at.anchoredSize]).toEqual([2_500, 0]);
    anchor.isDown = false;
    await sequencer.round(true);
    expect(anchor.appends).toEqual([
      [0, 1_000],
      [1_000, 2_000],
      [2_000, 2_500],
    ]);
    expect([ledger.at.anchoredSize, ledger.at.anchoredNote]).toEqual([2_500, ledger.at.note]);
  });

  it('publishes nothing that too few anchors have acknowledged', async () => {
    const [first, second] = [new MemoryAnchor('first'), new MemoryAnchor('second')];
    const both = sequencerOf(new AnchorSet([first, second]));
    await ledger.record(newUuid(), 1);
    await both.round(false);
    const published = ledger.at.anchoredNote;
    second.isDown = true;
    await ledger.record(newUuid(), 2);
    await both.round(false);
    expect([ledger.at.treeSize, ledger.at.anchoredSize, ledger.at.anchoredNote]).toEqual([3, 1, published]);
    expect(heard.slice(-2).sort()).toEqual(['first yes', 'second no']);
    second.isDown = false;
    await both.round(true);
    expect([ledger.at.anchoredSize, second.kept.length]).toEqual([3, 3]);
  });

  it('does not call an old answer a new one: while the anchors are away the quorum does not answer', async () => {
    await ledger.record(newUuid(), 1);
    await sequencer.round(false);
    const { marks } = ledger;
    anchor.isDown = true;
    for (let round = 0; round < 3; round++) await sequencer.round(true);
    expect(ledger.marks).toBe(marks);
    anchor.isDown = false;
    await sequencer.round(true);
    expect(ledger.marks).toBe(marks + 1);
  });

  it('goes on with two of three, and brings the third up when it comes back', async () => {
    const three = [new MemoryAnchor('a'), new MemoryAnchor('b'), new MemoryAnchor('c')] as const;
    const anchors = new AnchorSet(three, 2);
    const majority = sequencerOf(anchors);
    three[2].isDown = true;
    await ledger.record(newUuid(), 5);
    expect(await majority.round(false)).toMatchObject({ anchoredSize: 5 });
    expect(three.map(({ kept }) => kept.length)).toEqual([5, 5, 0]);
    three[2].isDown = false;
    await majority.round(true);
    expect(three[2].kept).toHaveLength(5);
    expect(anchors.readQuorum).toBe(2);
  });

  it('waits for no slow anchor where a quorum has answered', async () => {
    const [quick, slow] = [new MemoryAnchor('quick'), new MemoryAnchor('slow')];
    let open = (): void => undefined;
    slow.gate = new Promise((resolve) => (open = resolve));
    const one = sequencerOf(new AnchorSet([quick, slow], 1));
    await ledger.record(newUuid(), 2);
    expect(await one.round(false)).toMatchObject({ anchoredSize: 2 });
    await ledger.record(newUuid(), 2);
    expect(await one.round(false)).toMatchObject({ anchoredSize: 4 });
    open();
    await expect.poll(() => slow.kept.length).toBe(4);
  });

  it('fills an anchor that is new, and goes on where a process that died before the mark had come', async () => {
    await ledger.record(newUuid(), 4);
    await sequencer.round(false);
    const [before, added] = [ledger.at, new MemoryAnchor('added')];
    const next = sequencerOf(new AnchorSet([anchor, added]));
    await next.round(true);
    expect([added.kept.length, ledger.at.anchoredSize]).toEqual([4, 4]);
    ledger.at = { ...before, anchoredSize: 0 };
    await sequencerOf(new AnchorSet([anchor])).round(true);
    expect([ledger.at.anchoredSize, anchor.appends]).toEqual([4, [[0, 4]]]);
  });

  it('takes nothing into an anchor that holds a larger tree than the database', async () => {
    await ledger.record(newUuid(), 4);
    await sequencer.round(false);
    const other = newLedger();
    await other.record(newUuid(), 2);
    await sequencerOf(new AnchorSet([anchor]), other).round(false);
    expect([anchor.at?.size, other.at.anchoredSize, heard.at(-1)]).toEqual([4, 0, 'memory no']);
  });
});

describe('AnchorSet', () => {
  it('refuses a quorum that is none, and two anchors of one name', () => {
    const three = ['a', 'b', 'c'].map((name) => new MemoryAnchor(name));
    for (const quorum of [0, 4, 1.5, Number.NaN]) expect(() => new AnchorSet(three, quorum)).toThrow(RangeError);
    expect(() => new AnchorSet([])).toThrow(RangeError);
    expect(() => new AnchorSet([new MemoryAnchor('a'), new MemoryAnchor('a')])).toThrow(RangeError);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [5, 3],
    [5, 5],
    [9, 1],
  ])('of %d anchors with a quorum of %d reads so many that one of them knows', (count, quorum) => {
    const { readQuorum } = new AnchorSet(
      Array.from({ length: count }, (_, index) => new MemoryAnchor(String(index))),
      quorum,
    );
    expect(readQuorum + quorum).toBe(count + 1);
  });
});

describe('checkTree', () => {
  beforeEach(async () => {
    await ledger.record(newUuid(), 5);
    await sequencer.round(false);
  });

  it('A08, A09: finds a database that was rolled back behind its anchor', async () => {
    const before = { ...ledger.at };
    await ledger.record(newUuid(), 2);
    await sequencer.round(false);
    ledger.at = before;
    expect(await tree()).toMatch('behind its anchor: 5 of 7');
  });

  it('finds it by any one of several anchors, and says when too few can be read to know', async () => {
    const others = [new MemoryAnchor('b'), new MemoryAnchor('c')];
    await sequencerOf(new AnchorSet([anchor, ...others], 2)).round(true);
    const before = { ...ledger.at };
    others[1]!.isDown = true;
    await ledger.record(newUuid(), 2);
    await sequencerOf(new AnchorSet([anchor, ...others], 2)).round(false);
    ledger.at = before;
    const all = new AnchorSet([anchor, ...others], 2);
    expect(await checkTree(ledger, all, verifier)).toMatchObject({ isKnown: true, unread: [{ name: 'c' }] });
    expect(await tree(anchor, others[0]!, others[1]!)).toMatch('behind');
    [anchor.isDown, others[0]!.isDown, others[1]!.isDown] = [true, true, false];
    expect(await checkTree(ledger, all, verifier)).toMatchObject({ problem: undefined, isKnown: false });
  });

  it('finds an anchor that lost what it acknowledged, all of it or some, and takes a new one for new', async () => {
    expect(await tree(anchor, new MemoryAnchor('new'))).toBeUndefined();
    const { at } = anchor;
    anchor.at = undefined;
    expect(await tree()).toMatch('lost');
    anchor.at = at;
    const shorter = newLedger();
    await shorter.record(newUuid(), 3);
    const old = new MemoryAnchor();
    await sequencerOf(new AnchorSet([old]), shorter).round(false);
    expect(await tree(old)).toMatch('lost');
  });

  it('finds a changed hash, a changed root, a foreign note and another history in the anchor', async () => {
    const { note, root } = ledger.at;
    ledger.at = { ...ledger.at, root: randomBytes(32) };
    expect(await tree()).toMatch('another tree');
    ledger.at = { ...ledger.at, root, note: note.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) + 1}\n`) };
    expect(await tree()).toMatch('does not verify');
    ledger.at = { ...ledger.at, note };
    const other = newLedger();
    await other.record(newUuid(), 5);
    const forked = new MemoryAnchor();
    await sequencerOf(new AnchorSet([forked]), other).round(false);
    expect(await tree(forked)).toMatch('not the one that the anchor acknowledged');
    forked.at = { size: 4, note: forked.at!.note };
    expect(await tree(forked)).toMatch('not the one');
    ledger.hashes.store([{ level: 2, index: 0, hash: randomBytes(32) }]);
    expect(await tree()).toMatch('broken');
  });
});

describe('TreeAudit', () => {
  const [account, other] = [newUuid(), newUuid()];
  beforeEach(async () => {
    await ledger.record(account, 5);
    await ledger.record(other, 6);
    await sequencer.round(false);
  });

  /** Steps of three leaves until it is through or finds something. */
  async function audit(): Promise<AuditStep> {
    const reader = new TreeAudit(memorySealer);
    for (let steps = 0; steps < 10; steps++) {
      const step = await reader.step(ledger, 3);
      if (step.isDone || step.problem !== undefined || step.differingAccounts.length > 0) return step;
    }
    throw new Error('the audit does not end');
  }

  it('reads the whole tree in steps, begins anew, and follows the tree while it grows', async () => {
    const reader = new TreeAudit(memorySealer);
    const done: boolean[] = [];
    for (let steps = 0; steps < 8; steps++) {
      if (steps === 2) {
        await ledger.record(account, 1);
        await sequencer.round(false);
      }
      const step = await reader.step(ledger, 3);
      expect(step).toMatchObject({ problem: undefined, differingAccounts: [] });
      done.push(step.isDone);
    }
    expect(done).toEqual([false, false, false, true, false, false, false, true]);
    expect(await new TreeAudit(memorySealer).step(newLedger(), 3)).toMatchObject({ isDone: true });
  });

  it('A29: finds leaves that were made nobody’s, where no account was erased that had them', async () => {
    const nobodys = (count: number): void => {
      ledger.stored = ledger.stored.map((leaf, at) =>
        at < count ? { ...leaf, accountId: null as unknown as string, number: 0 } : leaf,
      );
    };
    nobodys(5);
    ledger.freed = [{ kind: 'account-erased', details: { deletionId: newUuid(), leaves: 5 } }];
    expect(await audit()).toMatchObject({ problem: undefined, isDone: true });
    nobodys(6);
    expect((await audit()).problem).toMatch('6 leaves are nobody’s, and accounts that were erased had 5');
  });

  it('D09: tells an edited event or salt, which is one account’s, from a broken tree', async () => {
    const { stored } = ledger;
    const [first, , , , , sixth] = stored;
    ledger.stored = stored.map((leaf, at) => (at === 1 ? { ...leaf, event: first!.event } : leaf));
    expect(await audit()).toEqual({ problem: undefined, differingAccounts: [account], isDone: false });
    ledger.stored = stored.map((leaf, at) => (at === 5 ? { ...leaf, salt: randomBytes(32) } : leaf));
    expect((await audit()).differingAccounts).toEqual([sixth!.accountId]);
  });

  it('D09: finds a leaf that is changed, gone, moved or cut off, and a changed inner hash', async () => {
    const { stored } = ledger;
    ledger.stored = stored.map((leaf, at) => (at === 7 ? { ...leaf, entry: randomBytes(32) } : leaf));
    expect((await audit()).problem).toBe('leaf 7 of the tree is not what was recorded');
    ledger.stored = stored.filter((_, at) => at !== 4);
    expect((await audit()).problem).toBe('leaf 4 of the tree is missing');
    ledger.stored = stored.map((leaf, at) => ({ ...leaf, entry: stored[at === 2 ? 8 : at === 8 ? 2 : at]!.entry }));
    expect((await audit()).problem).toBe('leaf 2 of the tree is not what was recorded');
    ledger.stored = stored.slice(0, 10);
    expect((await audit()).problem).toBe('leaf 10 of the tree is missing');
    ledger.stored = stored;
    ledger.hashes.store([{ level: 1, index: 3, hash: randomBytes(32) }]);
    expect((await audit()).problem).toBe('hash 1/3 of the tree is not what was recorded');
    // No proof of the newest leaves needs it, so the check of the head alone would not see it.
    expect(await tree()).toBeUndefined();
  });

  it('D09: finds a head that its own tree does not lead to', async () => {
    ledger.at = { ...ledger.at, root: randomBytes(32) };
    expect((await audit()).problem).toBe('the tree does not lead to its signed root');
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
      { events: [first!, { ...second!, hash: randomBytes(32) }, third!] },
      { events: [first!, { ...second!, figures: { ...second!.figures, remaining: 3 } }, third!] },
      { events: [first!, { ...second!, figures: { ...second!.figures, kind: 'guess' } }, third!] },
      { events: [first!, { ...second!, figures: { ...second!.figures, atMs: 1 } }, third!] },
      { accounted: 4 },
      { events: [], accounted: 0 },
    ];
    for (const forged of forgeries) expect(await chainHolds(memorySealer, { ...chain, ...forged })).toBe(false);
  });
});
