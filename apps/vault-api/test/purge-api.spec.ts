import { randomBytes, sha256 } from '@coffer/crypto';
import { purgeStore } from '@coffer/database';
import { newUuid, toBase64Url } from '@coffer/foundation';
import { firstRound, type FoundObject, type PurgeObject } from '@coffer/purge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RepositoryDevice, type ListedObject } from './repository-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(1);
});
afterAll(() => bench.stop());

const claimed = (): Promise<RepositoryDevice> => RepositoryDevice.claim(bench.device());
const bytes = randomBytes(500);

/** What a worker writes when it has found and hashed copies. */
async function find(
  owner: RepositoryDevice,
  ...changes: readonly Partial<PurgeObject>[]
): Promise<readonly ListedObject[]> {
  const { accountId } = await owner.device.account();
  const store = purgeStore(bench.database, { open: () => Promise.reject(new Error('no event is written here')) });
  const lease = (await store.takeLease(accountId, 30, firstRound(accountId, newUuid(), [])))!;
  const objects = changes.map((change, index): PurgeObject => {
    const name = `msgstore-${newUuid()}.db`;
    const found: FoundObject = {
      ...{ provider: 'disk', location: 'cloud/sam', providerObjectId: name, copyId: '', version: `v${index}` },
      ...{ kind: 'current', path: name, name, sizeBytes: bytes.length, modifiedMs: 1_700_000_000_000, etag: null },
      verdict: 'plaintext-backup',
    };
    return {
      ...{ objectId: newUuid(), revision: 0, found, state: 'waiting-for-backup', reason: 'no-proof' },
      ...{ sha256: sha256(bytes), hashedAtMs: 1, proofId: null, ciphertextCheckedAtMs: null, provenAtMs: null },
      ...{ dueAtMs: null, release: null, report: null, deletion: null, firstAbsentAtMs: null, certificateId: null },
      ...{ attempts: 0, nextAttemptAtMs: null },
      ...change,
    };
  });
  await store.commit(lease, { objects, events: [], notices: [] });
  await store.releaseLease(lease);
  return (await owner.objects()).filter(({ objectId }) => objects.some((object) => object.objectId === objectId));
}

async function proven(): Promise<{ owner: RepositoryDevice; paths: readonly string[] }> {
  const owner = await claimed();
  const [listed] = await find(owner, {});
  const paths = ['snapshots/1/s1', 'index/1/i1', 'packs/1/aa/p1'];
  const sealed = await owner.backUp(paths);
  const answer = await owner.prove(owner.proofOf(sealed, [{ listed: listed!, sha256: sha256(bytes) }]));
  expect(answer.status).toBe(201);
  return { owner, paths };
}

describe('GET /v1/purge', () => {
  it('has found nothing for a new account, and then the sum of the buckets', async () => {
    const owner = await claimed();
    expect(await owner.purge()).toMatchObject({ state: 'not-started', found: { objects: 0 }, certificates: [] });
    await find(owner, {}, { state: 'failed' }, { state: 'quarantined' });
    const { counts, found } = await owner.purge();
    expect(found.objects).toBe(3);
    expect([counts.waiting, counts.kept, counts.failed, counts.done].map(({ objects }) => objects)).toEqual([
      1, 1, 1, 0,
    ]);
  });
});

