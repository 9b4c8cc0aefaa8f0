import { randomBytes, sha256 } from '@coffer/crypto';
import { hashHead } from '@coffer/evidence';
import { newUuid, toBase64Url, toHex } from '@coffer/foundation';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RepositoryDevice } from './repository-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
beforeAll(async () => {
  bench = await startBench(2);
});
afterAll(() => bench.stop());

const claimed = (api = bench.apis[0]!): Promise<RepositoryDevice> => RepositoryDevice.claim(bench.device(api));

describe('POST /v1/repositories', () => {
  it('makes one for the owner key and lists it to nobody else', async () => {
    const mine = await claimed();
    const listed = await mine.device.call<{ repositories: { repositoryId: string; keyId: string }[] }>(
      'GET',
      '/v1/repositories',
    );
    expect(listed.body.repositories).toEqual([
      expect.objectContaining({ repositoryId: toBase64Url(mine.repositoryId), keyId: toHex(mine.device.keyId) }),
    ]);
    const other = await claimed();
    expect((await other.device.call('GET', '/v1/repositories')).text).not.toContain(toBase64Url(mine.repositoryId));
  });

  it('refuses an id that anybody has taken, another key id, and a statement used before', async () => {
    const mine = await claimed();
    const other = new RepositoryDevice(bench.device());
    await other.device.activateDigits();
    Object.assign(other, { repositoryId: mine.repositoryId });
    expect((await other.create()).body['code']).toBe('already-exists');
    Object.assign(other, { repositoryId: randomBytes(16) });
    expect((await other.create(randomBytes(8))).body['code']).toBe('statement-invalid');
    const body = { repositoryId: randomBytes(16), keyId: other.device.keyId };
    const signed = await other.device.statement('create-repository', body);
    expect((await other.device.call('POST', '/v1/repositories', signed)).status).toBe(201);
    expect((await other.device.call('POST', '/v1/repositories', signed)).body['code']).toBe('challenge-spent');
  });

  it('refuses an account without an owner key', async () => {
    const unowned = new RepositoryDevice(bench.device());
    expect((await unowned.create()).body['code']).toBe('wrong-owner-generation');
  });
});

