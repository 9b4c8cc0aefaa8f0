import { generateSigningSeed, randomBytes } from '@coffer/crypto';
import { ledgerOrigin, noteVerifierOf, replayBudget, verifyChain, type BudgetState } from '@coffer/evidence';
import { newUuid, toHex } from '@coffer/foundation';
import { proofSize, runSeedNumber } from '@coffer/test-kit';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { refilled } from '../src/guess-budget';
import {
  AnchorSet,
  ApprovedPlan,
  chainHolds,
  checkTree,
  defaultPolicy,
  Sequencer,
  TreeAudit,
  VaultRepair,
  type RepairMandate,
  type RepairScope,
  type RepairStep,
} from '../src/index';
import { MemoryAnchor } from './memory-ledger';
import { MemoryRepairs, someOwner } from './memory-repairs';
import { memorySealer } from './memory-vault';

const vaultId = randomBytes(16);
const signer = { name: ledgerOrigin(vaultId), secret: generateSigningSeed() };
const verifier = noteVerifierOf(signer);
const anything: RepairMandate = { details: { repairId: 'r' }, allows: () => true };

/** A vault with one anchor, as far as ledger and accounts go. */
class Ground {
  readonly anchor = new MemoryAnchor();
  anchors = new AnchorSet([this.anchor]);
  readonly store = new MemoryRepairs(this.#sequencer(undefined as never).firstHead());
  steps: RepairStep[] = [];

  #sequencer(store: MemoryRepairs): Sequencer {
    return new Sequencer({
      ...{ anchors: this.anchors, store, sealer: memorySealer, signer, vaultId },
      onRefused: async () => Promise.resolve(),
      onAnchor: () => undefined,
    });
  }

  async sequence(): Promise<void> {
    await this.#sequencer(this.store).round(true);
  }

  get repair(): VaultRepair {
    const { store, anchors } = this;
    return new VaultRepair({
      ...{ ledger: store, accounts: store, anchors, sealer: memorySealer, policy: defaultPolicy },
      key: { signer, verifier, vaultId },
      atStep: (step) => void this.steps.push(step),
    });
  }

  async repaired(scope: RepairScope = 'vault', mandate = anything) {
    const plan = await this.repair.plan(scope);
    await this.repair.apply(plan, mandate);
    const leaves = this.store.stored.filter(({ accountId }) => !this.store.accounts.has(accountId)).length;
    this.store.freed = [...this.store.freed, { kind: 'vault-repaired', details: { leaves } }];
    return plan;
  }

  /** Nothing that the vault itself looks at speaks against it. */
  async requireSound(): Promise<void> {
    expect((await checkTree(this.store, this.anchors, verifier)).problem).toBeUndefined();
    const audit = await new TreeAudit(memorySealer).step(this.store, 100_000);
    expect([audit.problem, audit.differingAccounts, audit.isDone]).toEqual([undefined, [], true]);
    for (const chain of await this.store.chains()) expect(await chainHolds(memorySealer, chain)).toBe(true);
  }

  budget(accountId: string): BudgetState {
    return this.store.accounts.get(accountId)!.budget;
  }

  async guess(accountId: string): Promise<void> {
    const before = this.budget(accountId);
    if (before.remaining === 0) return;
    const budget = { ...before, remaining: before.remaining - 1, attempt: before.attempt + 1 };
    await this.store.act(accountId, 'guess', { budget });
  }

  /** A password is set: the record of another serial, all guesses back. */
  async setPassword(accountId: string, serial: number): Promise<void> {
    const details = { kind: 'password', keyslotId: newUuid(), keyId: randomBytes(8), serial };
    const budget = refilled(this.budget(accountId), serial);
    await this.store.act(accountId, 'keyslot-proven', { budget, recordSerial: serial, details });
  }
}

let ground: Ground;
beforeEach(() => {
  ground = new Ground();
});

