import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPostgres, type TestPostgres } from '@coffer/embedded-postgres';
import type { Head, ProofOfRestorability } from '@coffer/evidence';
import { newUuid } from '@coffer/foundation';
import { migrate } from '../migrate';
import { missingBackups } from '../notices/missing-backups';
import { statement } from '../statement';
import { openDatabase, type Database } from '../database';
import { repositoryStore, type RepositoryStore } from './repository-store';

let server: TestPostgres;
let database: Database;
let store: RepositoryStore;

beforeAll(async () => {
  server = await startTestPostgres();
  await migrate(server.url);
  database = openDatabase({ url: server.url, connections: 8 });
  store = repositoryStore(database);
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
const signed = { statement: filled(40, 1), signature: filled(64, 2), body: filled(50, 3) };

async function newRepository(): Promise<{ account: string; repositoryId: Uint8Array }> {
  const account = newUuid();
  const repositoryId = crypto.getRandomValues(new Uint8Array(16));
  const made = await database.transaction((transaction) =>
    store.create(transaction, account, repositoryId, filled(8, 9)),
  );
  expect(made).toBe(true);
  return { account, repositoryId };
}

function head(repositoryId: Uint8Array, generation: number, previous: Uint8Array | null): Head {
  return {
    v: 1,
    repositoryId,
    keyId: filled(8, 9),
    keyringVersion: 1,
    epoch: 1,
    generation,
    previous,
    pruneGeneration: 0,
    snapshotId: `snapshot-${generation}`,
    snapshotSha256: filled(32, generation),
  };
}

function proofOf(repositoryId: Uint8Array, snapshotId: string, paths: readonly string[]): ProofOfRestorability {
  return {
    v: 1,
    repositoryId,
    keyId: filled(8, 9),
    headHash: filled(32, 1),
    snapshotId,
    samplePercent: 100,
    createdAtMs: 1,
    counts: { objects: paths.length, bytes: 3, files: 1, conversations: 0, messages: 0 },
    objects: paths.map((path, index) => ({ path, sizeBytes: 10 + index, sha256: filled(32, index) })),
    items: [
      {
        provider: 'disk',
        location: 'sam',
        objectId: newUuid(),
        version: '',
        sizeBytes: 77,
        sha256: filled(32, 77),
        itemPath: 'msgstore.db',
        // the last object is of the snapshot, and of no item
        objects: paths.slice(0, -1).map((_path, index) => index),
      },
    ],
  };
}

describe('create', () => {
  it('refuses an id that another account has taken', async () => {
    const { repositoryId } = await newRepository();
    const again = await database.transaction((transaction) =>
      store.create(transaction, newUuid(), repositoryId, filled(8, 9)),
    );
    expect(again).toBe(false);
  });
});

describe('swapHead', () => {
  const swap = (account: string, next: Head, hash: Uint8Array): Promise<boolean> =>
    database.transaction((transaction) => store.within(transaction).swapHead(account, next, hash, signed, true));

  it('lets exactly one of many writers replace the same head (C17)', async () => {
    const { account, repositoryId } = await newRepository();
    expect(await swap(account, head(repositoryId, 1, null), filled(32, 1))).toBe(true);
    const race = Array.from({ length: 20 }, (_, writer) =>
      swap(account, head(repositoryId, 2, filled(32, 1)), filled(32, 100 + writer)),
    );
    expect((await Promise.all(race)).filter(Boolean).length).toBe(1);
    const stored = await store.find(account, repositoryId);
    expect(stored).toMatchObject({ headGeneration: 2, head: signed });
  });

  it('refuses a first head where there is one, a gap in the generations and a foreign account', async () => {
    const { account, repositoryId } = await newRepository();
    expect(await swap(account, head(repositoryId, 2, null), filled(32, 1))).toBe(false);
    expect(await swap(account, head(repositoryId, 1, null), filled(32, 1))).toBe(true);
    expect(await swap(account, head(repositoryId, 1, null), filled(32, 2))).toBe(false);
    expect(await swap(newUuid(), head(repositoryId, 2, filled(32, 1)), filled(32, 2))).toBe(false);
  });
});

describe('missingBackups', () => {
  const swap = (account: string, next: Head, hash: number, isBackup: boolean): Promise<boolean> =>
    database.transaction((transaction) =>
      store.within(transaction).swapHead(account, next, filled(32, hash), signed, isBackup),
    );
  const age = (account: string, days: number): Promise<unknown> =>
    database.rows(
      statement(
        `test_age_${days}`,
        `UPDATE repositories SET backup_at = backup_at - interval '${days} days' WHERE account_id = $1`,
      ),
      [account],
    );
  const isDue = async (account: string): Promise<boolean> =>
    (await missingBackups.due(database, 1000)).includes(account);
  const claim = async (account: string): Promise<number | undefined> =>
    (await missingBackups.claim(database, account))?.days;

  it('are told once after 7 and once after 30 days, and anew after the next backup; heads of prune are none', async () => {
    const { account, repositoryId } = await newRepository();
    expect(await isDue(account)).toBe(false);
    await swap(account, head(repositoryId, 1, null), 1, true);
    await age(account, 6);
    expect([await isDue(account), await claim(account)]).toEqual([false, undefined]);
    await age(account, 1);
    expect(await isDue(account)).toBe(true);
    expect((await Promise.all([claim(account), claim(account)])).filter(Boolean)).toEqual([7]);
    expect(await isDue(account)).toBe(false);
    await swap(account, head(repositoryId, 2, filled(32, 1)), 2, false);
    await age(account, 23);
    expect([await isDue(account), await claim(account), await claim(account)]).toEqual([true, 30, undefined]);
    await swap(account, head(repositoryId, 3, filled(32, 2)), 3, true);
    await age(account, 40);
    expect([await claim(account), await claim(account)]).toEqual([30, undefined]);
  });

  it('are those of the newest repository of an account: one that was left behind, or removed, asks for nothing', async () => {
    const { account, repositoryId } = await newRepository();
    await swap(account, head(repositoryId, 1, null), 1, true);
    await age(account, 10);
    const other = crypto.getRandomValues(new Uint8Array(16));
    await database.transaction((transaction) => store.create(transaction, account, other, filled(8, 9)));
    expect(await isDue(account)).toBe(true);
    await swap(account, head(other, 1, null), 1, true);
    expect([await isDue(account), await claim(account)]).toEqual([false, undefined]);
    await database.transaction((transaction) => store.within(transaction).remove(account, other));
    expect(await isDue(account)).toBe(true);
    await database.transaction((transaction) => store.within(transaction).remove(account, repositoryId));
    expect([await isDue(account), await claim(account)]).toEqual([false, undefined]);
  });
});

describe('pins', () => {
  const accept = (account: string, proof: ProofOfRestorability): Promise<string> =>
    database.transaction((transaction) =>
      store.within(transaction).acceptProof({
        accountId: account,
        ownerGeneration: 1,
        ownerPublicKey: filled(32, 5),
        signed,
        proof,
        proofHash: filled(32, 6),
      }),
    );
  const pinned = (account: string, repositoryId: Uint8Array, paths: readonly string[]): Promise<readonly string[]> =>
    database.transaction((transaction) => store.within(transaction).pinnedPaths(account, repositoryId, paths));

  it('hold every object that a proven item needs, and no other', async () => {
    const { account, repositoryId } = await newRepository();
    await accept(account, proofOf(repositoryId, 's1', ['packs/1/aa/a', 'packs/1/bb/b', 'snapshots/1/s1']));
    expect(
      await pinned(account, repositoryId, ['packs/1/aa/a', 'packs/1/bb/b', 'snapshots/1/s1', 'packs/1/cc/c']),
    ).toEqual(['packs/1/aa/a', 'packs/1/bb/b']);
    expect(await pinned(newUuid(), repositoryId, ['packs/1/aa/a'])).toEqual([]);
  });

  it('move to the newer proof of the same bytes', async () => {
    const { account, repositoryId } = await newRepository();
    await accept(account, proofOf(repositoryId, 's1', ['packs/1/aa/a', 'x']));
    await accept(account, proofOf(repositoryId, 's2', ['packs/1/bb/b', 'x']));
    expect(await pinned(account, repositoryId, ['packs/1/aa/a', 'packs/1/bb/b'])).toEqual(['packs/1/bb/b']);
    expect((await store.pins(account, repositoryId)).map(({ snapshotId }) => snapshotId)).toEqual(['s2']);
  });

  it('are not made by a proof of nothing but the backup, of which the last one is kept beside those that pin', async () => {
    const { account, repositoryId } = await newRepository();
    const plain = (snapshotId: string) => ({ ...proofOf(repositoryId, snapshotId, ['packs/1/aa/a', 'x']), items: [] });
    await accept(account, proofOf(repositoryId, 's1', ['packs/1/aa/a', 'x']));
    await accept(account, plain('s2'));
    await accept(account, plain('s3'));
    const kept = statement('test_kept_proofs', 'SELECT snapshot_id AS id FROM proofs WHERE account_id = $1 ORDER BY 1');
    expect(await database.rows(kept, [account])).toEqual([{ id: 's1' }, { id: 's3' }]);
    expect(await pinned(account, repositoryId, ['packs/1/aa/a'])).toEqual(['packs/1/aa/a']);
  });

  it('end only by a release that names the item exactly', async () => {
    const { account, repositoryId } = await newRepository();
    await accept(account, proofOf(repositoryId, 's1', ['packs/1/aa/a', 'x']));
    const item = { repositoryId, snapshotId: 's1', itemPath: 'msgstore.db', sizeBytes: 77, sha256: filled(32, 77) };
    const release = (changed: Partial<typeof item>): Promise<number> =>
      database.transaction((transaction) => store.within(transaction).releasePins(account, { ...item, ...changed }));
    expect(await release({ sizeBytes: 78 })).toBe(0);
    expect(await release({ sha256: filled(32, 78) })).toBe(0);
    expect(await release({})).toBe(1);
    expect(await pinned(account, repositoryId, ['packs/1/aa/a'])).toEqual([]);
  });
});
