import { setTimeout as pause } from 'node:timers/promises';
import { randomBytes } from '@coffer/crypto';
import { DatabaseError, PgSealingStore, PgVaultState, type Database } from '@coffer/database';
import { signCertificate } from '@coffer/evidence';
import { systemClock } from '@coffer/foundation';
import { openSealer, usualFollowTimes, type SealerChoice } from '@coffer/key-sealer';
import {
  openCertificateSigner,
  openLaterSecret,
  SealerError,
  type SealingKeys,
  type VaultStateRow,
} from '@coffer/key-vault';
import { generatePushKey } from '@coffer/notice-channels';
import type { CertificateSigner } from '@coffer/purge';

/** What the worker needs of the vault that made this deployment. */
export interface VaultKeys {
  readonly vaultId: Uint8Array;
  /** Macs the events that the purge adds to an account's chain. */
  readonly sealer: SealingKeys;
  readonly signer: CertificateSigner;
  /** This deployment's private key for push services, 32 bytes. */
  readonly pushKey: Uint8Array;
}

/** How often a vault that is not there yet is looked for. */
const lookEveryMs = 500;

/**
 * Waits until vault-api has made the deployment's database and identity, then opens its keys.
 *
 * @returns undefined where `signal` came first
 * @throws SealerError where the keys beside the database are missing or wrong
 */
export async function openVaultKeys(
  database: Database,
  choice: SealerChoice,
  signal: AbortSignal,
): Promise<VaultKeys | undefined> {
  const store = new PgVaultState(database);
  const state = await waitForVault(store, signal);
  const known = state === undefined ? undefined : await new PgSealingStore(database).needed();
  if (state === undefined || known === undefined) return undefined;
  const sealer = await openSealer(choice, known, systemClock, usualFollowTimes.leaseMs);
  const { vaultId } = state;
  const certificateKey = await openCertificateSigner(store, sealer, vaultId);
  return {
    ...{ vaultId, sealer },
    pushKey: await openLaterSecret(store, sealer, 'push-key', generatePushKey),
    signer: {
      vaultId,
      newPathSalt: () => randomBytes(16),
      sign: async (body) => signCertificate(body, certificateKey),
    },
  };
}

async function waitForVault(store: PgVaultState, signal: AbortSignal): Promise<VaultStateRow | undefined> {
  while (!signal.aborted) {
    const state = await store.state().catch(noVaultYet);
    if (state !== undefined) return state;
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** A database that does not answer, or has no tables yet, is one that vault-api has still to make. */
function noVaultYet(error: unknown): undefined {
  if (error instanceof DatabaseError || error instanceof SealerError) return undefined;
  throw error;
}