describe('a vault whose database was put back to a dump', () => {
  it('A08: gets the guesses back that were spent since, and a person begins anew whose account the dump lacks', async () => {
    const { store } = ground;
    const accountId = await store.open();
    await ground.setPassword(accountId, 7);
    await ground.guess(accountId);
    await ground.sequence();
    const restore = store.dump();
    for (let more = 0; more < 4; more++) await ground.guess(accountId);
    await store.open();
    await ground.sequence();
    restore();
    expect(ground.budget(accountId).remaining).toBe(9);
    const plan = await ground.repaired();
    expect(plan.summary).toMatchObject({
      tree: { before: 3, after: 8, anchored: 8, leaves: 5, unknownAccounts: 1 },
      accounts: { checked: 1, repaired: 1, lowered: 1, recordsDropped: 0, lost: 0 },
      events: { restored: 4, dropped: 0 },
    });
    expect(ground.budget(accountId)).toMatchObject({ remaining: 5, attempt: 5, serial: 7 });
    expect(store.accounts.get(accountId)!.notices).toMatchObject([{ kind: 'account-repaired' }]);
    expect(store.stored.filter((leaf) => (leaf.accountId as string | null) === null)).toHaveLength(1);
    await ground.requireSound();
    await ground.sequence();
    await ground.requireSound();
  });

  it('drops what happened on the dump before it was noticed, and counts the fewer guesses of both', async () => {
    const { store } = ground;
    const accountId = await store.open();
    await ground.sequence();
    const restore = store.dump();
    await ground.guess(accountId);
    await ground.sequence();
    restore();
    for (let more = 0; more < 3; more++) await ground.guess(accountId);
    const { summary } = await ground.repaired();
    expect(summary.events).toEqual({ restored: 1, dropped: 3 });
    expect(ground.budget(accountId)).toMatchObject({ remaining: 7, attempt: 1 });
    await ground.requireSound();
  });

  it('keeps a record gone that was shredded since, also where its successor is lost', async () => {
    const { store } = ground;
    const [shredded, replaced, untouched] = [await store.open(), await store.open(), await store.open()];
    for (const each of [shredded, replaced, untouched]) await ground.setPassword(each, 3);
    await ground.sequence();
    const restore = store.dump();
    const without = { ...ground.budget(shredded), serial: 0 };
    await store.act(shredded, 'keyslot-shredded', { budget: without, recordSerial: 0, details: { serial: 3 } });
    await ground.setPassword(replaced, 4);
    await ground.sequence();
    restore();
    const { summary } = await ground.repaired();
    expect(summary.accounts).toMatchObject({ checked: 3, repaired: 2, recordsDropped: 2 });
    const serials = [shredded, replaced, untouched].map((each) => store.accounts.get(each)!.recordSerial);
    expect(serials).toEqual([0, 0, 3]);
    await ground.requireSound();
  });

  it('puts owner, veto, keyslots and new starts back to what the chain says', async () => {
    const { store } = ground;
    const accountId = await store.open();
    await ground.sequence();
    const restore = store.dump();
    const [owner, next] = [someOwner(1), someOwner(2)];
    const [digits, newStartId] = [newUuid(), newUuid()];
    await store.act(accountId, 'owner-bound', { details: owner });
    await store.act(accountId, 'keyslot-proven', {
      details: { kind: 'digits', keyslotId: digits, keyId: owner.keyId, serial: 0 },
    });
    await store.act(accountId, 'guesses-vetoed', { details: { untilMs: 1_900_000_000_000 } });
    await store.act(accountId, 'new-start-begun', { details: { newStartId, opensAtMs: 5, closesAtMs: 9 } });
    await store.act(accountId, 'new-start-finished', { details: { newStartId, ...next } });
    await ground.sequence();
    restore();
    const { summary } = await ground.repaired();
    expect(summary.accounts.ownersRestored).toBe(1);
    const { row, vetoedUntilMs, keyslots, newStarts } = store.accounts.get(accountId)!;
    expect(row).toMatchObject({ ownerGeneration: 2, keyId: next.keyId, ownerPublicKey: next.ownerPublicKey });
    expect(vetoedUntilMs).toBe(1_900_000_000_000);
    expect(keyslots).toMatchObject([{ keyslotId: digits, kind: 'digits', state: 'active' }]);
    // The former owner may undo it: what it was is in the row.
    expect(newStarts).toMatchObject([{ newStartId, state: 'finished', ownerGeneration: 1, keyId: owner.keyId }]);
    expect(newStarts[0]!.undoUntilMs! - newStarts[0]!.finishedAtMs!).toBe(defaultPolicy.newStartUndoMs);
    await ground.requireSound();
  });

  it('closes an account again that was being deleted or was erased since, and revives none', async () => {
    const { store } = ground;
    const [closed, erased] = [await store.open(), await store.open()];
    await ground.sequence();
    const restore = store.dump();
    for (const each of [closed, erased]) {
      await store.act(each, 'account-closed', { details: { deletionId: newUuid(), by: 'owner' } });
    }
    await ground.sequence();
    store.erase(erased);
    restore();
    const { summary } = await ground.repaired();
    expect(summary.accounts.closed).toBe(2);
    for (const each of [closed, erased]) expect(store.accounts.get(each)!.row.closedAtMs).not.toBeNull();
    await ground.requireSound();
  });

  it('leaves the leaves of accounts that were erased before nobody’s', async () => {
    const { store } = ground;
    const [erased, other] = [await store.open(), await store.open()];
    await ground.sequence();
    store.erase(erased);
    const restore = store.dump();
    await ground.guess(other);
    await ground.sequence();
    restore();
    await ground.repaired();
    expect(store.stored.map(({ accountId }) => accountId)).toEqual([null, other, other]);
    await ground.requireSound();
  });
});

