import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '@coffer/database';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import { hashAccount, openNote, type CertificateBody } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import type { SealerChoice } from '@coffer/key-sealer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeVault } from '../test/worker-ground';
import { openVaultKeys } from './vault-keys';

const keysIn = (home: string): SealerChoice => ({ kind: 'key-file', folder: join(home, 'keys', 'sealing') });

let server: TestPostgres;
let home: string;
beforeAll(async () => {
  server = await startTestPostgres();
  home = await mkdtemp(join(tmpdir(), 'coffer-keys-'));
});
afterAll(async () => {
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

describe('openVaultKeys', () => {
  it('waits for the tables, then for the vault, and signs certificates with the deployment’s key', async () => {
    const database = openDatabase({ url: server.url, connections: 4 });
    const waiting = openVaultKeys(database, keysIn(home), new AbortController().signal);
    await migrate(server.url);
    const { identity } = await makeVault(database, home);
    const keys = (await waiting)!;
    expect(keys.vaultId).toEqual(identity.vaultId);
    const body: CertificateBody = {
      ...{ v: 1, vaultId: keys.vaultId, accountHash: hashAccount(keys.vaultId, newUuid()), purgeId: newUuid() },
      ...{ startedAtMs: 1, finishedAtMs: 2, objects: [], listings: [], retained: [] },
    };
    const note = await keys.signer.sign(body);
    expect(openNote(note, [identity.certificateVerifier]).text).toMatch(/^coffer\/v1\/certificate\n/);
    await database.close();
  });

  it('gives up when it is told to stop, and refuses keys that are not the deployment’s', async () => {
    const database = openDatabase({ url: server.url, connections: 4 });
    const stopped = new AbortController();
    stopped.abort();
    expect(await openVaultKeys(database, keysIn(home), stopped.signal)).toBeUndefined();
    const elsewhere = await mkdtemp(join(tmpdir(), 'coffer-keys-'));
    const refused = openVaultKeys(database, keysIn(elsewhere), new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ code: 'key-missing' });
    await rm(elsewhere, { recursive: true, force: true });
    await database.close();
  });
});