describe('starting, stopping and resuming', () => {
  it('starts with the owner key in a fresh login, stops with a token, resumes with the owner key', async () => {
    const owner = await claimed();
    await find(owner, {});
    const started = await owner.startPurge(3600);
    expect(started.body).toMatchObject({ state: 'running', graceSeconds: 3600, reason: 'no-proof', stoppedAt: null });
    const stopped = await owner.device.call('POST', '/v1/purge/stop');
    expect(stopped.body).toMatchObject({ state: 'stopped', reason: 'stopped-by-person' });
    expect((await owner.device.call('POST', '/v1/purge/stop')).body['state']).toBe('stopped');
    const body = { consentAtMs: Date.now(), graceSeconds: null };
    const resumed = await owner.device.call(
      'POST',
      '/v1/purge/resume',
      await owner.device.statement('resume-purge', body),
    );
    expect(resumed.body).toMatchObject({ state: 'running', stoppedAt: null });
    const { events } = (await owner.device.call<{ events: { event: string }[] }>('GET', '/v1/ledger/events')).body;
    const kinds = events.map(({ event }) => Buffer.from(event, 'base64url').toString('latin1'));
    for (const kind of ['purge-started', 'purge-stopped', 'purge-resumed']) {
      expect(kinds.filter((text) => text.includes(kind))).toHaveLength(1);
    }
    const { notices } = (await owner.device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices')).body;
    expect(notices.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['purge-started', 'purge-stopped']));
  });

  it('refuses a start without the owner key, with an old consent, or in an old login', async () => {
    const owner = await claimed();
    const thief = bench.device(undefined, owner.device.subject);
    const forged = await thief.statement('start-purge', { consentAtMs: Date.now(), graceSeconds: null });
    expect((await thief.call('POST', '/v1/purge/start', forged)).body['code']).toBe('statement-invalid');
    const old = await owner.device.statement('start-purge', {
      consentAtMs: Date.now() - 3_600_000,
      graceSeconds: null,
    });
    expect((await owner.device.call('POST', '/v1/purge/start', old)).body['code']).toBe('statement-invalid');
    const signed = await owner.device.statement('start-purge', { consentAtMs: Date.now(), graceSeconds: null });
    const token = await bench.issuer.token(owner.device.subject, { auth_time: Math.floor(Date.now() / 1000) - 301 });
    const stale = await owner.device.call('POST', '/v1/purge/start', signed, { authorization: `Bearer ${token}` });
    expect(stale.body['code']).toBe('fresh-login-required');
    expect((await owner.purge()).state).toBe('not-started');
  });

  it('can be stopped by whoever has lost the key, before anything was started', async () => {
    const owner = await claimed();
    const other = bench.device(undefined, owner.device.subject);
    expect((await other.call('POST', '/v1/purge/stop')).body['state']).toBe('stopped');
  });
});

async function remove(owner: RepositoryDevice, paths: readonly string[], headHash?: Uint8Array) {
  const { repositoryId } = owner;
  const hash = headHash ?? Buffer.from(owner.condition['if-match']!.slice(1, -1), 'base64url');
  const body = { repositoryId, headHash: new Uint8Array(hash), pruneGeneration: 0, paths };
  return owner.device.call('POST', `${owner.base}/deletions`, await owner.device.statement('delete-objects', body));
}