describe('the head', () => {
  it('is null before the first, then what was signed, under its tag', async () => {
    const mine = await claimed();
    const before = await mine.device.call('GET', `${mine.base}/head`);
    expect([before.body, before.headers.get('etag')]).toEqual([{ head: null }, null]);
    expect((await mine.putHead()).status).toBe(200);
    const after = await mine.device.call('GET', `${mine.base}/head`);
    expect(after.body['head']).toEqual(mine.signHead(mine.head!));
    expect(after.headers.get('etag')).toBe(`"${toBase64Url(hashHead(mine.head!))}"`);
  });

  it('lets exactly one of twenty devices at two processes follow the same head (C17)', async () => {
    const mine = await claimed();
    await mine.putHead();
    const next = Array.from({ length: 20 }, () => mine.nextHead());
    const answers = await Promise.all(
      next.map((head, index) => {
        const device = bench.device(bench.apis[index % 2], mine.device.subject);
        return device.call('PUT', `${mine.base}/head`, mine.signHead(head), mine.condition);
      }),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(new Set(statuses)).toEqual(new Set([200, 412]));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('answers the same when the very head that is there is written again', async () => {
    const mine = await claimed();
    const head = mine.nextHead();
    const condition = mine.condition;
    expect((await mine.putHead(head, condition)).status).toBe(200);
    expect((await mine.putHead(head, condition)).status).toBe(200);
  });

  it.each([
    ['an old generation', { generation: 1, previous: null }, 'head-behind'],
    ['a gap', { generation: 3 }, 'head-behind'],
    ['another predecessor', { previous: new Uint8Array(32) }, 'head-behind'],
    ['a smaller epoch', { epoch: 1 }, 'head-behind'],
    ['a smaller keyring', { keyringVersion: 1 }, 'head-behind'],
    ['a smaller prune generation', { pruneGeneration: 0 }, 'head-behind'],
  ])('refuses %s', async (_name, change, code) => {
    const mine = await claimed();
    await mine.putHead(mine.nextHead({ epoch: 2, keyringVersion: 2, pruneGeneration: 1 }));
    const next = mine.nextHead({ epoch: 2, keyringVersion: 2, ...change });
    expect((await mine.putHead(next)).body['code']).toBe(code);
  });

  it('refuses another key, another repository in the body, a changed byte, and no condition', async () => {
    const mine = await claimed();
    const thief = new RepositoryDevice(bench.device(undefined, mine.device.subject));
    Object.assign(thief, { repositoryId: mine.repositoryId });
    Object.assign(thief.device, { keyId: mine.device.keyId });
    expect((await thief.putHead()).body['code']).toBe('statement-invalid');
    const put = (body: unknown, headers: Readonly<Record<string, string>>) =>
      mine.device.call('PUT', `${mine.base}/head`, body, headers);
    const signed = mine.signHead(mine.nextHead());
    const other = mine.signHead({ ...mine.nextHead(), repositoryId: randomBytes(16) });
    expect((await put(other, mine.condition)).body['code']).toBe('statement-invalid');
    const swapped = { ...signed, body: mine.signHead(mine.nextHead()).body };
    expect((await put(swapped, mine.condition)).body['code']).toBe('statement-invalid');
    expect((await put(signed, {})).body['code']).toBe('malformed');
    expect((await put(signed, { 'if-match': '"x"' })).body['code']).toBe('precondition-failed');
  });
});

describe('grants', () => {
  it('let only their own permission, account and repository through', async () => {
    const mine = await claimed();
    const other = await claimed();
    await mine.put('config', randomBytes(10));
    const read = await mine.grant('read');
    const create = await mine.grant('create');
    const get = (device: RepositoryDevice, grant: string, base = mine.base) =>
      device.device.send('GET', `${base}/objects/config`, undefined, { 'coffer-grant': grant });
    expect((await get(mine, read)).status).toBe(200);
    expect((await get(mine, create)).body['code']).toBe('grant-invalid');
    expect((await get(other, read)).body['code']).toBe('not-found');
    expect((await get(other, read, other.base)).body['code']).toBe('grant-invalid');
    expect((await get(mine, `A${read.slice(1)}`)).body['code']).toBe('grant-invalid');
    expect((await get(mine, `${read.slice(0, -1)}*`)).body['code']).toBe('grant-invalid');
    const put = (grant: string) =>
      mine.device.send('PUT', `${mine.base}/objects/other`, randomBytes(3), {
        ...{ 'content-type': 'application/octet-stream', 'coffer-grant': grant },
        'coffer-content-sha256': toBase64Url(new Uint8Array(32)),
      });
    expect((await put(read)).body['code']).toBe('grant-invalid');
  });

  it('to create need the owner key for that very repository', async () => {
    const mine = await claimed();
    const signed = await mine.device.statement('create-grant', { repositoryId: randomBytes(16) });
    expect((await mine.device.call('POST', `${mine.base}/grants`, signed)).body['code']).toBe('statement-invalid');
    const asked = await mine.device.call('POST', `${mine.base}/grants`, { permission: 'create' });
    expect(asked.body['code']).toBe('malformed');
  });
});

describe('objects', () => {
  it('come back byte for byte, whole and in ranges, when they have 17 MiB', async () => {
    const mine = await claimed();
    const bytes = randomBytes(17 * 1024 * 1024);
    expect((await mine.put('packs/1/aa/large', bytes)).status).toBe(201);
    const whole = await mine.get('packs/1/aa/large');
    expect(whole.headers.get('content-length')).toBe(String(bytes.length));
    expect(toHex(sha256(new Uint8Array(await whole.arrayBuffer())))).toBe(toHex(sha256(bytes)));
    const range = async (text: string): Promise<readonly [number, string | null, Uint8Array]> => {
      const answer = await mine.get('packs/1/aa/large', text);
      return [answer.status, answer.headers.get('content-range'), new Uint8Array(await answer.arrayBuffer())];
    };
    const size = bytes.length;
    expect(await range('bytes=5-9')).toEqual([206, `bytes 5-9/${size}`, bytes.slice(5, 10)]);
    expect(await range('bytes=-4')).toEqual([206, `bytes ${size - 4}-${size - 1}/${size}`, bytes.slice(-4)]);
    expect((await range(`bytes=${size - 2}-`))[2]).toEqual(bytes.slice(-2));
    expect((await mine.get('packs/1/aa/large', `bytes=${size}-`)).status).toBe(416);
    expect((await mine.get('packs/1/aa/large', 'bytes=9-5')).status).toBe(416);
    const head = await mine.device.fetch('HEAD', `${mine.base}/objects/packs/1/aa/large`, {
      'coffer-grant': await mine.grant('read'),
    });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(size)]);
  });

  it('are created by one of twenty writers of one path, and never rewritten', async () => {
    const mine = await claimed();
    await mine.grant('create');
    const written = Array.from({ length: 20 }, () => randomBytes(50_000));
    const answers = await Promise.all(written.map((bytes) => mine.put('packs/1/bb/raced', bytes)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body['code'] === 'already-exists')).toHaveLength(19);
    const winner = written[answers.findIndex(({ status }) => status === 201)]!;
    expect(new Uint8Array(await (await mine.get('packs/1/bb/raced')).arrayBuffer())).toEqual(winner);
  });

  it('leave nothing under any name when their hash or length is not as announced', async () => {
    const mine = await claimed();
    const lied = await mine.put('packs/1/cc/lied', randomBytes(300_000), new Uint8Array(32));
    expect([lied.status, lied.body['code']]).toEqual([422, 'checksum-mismatch']);
    expect((await mine.get('packs/1/cc/lied')).status).toBe(404);
    const grant = await mine.grant('create');
    const aborted = new AbortController();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(randomBytes(1000));
        aborted.abort();
      },
    });
    const broken = fetch(`${bench.apis[0]!.url}${mine.base}/objects/packs/1/cc/broken`, {
      ...{ method: 'PUT', body, duplex: 'half', signal: aborted.signal },
      headers: {
        authorization: `Bearer ${await bench.issuer.token(mine.device.subject)}`,
        ...{ 'content-type': 'application/octet-stream', 'coffer-grant': grant, 'content-length': '5000' },
        'coffer-content-sha256': toBase64Url(new Uint8Array(32)),
      },
    });
    await expect(broken).rejects.toThrow();
    await expect.poll(() => filesOf(mine), { timeout: 5_000 }).toEqual([]);
  });

  it('are refused beyond 32 MiB before they are read', async () => {
    const mine = await claimed();
    const large = await mine.put('packs/1/dd/huge', new Uint8Array(32 * 1024 * 1024 + 1));
    expect(large.body['code']).toBe('too-large');
    expect((await mine.get('packs/1/dd/huge')).status).toBe(404);
  });

  it('are listed in the order of their paths, page by page', async () => {
    const mine = await claimed();
    const paths = Array.from({ length: 203 }, (_, index) => `index/1/${String(index).padStart(3, '0')}`);
    for (const path of paths) await mine.put(path, randomBytes(1));
    await mine.put('packs/1/aa/other', randomBytes(1));
    const headers = { 'coffer-grant': await mine.grant('read') };
    const page = (query: string) =>
      mine.device.send<{ objects: { path: string }[]; nextCursor: string | null }>(
        ...(['GET', `${mine.base}/objects?${query}`, undefined, headers] as const),
      );
    const first = (await page('prefix=index/')).body;
    const second = (await page(`prefix=index/&cursor=${encodeURIComponent(first.nextCursor!)}`)).body;
    expect([...first.objects, ...second.objects].map(({ path }) => path)).toEqual(paths);
    expect(second.nextCursor).toBeNull();
    expect((await page('cursor=..%2Fx')).status).toBe(400);
  });

  it.each(['..%2F..%2Fsecret', 'a/../b', '%2e%2e/x', 'a//b', '.hidden', 'a%00b', 'x'.repeat(600)])(
    'refuse the path %s',
    async (path) => {
      const mine = await claimed();
      const answer = await mine.get(path);
      expect([400, 404]).toContain(answer.status);
      expect(((await answer.json()) as { code: string }).code).toMatch(/^(malformed|not-found)$/);
    },
  );

  async function filesOf({ repositoryId }: RepositoryDevice): Promise<readonly string[]> {
    const folder = join(bench.home, 'repositories', toHex(repositoryId));
    const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return names.filter((entry) => entry.isFile()).map((entry) => entry.name);
  }
});