describe('a database that was edited', () => {
  async function two(): Promise<readonly [string, string]> {
    const ids = [await ground.store.open(), await ground.store.open()] as const;
    for (const each of ids) {
      await ground.setPassword(each, 5);
      await ground.guess(each);
      await ground.guess(each);
    }
    await ground.sequence();
    return ids;
  }

  it('A29: a budget that was raised is what the chain says again, in a vault that goes on', async () => {
    const [edited, other] = await two();
    const { row } = ground.store.accounts.get(edited)!;
    ground.store.edit(edited, {
      budget: { ...ground.budget(edited), remaining: 10 },
      row: { ...row, sealedReason: 'x' },
    });
    const before = ground.store.accounts.get(other);
    const plan = await ground.repaired('accounts');
    expect([plan.summary.tree, plan.summary.accounts.checked]).toEqual([null, 1]);
    expect(ground.budget(edited)).toMatchObject({ remaining: 8, serial: 5 });
    expect(ground.store.accounts.get(other)).toBe(before);
    await ground.requireSound();
  });

  it('a budget that was lowered stays lowered: nobody can tell who did it', async () => {
    const [edited] = await two();
    ground.store.edit(edited, { budget: { ...ground.budget(edited), remaining: 2 } });
    await ground.repaired();
    expect(ground.budget(edited).remaining).toBe(2);
    ground.store.edit(edited, { budget: { ...ground.budget(edited), remaining: 0 } });
    await ground.repaired();
    expect(ground.store.accounts.get(edited)).toMatchObject({ recordSerial: 0, budget: { remaining: 0, serial: 0 } });
    await ground.requireSound();
  });

  it('an owner key that was put in place by SQL goes', async () => {
    const [edited] = await two();
    const { generation, ...keys } = someOwner(9);
    const { row } = ground.store.accounts.get(edited)!;
    ground.store.edit(edited, { row: { ...row, ...keys, ownerGeneration: generation } });
    await ground.repaired();
    expect(ground.store.accounts.get(edited)!.row).toMatchObject({ ownerGeneration: 0, ownerPublicKey: null });
  });

  it('a veto that was taken away holds again, and an account that was opened again is closed', async () => {
    const [vetoed, closed] = await two();
    const { store } = ground;
    await store.act(vetoed, 'guesses-vetoed', { vetoedUntilMs: 9_000, details: { untilMs: 9_000 } });
    const { row } = store.accounts.get(closed)!;
    await store.act(closed, 'account-closed', {
      ...{ row: { ...row, closedAtMs: 1 }, recordSerial: 0, budget: { ...ground.budget(closed), serial: 0 } },
      details: { deletionId: newUuid(), by: 'login' },
    });
    await ground.sequence();
    store.edit(vetoed, { vetoedUntilMs: null });
    store.edit(closed, { row });
    const { summary } = await ground.repaired();
    expect(summary.accounts).toMatchObject({ repaired: 2, closed: 1 });
    expect(store.accounts.get(vetoed)!.vetoedUntilMs).toBe(9_000);
    expect(store.accounts.get(closed)!.row.closedAtMs).not.toBeNull();
    await ground.requireSound();
  });

  it.each([
    'an event removed',
    'an event of another account in its place',
    'a leaf un-named',
    'a leaf moved',
    'leaves removed',
    'a hash edited',
    'a hash removed',
    'the head forged',
    'an entry edited',
  ])('D09: %s: the tree and the chains are what the anchor holds again', async (what) => {
    const [edited, other] = await two();
    const { store } = ground;
    const chain = store.events.get(edited)!;
    const [first, second] = store.stored;
    if (what === 'an event removed') store.events.set(edited, chain.slice(0, -1));
    if (what === 'an event of another account in its place')
      store.events.set(edited, [...chain.slice(0, -1), store.events.get(other)!.at(-1)!]);
    if (what === 'a leaf un-named') store.stored[0] = { ...first!, accountId: null as never, number: 0 };
    if (what === 'a leaf moved')
      [store.stored[0], store.stored[1]] = [
        { ...first!, accountId: second!.accountId, number: second!.number },
        { ...second!, accountId: first!.accountId, number: first!.number },
      ];
    if (what === 'leaves removed') store.stored = store.stored.filter(({ leafIndex }) => leafIndex % 3 !== 1);
    if (what === 'a hash edited') store.editHash('1/0', randomBytes(32));
    if (what === 'a hash removed') store.editHash('1/1', undefined);
    if (what === 'the head forged') store.at = { ...store.at, treeSize: 3, root: randomBytes(32) };
    if (what === 'an entry edited') store.stored[2] = { ...store.stored[2]!, entry: randomBytes(32) };
    await ground.repaired();
    expect([ground.budget(edited).remaining, ground.budget(other).remaining]).toEqual([8, 8]);
    await ground.requireSound();
    expect(await ground.repair.plan('vault')).toMatchObject({ lines: [] });
  });

  it('an account whose chain nobody can put together stays sealed, and the others are repaired', async () => {
    const [lost, other] = await two();
    const { store } = ground;
    store.events.set(lost, store.events.get(lost)!.slice(1));
    // Its events were sealed for the anchor under an epoch whose key is gone.
    for (const [at, entry] of ground.anchor.kept.entries()) {
      if (store.stored[at]!.accountId === lost) ground.anchor.kept[at] = { ...entry, sealedEvent: randomBytes(80) };
    }
    store.edit(other, { budget: { ...ground.budget(other), remaining: 9 } });
    const { summary } = await ground.repaired();
    expect(summary.accounts).toMatchObject({ repaired: 1, lost: 1 });
    expect(summary.reasons).toEqual(['event 1 is neither in the database nor readable in an anchor']);
    expect(store.accounts.get(lost)!.row.sealedReason).toContain('event 1');
    expect(ground.budget(other).remaining).toBe(8);
    const before = store.writes;
    await ground.repaired('accounts');
    expect(store.writes).toBe(before);
  });
});

