import { CofferError, fromUtf8 } from '@coffer/foundation';
import { decodeLedgerMemory, encodeLedgerMemory, type LedgerMemory } from '@coffer/vault-device';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';

/**
 * @param vaultId - 16 bytes: what was seen of another vault says nothing about this one
 * @throws HomeError `damaged`: it is never taken for "nothing seen"
 */
export async function recallLedger(home: HomeDirectory, vaultId: Uint8Array): Promise<LedgerMemory> {
  const bytes = await home.read(home.ledgerFile);
  try {
    return decodeLedgerMemory(vaultId, bytes === undefined ? undefined : fromUtf8(bytes));
  } catch (cause) {
    if (!(cause instanceof CofferError)) throw cause;
    throw new HomeError(
      'damaged',
      `"${home.ledgerFile}" no longer says what this device saw of the ledger. Check on another device first, then remove it.`,
      { cause },
    );
  }
}

/** @param memory - after a check that held */
export async function rememberLedger(
  home: HomeDirectory,
  vaultId: Uint8Array,
  memory: LedgerMemory & { readonly checkpoint: string },
): Promise<void> {
  await home.write(home.ledgerFile, `${encodeLedgerMemory(vaultId, memory)}\n`);
}
