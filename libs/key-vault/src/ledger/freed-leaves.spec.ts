import { describe, expect, it } from 'vitest';
import { LedgerEventKind, type LedgerEvent } from '@coffer/evidence';
import { randomBytes } from '@coffer/crypto';
import { newUuid } from '@coffer/foundation';
import { memorySealer } from '../../test/memory-vault';
import { makeEvent, newChain } from '../event-maker';
import { openingBudget } from '../guess-budget';
import { freedLeaves, sumFreed } from './freed-leaves';

type FreeingEvent = Pick<LedgerEvent, 'kind' | 'details'>;

const erased = (deletionId: string, leaves: number): FreeingEvent => ({
  kind: 'account-erased',
  details: { deletionId, leaves },
});
const repaired = (leaves: number): FreeingEvent => ({ kind: 'vault-repaired', details: { scope: 'vault', leaves } });

describe('freedLeaves', () => {
  it('counts what the vault itself wrote for that place of its chain, and nothing else', async () => {
    const accountId = newUuid();
    const event = await makeEvent(memorySealer, accountId, newChain, {
      ...{ kind: LedgerEventKind.accountErased, atMs: 1_800_000_000_000, budget: openingBudget },
      details: { deletionId: newUuid(), leaves: 4 },
    });
    const freed = (...events: Parameters<typeof freedLeaves>[1]['events']) =>
      freedLeaves(memorySealer, { accountId, events });
    expect(await freed(event)).toBe(4);
    expect(await freed({ ...event, mac: randomBytes(32) })).toBe(0);
    expect(await freed({ ...event, number: 2 })).toBe(0);
    expect(await freedLeaves(memorySealer, { accountId: newUuid(), events: [event] })).toBe(0);
    expect(await freedLeaves(memorySealer, { accountId: undefined, events: [] })).toBe(0);
  });
});

describe('sumFreed', () => {
  it('adds up what erased accounts had, each deletion once', () => {
    expect(sumFreed([])).toBe(0);
    expect(sumFreed([erased('a', 3), erased('b', 4), erased('a', 3)])).toBe(7);
  });

  it('is what the last repair found, and goes on from there', () => {
    expect(sumFreed([erased('a', 3), repaired(10), erased('b', 4)])).toBe(14);
    expect(sumFreed([erased('a', 3), repaired(10), repaired(2)])).toBe(2);
  });

  it('counts an account again that a repair has brought back, and that is erased again', () => {
    expect(sumFreed([erased('a', 3), repaired(10), erased('a', 3), erased('a', 3)])).toBe(13);
  });

  it('takes nothing from the repair of single accounts, which frees no leaf', () => {
    const single: FreeingEvent = { kind: 'vault-repaired', details: { scope: 'accounts' } };
    expect(sumFreed([erased('a', 3), single])).toBe(3);
  });

  it('knows no bound where an erased account did not say, until a repair', () => {
    const old: FreeingEvent = { kind: 'account-erased', details: { deletionId: 'a' } };
    expect(sumFreed([old, erased('b', 4)])).toBe(Number.POSITIVE_INFINITY);
    expect(sumFreed([old, repaired(7), erased('b', 4)])).toBe(11);
  });
});
