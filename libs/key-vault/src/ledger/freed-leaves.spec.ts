import { describe, expect, it } from 'vitest';
import { freedLeaves, type FreeingEvent } from './freed-leaves';

const erased = (deletionId: string, leaves: number): FreeingEvent => ({
  kind: 'account-erased',
  details: { deletionId, leaves },
});
const repaired = (leaves: number): FreeingEvent => ({ kind: 'vault-repaired', details: { scope: 'vault', leaves } });

describe('freedLeaves', () => {
  it('adds up what erased accounts had, each deletion once', () => {
    expect(freedLeaves([])).toBe(0);
    expect(freedLeaves([erased('a', 3), erased('b', 4), erased('a', 3)])).toBe(7);
  });

  it('is what the last repair found, and goes on from there', () => {
    expect(freedLeaves([erased('a', 3), repaired(10), erased('b', 4)])).toBe(14);
    expect(freedLeaves([erased('a', 3), repaired(10), repaired(2)])).toBe(2);
  });

  it('counts an account again that a repair has brought back, and that is erased again', () => {
    expect(freedLeaves([erased('a', 3), repaired(10), erased('a', 3), erased('a', 3)])).toBe(13);
  });

  it('takes nothing from the repair of single accounts, which frees no leaf', () => {
    const single: FreeingEvent = { kind: 'vault-repaired', details: { scope: 'accounts' } };
    expect(freedLeaves([erased('a', 3), single])).toBe(3);
  });

  it('knows no bound where an erased account did not say, until a repair', () => {
    const old: FreeingEvent = { kind: 'account-erased', details: { deletionId: 'a' } };
    expect(freedLeaves([old, erased('b', 4)])).toBe(Number.POSITIVE_INFINITY);
    expect(freedLeaves([old, repaired(7), erased('b', 4)])).toBe(11);
  });
});
