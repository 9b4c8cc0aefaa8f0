import { seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';
import { decodeLedgerMemory, emptyLedgerMemory, encodeLedgerMemory, ledgerMemoryAfter } from './ledger-memory';

const vaultId = seed('vault', 16);
const memory = { checkpoint: 'a note\n', chains: { first: { number: 7, hash: seed('hash') } } };

describe('decodeLedgerMemory', () => {
  it('gives back what was encoded', () => {
    expect(decodeLedgerMemory(vaultId, encodeLedgerMemory(vaultId, memory))).toEqual(memory);
  });

  it('knows nothing when nothing was kept, or of another vault', () => {
    expect(decodeLedgerMemory(vaultId, undefined)).toEqual(emptyLedgerMemory);
    expect(decodeLedgerMemory(vaultId, encodeLedgerMemory(seed('another', 16), memory))).toEqual(emptyLedgerMemory);
  });

  it.each(['', '{"v":1,', '{}', '{"v":2,"vaultId":"","checkpoint":"","chains":{}}', 'null'])(
    'never takes %j for nothing seen',
    (text) => {
      expect(() => decodeLedgerMemory(vaultId, text)).toThrow(
        expect.objectContaining({ code: 'ledger-memory-damaged' }) as Error,
      );
    },
  );
});

describe('ledgerMemoryAfter', () => {
  it('takes the newer checkpoint and the place of this account, and keeps those of others', () => {
    const position = { number: 2, hash: seed('other hash') };
    const after = ledgerMemoryAfter(memory, 'second', { note: 'a newer note\n', position });
    expect(after).toEqual({ checkpoint: 'a newer note\n', chains: { ...memory.chains, second: position } });
  });
});