describe('POST /v1/proofs', () => {
  it('is accepted once for each nonce, and pins what it rests on', async () => {
    const owner = await claimed();
    const [listed] = await find(owner, {});
    const sealed = await owner.backUp(['snapshots/1/s1', 'packs/1/aa/p1']);
    const signed = await owner.signProof(owner.proofOf(sealed, [{ listed: listed!, sha256: sha256(bytes) }]));
    const accepted = await owner.device.call('POST', '/v1/proofs', signed);
    const { provider, location, objectId, version } = listed!;
    expect(accepted.body['accepted']).toEqual([{ provider, location, objectId, version }]);
    expect((await owner.device.call('POST', '/v1/proofs', signed)).body['code']).toBe('challenge-spent');
    const { pins } = (await owner.device.call<{ pins: unknown[] }>('GET', `${owner.base}/pins`)).body;
    expect(pins).toEqual([
      expect.objectContaining({
        snapshotId: 'snapshot-1',
        itemPath: listed!.path,
        modifiedAt: listed!.modifiedAt,
        // config and keyring among them
        objects: 4,
      }),
    ]);
  });

  it('takes no challenge of another kind for its nonce', async () => {
    const owner = await claimed();
    const sealed = await owner.backUp(['snapshots/1/s1']);
    const body = owner.proofOf(sealed, []);
    const signed = await owner.device.statement('proof', body);
    expect((await owner.device.call('POST', '/v1/proofs', signed)).body['code']).toBe('challenge-spent');
  });

  it.each<[string, (listed: ListedObject) => Partial<ListedObject>]>([
    ['an object that was never found', () => ({ objectId: newUuid() })],
    ['an id that is none', () => ({ objectId: 'msgstore.db' })],
    ['another version', () => ({ version: 'v9' })],
    ['another size', ({ sizeBytes }) => ({ sizeBytes: sizeBytes + 1 })],
    ['another place', () => ({ location: 'cloud/eve' })],
    ['another provider', () => ({ provider: 's3' })],
  ])('is refused where an item names %s', async (_name, change) => {
    const owner = await claimed();
    const [listed] = await find(owner, {});
    const sealed = await owner.backUp(['snapshots/1/s1']);
    const item = { listed: { ...listed!, ...change(listed!) }, sha256: sha256(bytes) };
    expect((await owner.prove(owner.proofOf(sealed, [item]))).body['code']).toBe('statement-invalid');
  });

  it('is refused where the hash is not what the worker found, or the object is another account’s', async () => {
    const owner = await claimed();
    const sealed = await owner.backUp(['snapshots/1/s1']);
    const [listed] = await find(owner, {});
    const wrong = owner.proofOf(sealed, [{ listed: listed!, sha256: randomBytes(32) }]);
    expect((await owner.prove(wrong)).body['code']).toBe('statement-invalid');
    const other = await claimed();
    const theirs = await other.backUp(['snapshots/1/s1']);
    const stolen = other.proofOf(theirs, [{ listed: listed!, sha256: sha256(bytes) }]);
    expect((await other.prove(stolen)).body['code']).toBe('statement-invalid');
  });

  it('is refused where an item does not rest on config and keyring, and pins both where it does', async () => {
    const owner = await claimed();
    const [listed] = await find(owner, {});
    const sealed = await owner.backUp(['snapshots/1/s1']);
    const whole = owner.proofOf(sealed, [{ listed: listed!, sha256: sha256(bytes) }]);
    const [config, keyring] = owner.foundations;
    for (const left of [config!, keyring!]) {
      const objects = whole.objects.filter((object) => object !== left);
      const items = whole.items.map((item) => ({ ...item, objects: objects.map((_object, index) => index) }));
      expect((await owner.prove({ ...whole, objects, items })).body['code']).toBe('statement-invalid');
    }
    const bare = whole.items.map((item) => ({ ...item, objects: [2] }));
    expect((await owner.prove({ ...whole, items: bare })).body['code']).toBe('statement-invalid');
    expect((await owner.prove(whole)).status).toBe(201);
    for (const { path } of owner.foundations) {
      expect((await remove(owner, [path])).body['code']).toBe('pinned');
    }
  });

  it('is refused over another head, under another key, and of another generation', async () => {
    const owner = await claimed();
    const sealed = await owner.backUp(['snapshots/1/s1']);
    const proof = owner.proofOf(sealed, []);
    expect((await owner.prove({ ...proof, headHash: randomBytes(32) })).body['code']).toBe('head-behind');
    expect((await owner.prove({ ...proof, keyId: randomBytes(8) })).body['code']).toBe('wrong-owner-generation');
    const older = await owner.signProof(proof, { generation: 2 });
    expect((await owner.device.call('POST', '/v1/proofs', older)).body['code']).toBe('wrong-owner-generation');
    await owner.putHead();
    expect((await owner.prove(proof)).body['code']).toBe('head-behind');
  });
});