describe('anchors that do not agree', () => {
  it('a tree of another history is not chosen for the operator', async () => {
    const { store } = ground;
    const other = new MemoryAnchor('other');
    await store.open();
    await ground.sequence();
    const fork = new Ground();
    await fork.store.open();
    await fork.store.open();
    await fork.sequence();
    Object.assign(other, { at: fork.anchor.at });
    other.kept.push(...fork.anchor.kept);
    ground.anchors = new AnchorSet([ground.anchor, other], 1);
    await expect(ground.repair.plan('vault')).rejects.toMatchObject({ code: 'beyond-repair' });
  });

  it('fewer than are needed to know of every event: nothing is planned', async () => {
    const other = new MemoryAnchor('other');
    other.isDown = true;
    ground.anchors = new AnchorSet([ground.anchor, other], 1);
    await expect(ground.repair.plan('vault')).rejects.toMatchObject({ code: 'anchor-silent' });
  });

  it('a head that another key has signed is no evidence, and not passed over', async () => {
    await ground.store.open();
    await ground.sequence();
    ground.anchor.at = { ...ground.anchor.at!, note: ground.anchor.at!.note.replace('coffer.ledger', 'other.ledger') };
    await expect(ground.repair.plan('vault')).rejects.toMatchObject({ code: 'anchor-forked' });
  });

  it('one that lost everything is taken for a new one, and what was published stays published', async () => {
    await ground.store.open();
    await ground.sequence();
    const published = ground.store.at.anchoredSize;
    ground.anchors = new AnchorSet([new MemoryAnchor()]);
    expect((await checkTree(ground.store, ground.anchors, verifier)).problem).toContain('lost');
    const { summary } = await ground.repaired();
    expect([summary.tree!.anchored, ground.store.at.anchoredSize]).toEqual([0, published]);
    await ground.requireSound();
  });
});

