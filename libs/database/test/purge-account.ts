import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres } from '@coffer/embedded-postgres';
import { newUuid, systemClock } from '@coffer/foundation';
import { openKeyFileSealer } from '@coffer/key-sealer';
import { Accounts } from '@coffer/key-vault';
import type { PurgeJob, PurgeObject } from '@coffer/purge';
import { migrate, openDatabase, PgVaultStore, type Database, type PgAccountTransaction } from '../src/index';

/** A database with the vault's accounts, for tests of what the purge keeps in it. */
export interface PurgeGround {
  readonly url: string;
  readonly database: Database;
  readonly accounts: Accounts<PgAccountTransaction>;
  /** A new account. */
  account(): Promise<string>;
  stop(): Promise<void>;
}

export async function startPurgeGround(): Promise<PurgeGround> {
  const server = await startTestPostgres();
  await migrate(server.url);
  const database = openDatabase({ url: server.url, connections: 8 });
  const folder = await mkdtemp(join(tmpdir(), 'coffer-sealing-'));
  const sealer = await openKeyFileSealer({ folder, known: undefined, clock: systemClock });
  const vaultId = new Uint8Array(16).fill(7);
  const accounts = new Accounts({ store: new PgVaultStore(database), sealer, vaultId });
  return {
    url: server.url,
    database,
    accounts,
    account: async () => (await accounts.ensure('https://issuer.test', newUuid())).accountId,
    stop: async () => {
      await database.close();
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The record of a first round. */
export function firstRound(accountId: string): PurgeJob {
  return {
    purgeId: newUuid(),
    accountId,
    locations: [{ provider: 'disk', location: 'sam' }],
    startedAtMs: null,
    scannedAtMs: null,
    scannedForStartMs: null,
    nextScanAtMs: null,
    attempts: 0,
    rescanUntilMs: null,
    listings: [],
  };
}

/** A copy that a listing showed for the first time. */
export function foundObject(name: string, changes: Partial<PurgeObject> = {}): PurgeObject {
  const found = {
    ...{
      provider: 'disk',
      location: 'sam',
      providerObjectId: name,
      copyId: '',
      version: '1',
      kind: 'current' as const,
    },
    ...{ path: name, name, sizeBytes: 5, modifiedMs: 1_700_000_000_000, etag: null },
    verdict: 'plaintext-backup' as const,
  };
  return {
    objectId: newUuid(),
    revision: 0,
    found,
    ...{
      state: 'discovered',
      reason: null,
      sha256: null,
      hashedAtMs: null,
      proofId: null,
      ciphertextCheckedAtMs: null,
    },
    ...{
      provenAtMs: null,
      dueAtMs: null,
      release: null,
      report: null,
      deletion: null,
      firstAbsentAtMs: null,
      certificateId: null,
    },
    ...{ attempts: 0, nextAttemptAtMs: null },
    ...changes,
  };
}