describe('a second account (D01)', () => {
  it('gets 404 for every route that names something of the first', async () => {
    const mine = await claimed();
    await mine.backUp(['packs/1/aa/a']);
    const other = await claimed();
    const { device } = other;
    const grants = { 'coffer-grant': await other.grant('create') };
    const upload = { ...grants, 'content-type': 'application/octet-stream' };
    const hash = { 'coffer-content-sha256': toBase64Url(sha256(randomBytes(3))) };
    const { repositoryId } = mine;
    const headHash = hashHead(mine.head!);
    const release = {
      ...{ repositoryId, snapshotId: 's', itemPath: 'p', sizeBytes: 1, modifiedMs: 1, sha256: randomBytes(32) },
    };
    const theirs = { objectId: newUuid(), sha256: randomBytes(32), sizeBytes: 1, modifiedMs: 1 };
    const deletes = { repositoryId, headHash, pruneGeneration: 0, paths: ['config'] };
    const proof = {
      ...mine.proofOf([], []),
      keyId: device.keyId,
    };
    const answers = await Promise.all([
      device.call('GET', `${mine.base}/head`),
      device.call('PUT', `${mine.base}/head`, mine.signHead(mine.nextHead()), mine.condition),
      device.call('POST', `${mine.base}/grants`, { permission: 'read' }),
      device.call('POST', `${mine.base}/grants`, await device.statement('create-grant', { repositoryId })),
      device.send('GET', `${mine.base}/objects/config`, undefined, grants),
      device.send('PUT', `${mine.base}/objects/mine`, randomBytes(3), { ...upload, ...hash }),
      device.send('GET', `${mine.base}/objects`, undefined, grants),
      device.call('POST', `${mine.base}/deletions`, await device.statement('delete-objects', deletes)),
      device.call('GET', `${mine.base}/pins`),
      device.call('POST', `${mine.base}/pins/release`, await device.statement('release-pin', release)),
      device.call('POST', '/v1/proofs', await other.signProof(proof)),
      device.call('GET', `/v1/purge/certificates/${newUuid()}`),
      device.call(
        ...(['POST', `/v1/purge/objects/${theirs.objectId}/release`] as const),
        await device.statement('release-plaintext', theirs),
      ),
      device.call(
        ...(['POST', `/v1/purge/objects/${theirs.objectId}/quarantine`] as const),
        await device.statement('quarantine-plaintext', { objectId: theirs.objectId, reason: 'damaged' }),
      ),
      device.call(
        'POST',
        '/v1/purge/resume',
        await device.statement('resume-purge', { consentAtMs: 1, graceSeconds: null }),
      ),
    ]);
    expect(answers.map(({ body }) => body['code'])).toEqual(answers.map(() => 'not-found'));
    const head = await device.fetch('HEAD', `${mine.base}/objects/config`, grants);
    expect(head.status).toBe(404);
    for (const path of ['vault', 'purge', 'purge/objects', 'jobs', 'storage', 'ledger']) {
      expect((await device.call('GET', `/v1/ops/${path}`)).body['code']).toBe('forbidden');
    }
  });
});