describe('POST /v1/repositories/{id}/deletions', () => {
  it('deletes what no proof relies on, more than one batch of it, and counts what was there', async () => {
    const owner = await claimed();
    const paths = Array.from({ length: 120 }, (_, index) => `packs/1/aa/p${index}`);
    await owner.backUp(paths);
    expect((await remove(owner, [...paths, 'packs/1/aa/never'])).body).toEqual({ deleted: 120 });
    expect((await owner.get('packs/1/aa/p0')).status).toBe(404);
    expect((await remove(owner, paths)).body).toEqual({ deleted: 0 });
  });

  it('refuses all of it where a certificate relies on any: what it relies on cannot be pruned', async () => {
    const { owner, paths } = await proven();
    await owner.put('packs/1/bb/free', randomBytes(9));
    for (const path of paths) {
      const refused = await remove(owner, ['packs/1/bb/free', path]);
      expect([refused.status, refused.body['code']]).toEqual([409, 'pinned']);
    }
    expect((await owner.get('packs/1/bb/free')).status).toBe(200);
    for (const path of paths) expect((await owner.get(path)).status).toBe(200);
  });

  it('lets go of a pin by a statement that names the item, its size and date', async () => {
    const { owner, paths } = await proven();
    const { pins } = (await owner.device.call<{ pins: Record<string, string>[] }>('GET', `${owner.base}/pins`)).body;
    const [pin] = pins;
    const item = {
      ...{ repositoryId: owner.repositoryId, snapshotId: pin!['snapshotId']!, itemPath: pin!['itemPath']! },
      ...{ sizeBytes: bytes.length, modifiedMs: Date.parse(pin!['modifiedAt']!), sha256: sha256(bytes) },
    };
    const release = async (change: object) => {
      const signed = await owner.device.statement('release-pin', { ...item, ...change });
      return owner.device.call('POST', `${owner.base}/pins/release`, signed);
    };
    for (const change of [{ modifiedMs: 1 }, { sizeBytes: 1 }, { itemPath: 'x' }, { sha256: randomBytes(32) }]) {
      expect((await release(change)).body['code']).toBe('not-found');
    }
    expect((await release({})).status).toBe(204);
    expect((await remove(owner, paths)).body).toEqual({ deleted: paths.length });
  });

  it('refuses what was computed from another head', async () => {
    const owner = await claimed();
    await owner.backUp(['packs/1/aa/p1']);
    expect((await remove(owner, ['packs/1/aa/p1'], randomBytes(32))).body['code']).toBe('head-behind');
    expect((await owner.get('packs/1/aa/p1')).status).toBe(200);
  });
});

describe('POST /v1/purge/objects/{id}/release', () => {
  it('is stored where hash, size and date are those of the copy', async () => {
    const owner = await claimed();
    const [listed] = await find(owner, {});
    const body = {
      objectId: listed!.objectId,
      sha256: sha256(bytes),
      sizeBytes: bytes.length,
      modifiedMs: 1_700_000_000_000,
    };
    const release = async (change: object, id = listed!.objectId) => {
      const signed = await owner.device.statement('release-plaintext', { ...body, ...change });
      return owner.device.call('POST', `/v1/purge/objects/${id}/release`, signed);
    };
    for (const change of [{ sha256: randomBytes(32) }, { sizeBytes: 1 }, { modifiedMs: 2 }]) {
      expect((await release(change)).body['code']).toBe('checksum-mismatch');
    }
    expect((await release({}, newUuid())).body['code']).toBe('statement-invalid');
    const other = await claimed();
    const stolen = await other.device.statement('release-plaintext', body);
    const refused = await other.device.call('POST', `/v1/purge/objects/${listed!.objectId}/release`, stolen);
    expect(refused.body['code']).toBe('not-found');
    const released = await release({});
    expect([released.status, released.body['objectId']]).toEqual([200, listed!.objectId]);
  });
});