describe('what was approved', () => {
  it('is the same plan however often it is made, and another one where anything differs', async () => {
    const accountId = await ground.store.open();
    await ground.guess(accountId);
    await ground.sequence();
    ground.store.edit(accountId, { budget: { ...ground.budget(accountId), remaining: 10 } });
    const plan = await ground.repair.plan('vault');
    expect(toHex((await ground.repair.plan('vault')).hash)).toBe(toHex(plan.hash));
    ground.store.edit(accountId, { budget: { ...ground.budget(accountId), remaining: 7 } });
    expect(toHex((await ground.repair.plan('vault')).hash)).not.toBe(toHex(plan.hash));
    const approved = new ApprovedPlan(plan.encoded);
    const mandate = { details: {}, allows: approved.allows };
    await expect(ground.repaired('vault', mandate)).rejects.toMatchObject({ code: 'plan-changed' });
    const now = await ground.repair.plan('vault');
    expect(() => approved.requireCovers(now)).toThrow(expect.objectContaining({ code: 'plan-changed' }));
  });

  it('covers what is left after a repair was cut off at any step', async () => {
    const ids = [await ground.store.open(), await ground.store.open(), await ground.store.open()];
    await ground.sequence();
    const restore = ground.store.dump();
    for (const each of ids) await ground.guess(each);
    await ground.sequence();
    restore();
    const rolledBack = ground.store.dump();
    const { encoded, lines } = await ground.repair.plan('vault');
    expect(lines).toHaveLength(3);
    const approved = new ApprovedPlan(encoded);
    const mandate = { details: {}, allows: approved.allows };
    for (let cut = 0; cut < 6; cut++) {
      rolledBack();
      let step = 0;
      const { store, anchors } = ground;
      const parts = { ledger: store, accounts: store, anchors, sealer: memorySealer, policy: defaultPolicy };
      const doomed = new VaultRepair({
        ...parts,
        key: { signer, verifier, vaultId },
        atStep: () => {
          if (step++ === cut) throw new Error('killed');
        },
      });
      await expect(doomed.apply(await doomed.plan('vault'), mandate)).rejects.toThrow('killed');
      const left = await ground.repair.plan('vault');
      approved.requireCovers(left);
      await ground.repair.apply(left, mandate);
      for (const each of ids) expect(ground.budget(each).remaining).toBe(9);
      await ground.requireSound();
    }
  });
});

