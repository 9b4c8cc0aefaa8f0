import { LedgerEventKind } from '@coffer/evidence';
import { describe, expect, it } from 'vitest';
import { ledgerWords } from './ledger-words';

describe('ledgerWords', () => {
  it('has words of its own for every kind of event that the vault records', () => {
    const words = Object.values(LedgerEventKind).map((kind) => ledgerWords({ kind, keyslotKind: null }));
    expect(words.filter((word) => word.startsWith('An event of the kind'))).toEqual([]);
    expect(new Set(words).size).toBe(words.length);
  });

  it('names a kind that is newer than this page', () => {
    expect(ledgerWords({ kind: 'constructor', keyslotKind: null })).toBe('An event of the kind “constructor”');
    expect(ledgerWords({ kind: 'other', keyslotKind: null })).toBe('An event of the kind “other”');
  });

  it('says which way to the key is meant', () => {
    expect(ledgerWords({ kind: 'keyslot-proven', keyslotKind: 'digits' })).toBe(
      'A way to your key was added: 64-digit key',
    );
  });
});
