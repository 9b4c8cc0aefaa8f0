import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningSeed, randomBytes, sha256, signingPublicKey } from '@coffer/crypto';
import {
  migrate,
  openDatabase,
  PgVaultState,
  PgVaultStore,
  purgeLedger,
  purgeStore,
  type Database,
  type PgAccountTransaction,
  type PurgeStore,
} from '@coffer/database';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { signCertificate } from '@coffer/evidence';
import { newUuid, systemClock } from '@coffer/foundation';
import { openKeyFileSealer } from '@coffer/key-sealer';
import { Accounts, defaultPolicy, dummyRecordBytes, openCertificateSigner, openVaultIdentity } from '@coffer/key-vault';
import type { PlaintextConnector } from '@coffer/plaintext-connectors';
import type { FoundObject, PurgePorts } from '@coffer/purge';

/** A database with a vault's identity, as vault-api leaves it for the worker. */
export interface WorkerGround {
  readonly home: string;
  readonly server: TestPostgres;
  readonly database: Database;
  readonly store: PurgeStore;
  readonly accounts: Accounts<PgAccountTransaction>;
  readonly signer: PurgePorts['signer'];
  /** An account with an owner key and a proven keyslot. */
  claim(): Promise<string>;
  stop(): Promise<void>;
}

export async function startGround(): Promise<WorkerGround> {
  const server = await startTestPostgres();
  const home = await mkdtemp(join(tmpdir(), 'coffer-worker-'));
  await migrate(server.url);
  const database = openDatabase({ url: server.url, connections: 8 });
  const { sealer, vaultId } = await makeVault(database, home);
  const accounts = new Accounts({ store: new PgVaultStore(database), sealer, vaultId });
  const certificateKey = await openCertificateSigner(new PgVaultState(database), sealer, vaultId);
  return {
    ...{ home, server, database, accounts },
    store: purgeStore(database, purgeLedger(accounts)),
    signer: {
      vaultId,
      newPathSalt: () => randomBytes(16),
      sign: async (body) => signCertificate(body, certificateKey),
    },
    claim: () => claim(accounts),
    stop: async () => {
      await database.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Makes keys and identity where there are none, as the first start of vault-api does. */
export async function makeVault(database: Database, home: string) {
  const folder = join(home, 'keys', 'sealing');
  const sealer = await openKeyFileSealer({ folder, known: undefined, clock: systemClock });
  const identity = await openVaultIdentity(new PgVaultState(database), sealer, (record) =>
    dummyRecordBytes(record, defaultPolicy.ksf),
  );
  return { sealer, vaultId: identity.vaultId, identity };
}

async function claim(accounts: Accounts<PgAccountTransaction>): Promise<string> {
  const { accountId } = await accounts.ensure('https://issuer.test', newUuid());
  await accounts.within(accountId, async (session) => {
    const keyId = randomBytes(8);
    await session.transaction.bindOwner(keyId, signingPublicKey(generateSigningSeed()));
    await session.transaction.insertKeyslot({
      ...{ keyslotId: newUuid(), kind: 'digits', keyId, serial: 0, state: 'active', provenAtMs: session.nowMs },
    });
    await session.append('owner-bound', { keyId });
  });
  return accountId;
}

/** A provider whose copies are in memory. */
export class MemoryConnector implements PlaintextConnector {
  readonly provider = 'disk';
  readonly files = new Map<string, Uint8Array>();
  readonly deleted: string[] = [];
  /** Called before each answer. */
  before: (call: string) => Promise<void> = () => Promise.resolve();

  async *inventory(location: string): AsyncGenerator<FoundObject, void> {
    await this.before('inventory');
    for (const [name, bytes] of this.files) yield this.#found(location, name, bytes);
  }

  async listAgain(location: string) {
    return { found: await Array.fromAsync(this.inventory(location)), requestId: newUuid() };
  }

  async sha256({ name }: FoundObject) {
    await this.before('sha256');
    const bytes = this.files.get(name)!;
    return { sha256: sha256(bytes), sizeBytes: bytes.length };
  }

  async delete({ name }: FoundObject) {
    await this.before('delete');
    this.files.delete(name);
    this.deleted.push(name);
    return { outcome: 'deleted', requestId: newUuid() } as const;
  }

  async *read({ name }: FoundObject) {
    yield this.files.get(name)!;
  }

  #found(location: string, name: string, bytes: Uint8Array): FoundObject {
    return {
      ...{ provider: this.provider, location, providerObjectId: name, copyId: '', version: String(bytes[0]) },
      ...{ kind: 'current', path: name, name, sizeBytes: bytes.length, modifiedMs: 1_700_000_000_000, etag: null },
      verdict: 'plaintext-backup',
    };
  }
}
