import type { ChainPosition } from '@coffer/evidence';
import { fromBase64Url, fromUtf8, toBase64Url } from '@coffer/foundation';
import type { LedgerMemory } from '@coffer/vault-device';
import { z } from 'zod';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';

const memory = z.strictObject({
  v: z.literal(1),
  vaultId: z.string(),
  /** The newest checkpoint that was verified, as it was signed. */
  checkpoint: z.string(),
  /** By account: the last event whose place in the chain and in the tree was verified. */
  chains: z.record(z.string(), z.strictObject({ number: z.int().min(0), hash: z.string() })),
});

const nothing: LedgerMemory = { checkpoint: undefined, chains: {} };

/**
 * @param vaultId - 16 bytes: what was seen of another vault says nothing about this one
 * @throws HomeError `damaged`: it is never taken for "nothing seen"
 */
export async function recallLedger(home: HomeDirectory, vaultId: Uint8Array): Promise<LedgerMemory> {
  const bytes = await home.read(home.ledgerFile);
  if (bytes === undefined) return nothing;
  try {
    const stored = memory.parse(JSON.parse(fromUtf8(bytes)));
    if (stored.vaultId !== toBase64Url(vaultId)) return nothing;
    const chains = Object.entries(stored.chains).map(([account, { number, hash }]) => {
      return [account, { number, hash: fromBase64Url(hash) }] as const;
    });
    return { checkpoint: stored.checkpoint, chains: Object.fromEntries(chains) };
  } catch (cause) {
    throw new HomeError(
      'damaged',
      `"${home.ledgerFile}" no longer says what this device saw of the ledger. Check on another device first, then remove it.`,
      { cause },
    );
  }
}

/** @param checkpoint - the signed note, verified */
export async function rememberLedger(
  home: HomeDirectory,
  vaultId: Uint8Array,
  { checkpoint, chains }: { readonly checkpoint: string; readonly chains: Readonly<Record<string, ChainPosition>> },
): Promise<void> {
  const content = {
    v: 1,
    vaultId: toBase64Url(vaultId),
    checkpoint,
    chains: Object.fromEntries(
      Object.entries(chains).map(([account, { number, hash }]) => [account, { number, hash: toBase64Url(hash) }]),
    ),
  };
  await home.write(home.ledgerFile, `${JSON.stringify(content)}\n`);
}