const act = fc.record({
  account: fc.nat(2),
  what: fc.constantFrom('guess', 'guess', 'guess', 'proven', 'password', 'shred', 'veto', 'close', 'sequence'),
});

describe('any history, put back to any moment of it', () => {
  it('has no more guesses after the repair than database and replay, no record that ended, and needs no second repair', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), fc.nat(40), fc.nat(10), async (acts, dumpAt, rowSays) => {
        const own = new Ground();
        const ids = [await own.store.open(), await own.store.open(), await own.store.open()];
        let restore = own.store.dump();
        for (const [at, { account, what }] of acts.entries()) {
          if (at === dumpAt) restore = own.store.dump();
          await step(own, ids[account]!, what);
        }
        await own.sequence();
        const truth = new Map(own.store.accounts);
        restore();
        const [edited] = ids as [string];
        if (rowSays < 10) own.store.edit(edited, { budget: { ...own.budget(edited), remaining: rowSays } });
        const rows = new Map(own.store.accounts);
        await own.repaired();
        for (const accountId of ids) requireMinimum(own, accountId, rows.get(accountId)!, truth.get(accountId)!);
        await own.requireSound();
        const { writes } = own.store;
        const again = await own.repaired();
        expect([again.lines, own.store.writes]).toEqual([[], writes]);
      }),
      { numRuns: proofSize({ sample: 60, long: 3_000 }), seed: runSeedNumber('repair-histories') },
    );
  });
});

async function step(own: Ground, accountId: string, what: string): Promise<void> {
  const { store } = own;
  const { budget, row } = store.accounts.get(accountId)!;
  if (what === 'sequence') return own.sequence();
  if (row.closedAtMs !== null) return;
  if (what === 'guess') return own.guess(accountId);
  if (what === 'password') return own.setPassword(accountId, budget.serial + 1);
  if (what === 'proven' && budget.serial > 0) {
    await store.act(accountId, 'proven', { budget: refilled(budget, budget.serial) });
  }
  if (what === 'shred' && budget.serial > 0) {
    const details = { serial: budget.serial, reason: 'guesses' };
    await store.act(accountId, 'keyslot-shredded', { budget: { ...budget, serial: 0 }, recordSerial: 0, details });
  }
  if (what === 'veto') {
    const untilMs = store.nowMs + 1_000;
    await store.act(accountId, 'guesses-vetoed', { vetoedUntilMs: untilMs, details: { untilMs } });
  }
  if (what === 'close') {
    await store.act(accountId, 'account-closed', {
      ...{ budget: { ...budget, serial: 0 }, recordSerial: 0, row: { ...row, closedAtMs: store.nowMs } },
      details: { deletionId: newUuid(), by: 'owner' },
    });
  }
}

/** @param row - as the dump has it @param truth - as the account was when the dump was put in its place */
function requireMinimum(
  own: Ground,
  accountId: string,
  row: ReturnType<MemoryRepairs['accounts']['get']> & object,
  truth: ReturnType<MemoryRepairs['accounts']['get']> & object,
): void {
  const after = own.store.accounts.get(accountId)!;
  expect(after.budget.remaining).toBe(Math.min(row.budget.remaining, truth.budget.remaining));
  expect(after.budget.attempt).toBe(truth.budget.attempt);
  expect([0, truth.recordSerial]).toContain(after.recordSerial);
  expect(after.recordSerial).toBe(after.budget.serial);
  expect(after.vetoedUntilMs).toBe(truth.vetoedUntilMs);
  expect(after.row.closedAtMs === null).toBe(truth.row.closedAtMs === null);
  const events = own.store.events.get(accountId)!.map(({ event }) => event);
  expect(replayBudget(verifyChain(events, { account: accountId }).events)).toEqual(after.budget);
}