describe('POST /v1/purge/objects/{id}/quarantine', () => {
  const report = async (owner: RepositoryDevice, id: string, named = id) => {
    const signed = await owner.device.statement('quarantine-plaintext', { objectId: named, reason: 'not-a-backup' });
    return owner.device.call('POST', `/v1/purge/objects/${id}/quarantine`, signed);
  };

  it('keeps the copy, tells the person, and records what the device said (C21)', async () => {
    const owner = await claimed();
    const [listed] = await find(owner, { state: 'grace', reason: null });
    const answer = await report(owner, listed!.objectId);
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { objectId: listed!.objectId, state: 'quarantined', bucket: 'kept', reason: 'unreadable-by-device', dueAt: null },
    ]);
    expect((await owner.purge()).counts.kept.objects).toBe(1);
    const { notices } = (await owner.device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices')).body;
    expect(notices.map(({ kind }) => kind)).toContain('plaintext-quarantined');
    const { events } = (await owner.device.call<{ events: { event: string }[] }>('GET', '/v1/ledger/events')).body;
    const last = Buffer.from(events.at(-1)!.event, 'base64url').toString('latin1');
    expect(last).toContain('plaintext-quarantined');
    expect(last).toContain('not-a-backup');
  });

  it('is refused to others, for another object, and for what is gone', async () => {
    const owner = await claimed();
    const [there, gone, marker] = await find(
      owner,
      {},
      { state: 'purged', reason: null },
      { state: 'retained-elsewhere' },
    );
    const other = await claimed();
    expect((await report(other, there!.objectId)).body['code']).toBe('not-found');
    expect((await report(owner, there!.objectId, newUuid())).body['code']).toBe('statement-invalid');
    for (const { objectId } of [gone!, marker!]) {
      expect((await report(owner, objectId)).body['code']).toBe('precondition-failed');
    }
    expect((await owner.purge()).counts.kept.objects).toBe(1);
  });
});

describe('the ops routes', () => {
  const staff = async (method: string, path: string, body?: unknown) => {
    const token = await bench.issuer.token('someone-of-staff', { roles: ['coffer-staff'] });
    return bench.device().call(method, `/v1/ops/${path}`, body, { authorization: `Bearer ${token}` });
  };

  it('show figures under pseudonyms, and nothing of whom or what', async () => {
    const owner = await claimed();
    const [listed] = await find(owner, { state: 'failed', reason: 'too-many-tries', attempts: 5 });
    const { accountId } = await owner.device.account();
    const answers = await Promise.all(
      ['vault', 'vault?window=7d', 'purge', 'purge/objects', 'jobs', 'storage', 'ledger'].map((path) =>
        staff('GET', path),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const [vault, week, purge, objects, jobs, storage] = answers.map(({ body }) => body);
    expect(vault!['series']).toHaveLength(24);
    expect(week!['series']).toHaveLength(28);
    expect((vault!['requests'] as { perSecond: number }).perSecond).toBeGreaterThan(0);
    expect(purge).toMatchObject({ isConserved: true });
    expect((jobs!['queues'] as { queue: string }[]).map(({ queue }) => queue)).toEqual(['purge', 'storage-count']);
    expect(storage).toMatchObject({ store: { kind: 'file', isReachable: true }, objects: null, countedAt: null });
    const row = (objects!['objects'] as { objectId: string; account: string }[]).find(
      ({ objectId }) => objectId === listed!.objectId,
    );
    const filtered = await staff('GET', `purge/objects?account=${row!.account}`);
    expect(filtered.body['objects']).toHaveLength(1);
    const text = answers.map((answer) => answer.text).join('');
    for (const secret of [
      accountId,
      owner.device.subject,
      listed!.name,
      listed!.location,
      toBase64Url(sha256(bytes)),
    ]) {
      expect(text).not.toContain(secret);
    }
  });

  it('let a failed object go round again with a reason, and no other', async () => {
    const owner = await claimed();
    const [failed, waiting] = await find(owner, { state: 'failed', attempts: 5 }, {});
    const retried = await staff('POST', `purge/objects/${failed!.objectId}/retry`, { reason: 'disk was mended' });
    expect(retried.body).toMatchObject({ state: 'discovered', attempts: 0, bucket: 'waiting' });
    const refused = await staff('POST', `purge/objects/${waiting!.objectId}/retry`, { reason: 'for fun' });
    expect(refused.body['code']).toBe('precondition-failed');
    expect((await staff('POST', `purge/objects/${newUuid()}/retry`, { reason: 'for fun' })).body['code']).toBe(
      'not-found',
    );
    const { events } = (await owner.device.call<{ events: { event: string }[] }>('GET', '/v1/ledger/events')).body;
    expect(Buffer.from(events.at(-1)!.event, 'base64url').toString('latin1')).toContain('disk was mended');
  });
});
