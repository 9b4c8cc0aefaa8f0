import { fromBase64Url, toBase64Url } from '@coffer/foundation';
import { z } from 'zod';

import type { CheckedLedger, LedgerMemory } from './check-ledger';
import { LedgerError } from './ledger-error';

const stored = z.strictObject({
  v: z.literal(1),
  vaultId: z.string(),
  /** The newest checkpoint that was verified, as it was signed. */
  checkpoint: z.string(),
  /** By account: the last event whose place in the chain and in the tree was verified. */
  chains: z.record(z.string(), z.strictObject({ number: z.int().min(0), hash: z.string() })),
});

/** What a device knows of a ledger that it has never checked. */
export const emptyLedgerMemory: LedgerMemory = { checkpoint: undefined, chains: {} };

/** What a device knows after a check that held. Only such a check may be remembered. */
export function ledgerMemoryAfter(
  memory: LedgerMemory,
  accountId: string,
  { note, position }: Pick<CheckedLedger, 'note' | 'position'>,
): LedgerMemory & { readonly checkpoint: string } {
  return { checkpoint: note, chains: { ...memory.chains, [accountId]: position } };
}

/**
 * The text that a device keeps between two checks. It holds a public checkpoint, ids and hashes: no secret.
 *
 * @param vaultId - 16 bytes: what was seen of another vault says nothing about this one
 */
export function encodeLedgerMemory(
  vaultId: Uint8Array,
  { checkpoint, chains }: LedgerMemory & { readonly checkpoint: string },
): string {
  const entries = Object.entries(chains).map(([account, { number, hash }]) => {
    return [account, { number, hash: toBase64Url(hash) }] as const;
  });
  return JSON.stringify({ v: 1, vaultId: toBase64Url(vaultId), checkpoint, chains: Object.fromEntries(entries) });
}

/**
 * @param text - undefined where nothing is kept
 * @param vaultId - 16 bytes
 * @throws LedgerError `ledger-memory-damaged`: it is never taken for "nothing seen"
 */
export function decodeLedgerMemory(vaultId: Uint8Array, text: string | undefined): LedgerMemory {
  if (text === undefined) return emptyLedgerMemory;
  try {
    const { vaultId: of, checkpoint, chains } = stored.parse(JSON.parse(text));
    if (of !== toBase64Url(vaultId)) return emptyLedgerMemory;
    const entries = Object.entries(chains).map(([account, { number, hash }]) => {
      return [account, { number, hash: fromBase64Url(hash) }] as const;
    });
    return { checkpoint, chains: Object.fromEntries(entries) };
  } catch (cause) {
    throw new LedgerError(
      'ledger-memory-damaged',
      'What this device remembered of the ledger can no longer be read. Check the ledger on another device first.',
      { cause },
    );
  }
}
