import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyCertificateFile } from '@coffer/evidence';
import { fromBase64Url, utf8 } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  certificatesOf,
  chainOf,
  cloudNames,
  database,
  proveCopies,
  requireOneEnd,
  startPurgeBench,
  untilHashed,
  untilPurge,
  writeCloud,
  type PurgeBench,
} from './purge-bench';
import { RepositoryDevice } from './repository-device';

let bench: PurgeBench;
beforeAll(async () => {
  bench = await startPurgeBench();
  await bench.worker();
});
afterAll(() => bench.stop());

/** An account whose cloud folder holds plaintext backups, before it is claimed. */
async function accountWith(files: Readonly<Record<string, Uint8Array>>) {
  const device = bench.device();
  const folder = join(bench.home, 'cloud', device.subject);
  const hashes = await writeCloud(folder, files);
  const owner = await RepositoryDevice.claim(device);
  return { owner, folder, hashes };
}

const eventually = { timeout: 20_000, interval: 100 };

describe('a purge, from the plaintext in a cloud folder to the certificate', () => {
  it('finds, shows, proves, deletes, looks twice and certifies', async () => {
    const files = { 'msgstore.db': database(300_000), 'msgstore-2026-10-01.1.db': database(2_000_000) };
    const { owner, folder, hashes } = await accountWith(files);
    const listed = await untilHashed(owner, 2);
    for (const object of listed) expect(fromBase64Url(object.sha256!)).toEqual(hashes.get(object.name));
    expect(await owner.purge()).toMatchObject({ state: 'not-started', found: { objects: 2 } });
    await proveCopies(owner, listed);
    await expect
      .poll(async () => (await owner.objects()).map(({ state }) => state), eventually)
      .toEqual(['needs-consent', 'needs-consent']);
    expect(await cloudNames(folder)).toHaveLength(2);
    await owner.startPurge();
    await untilPurge(owner, 'finished');
    expect(await cloudNames(folder)).toEqual([]);
    await requireOneEnd(bench, owner, hashes);
    const [certificate] = await certificatesOf(bench, owner);
    expect(certificate!.report).toMatchObject({ issuer: 'verified', ledger: 'verified' });
    expect(certificate!.report.objectNames).toEqual(expect.arrayContaining(Object.keys(files)));
    const changed = utf8(certificate!.file);
    for (const at of [10, changed.length >> 1, changed.length - 3]) {
      const forged = changed.slice();
      forged[at] = forged[at]! ^ 1;
      expect(() => verifyCertificateFile(forged, undefined, undefined)).toThrow(
        expect.objectContaining({ code: 'certificate-invalid' }),
      );
    }
    const { notices } = (await owner.device.call<{ notices: { kind: string }[] }>('GET', '/v1/notices')).body;
    expect(notices.map(({ kind }) => kind)).toContain('purge-finished');
  });

  it('does not purge what a newer snapshot does not contain', async () => {
    const { owner, folder } = await accountWith({ 'msgstore.db': database(50_000) });
    await untilHashed(owner, 1);
    await owner.backUp(['snapshots/1/newer', 'packs/1/aa/newer']);
    const [listed] = await owner.objects();
    const newer = { listed: listed!, sha256: new Uint8Array(32).fill(1) };
    const sealed = await owner.backUp(['snapshots/1/newest']);
    expect((await owner.prove(owner.proofOf(sealed, [newer]))).body['code']).toBe('statement-invalid');
    await owner.startPurge();
    await pause(3_000);
    expect((await owner.objects())[0]).toMatchObject({ state: 'waiting-for-backup', reason: 'no-proof' });
    expect(await cloudNames(folder)).toEqual(['msgstore.db']);
  });

  it('does not purge while the ciphertext that the proof lists is not in the store', async () => {
    const { owner, folder } = await accountWith({ 'msgstore.db': database(1_000) });
    const listed = await untilHashed(owner, 1);
    const sealed = await owner.backUp(['packs/1/aa/there']);
    const missing = { path: 'packs/1/aa/missing', sizeBytes: 10, sha256: new Uint8Array(32).fill(1) };
    const item = { listed: listed[0]!, sha256: fromBase64Url(listed[0]!.sha256!) };
    expect((await owner.prove(owner.proofOf([...sealed, missing], [item]))).status).toBe(201);
    await owner.startPurge();
    await expect
      .poll(async () => (await owner.objects())[0], eventually)
      .toMatchObject({ state: 'waiting-for-backup', reason: 'ciphertext-differs' });
    expect(await cloudNames(folder)).toEqual(['msgstore.db']);
  });

  it('keeps what its certificate relies on from being pruned', async () => {
    const { owner } = await accountWith({ 'msgstore.db': database(1_000) });
    const sealed = await proveCopies(owner, await untilHashed(owner, 1));
    await owner.startPurge();
    await untilPurge(owner, 'finished');
    const headHash = fromBase64Url(owner.condition['if-match']!.slice(1, -1));
    for (const { path } of sealed) {
      const body = { repositoryId: owner.repositoryId, headHash, pruneGeneration: 0, paths: [path] };
      const signed = await owner.device.statement('delete-objects', body);
      expect((await owner.device.call('POST', `${owner.base}/deletions`, signed)).body['code']).toBe('pinned');
    }
  });

  it('sends a copy that was written over round again, and takes the new bytes only with a proof of their own', async () => {
    const { owner, folder } = await accountWith({ 'msgstore.db': database(1_000) });
    await proveCopies(owner, await untilHashed(owner, 1));
    await writeCloud(folder, { 'msgstore.db': database(500) });
    await owner.startPurge();
    await expect
      .poll(async () => (await owner.objects())[0], eventually)
      .toMatchObject({ state: 'waiting-for-backup', reason: 'no-proof', sizeBytes: 516 });
    expect(await cloudNames(folder)).toEqual(['msgstore.db']);
    await proveCopies(owner, await owner.objects());
    await untilPurge(owner, 'finished');
    expect(await cloudNames(folder)).toEqual([]);
  });
});

describe('GET /v1/purge/objects/{id}/content', () => {
  it('gives the owner’s device the bytes, in parts, and nobody else', async () => {
    const bytes = database(3_000_000);
    const { owner } = await accountWith({ 'msgstore.db': bytes });
    const [listed] = await untilHashed(owner, 1);
    const read = async (offset: number, length: number, reader = owner): Promise<Response> => {
      const body = { objectId: listed!.objectId, offset, length };
      const { statement, signature, body: encoded } = await reader.device.statement('read-plaintext', body);
      const headers = { 'coffer-statement': `${statement}.${signature}.${encoded}` };
      return reader.device.fetch('GET', `/v1/purge/objects/${listed!.objectId}/content`, headers);
    };
    const whole = await read(0, bytes.length);
    expect(whole.headers.get('content-length')).toBe(String(bytes.length));
    expect(Buffer.compare(new Uint8Array(await whole.arrayBuffer()), bytes)).toBe(0);
    const part = await read(1_000_000, 5);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(1_000_000, 1_000_005));
    const past = await read(bytes.length, 10);
    expect([past.status, (await past.arrayBuffer()).byteLength]).toEqual([200, 0]);
    const other = await RepositoryDevice.claim(bench.device());
    expect((await read(0, 10, other)).status).toBe(404);
    const bare = await owner.device.call('GET', `/v1/purge/objects/${listed!.objectId}/content`);
    expect(bare.body['code']).toBe('malformed');
  });
});

describe('stopping', () => {
  it('works up to each delete, and a resume goes on', async () => {
    const files = { 'msgstore.db': database(1_000), 'msgstore-2026-10-01.1.db': database(1_000) };
    const { owner, folder, hashes } = await accountWith(files);
    await proveCopies(owner, await untilHashed(owner, 2));
    await owner.startPurge(3);
    await expect
      .poll(async () => (await owner.objects()).map(({ state }) => state), eventually)
      .toEqual(['grace', 'grace']);
    await owner.device.call('POST', '/v1/purge/stop');
    await pause(4_000);
    expect((await owner.objects()).map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    expect(await cloudNames(folder)).toHaveLength(2);
    const body = { consentAtMs: Date.now(), graceSeconds: null };
    await owner.device.call('POST', '/v1/purge/resume', await owner.device.statement('resume-purge', body));
    await untilPurge(owner, 'finished');
    await requireOneEnd(bench, owner, hashes);
  });
});

describe('a release', () => {
  it('lets a copy go that no backup contains, and the certificate says so', async () => {
    const { owner, folder } = await accountWith({ 'msgstore.db': database(1_000) });
    const [listed] = await untilHashed(owner, 1);
    const { objectId, sizeBytes } = listed!;
    const modifiedMs = Date.parse(listed!.modifiedAt);
    const body = { objectId, sizeBytes, modifiedMs, sha256: fromBase64Url(listed!.sha256!) };
    const signed = await owner.device.statement('release-plaintext', body);
    expect((await owner.device.call('POST', `/v1/purge/objects/${objectId}/release`, signed)).status).toBe(200);
    expect(await cloudNames(folder)).toEqual(['msgstore.db']);
    await owner.startPurge();
    await untilPurge(owner, 'finished');
    expect(await cloudNames(folder)).toEqual([]);
    const [certificate] = await certificatesOf(bench, owner);
    expect(certificate!.report.body.objects[0]!.proofHash).toBeNull();
    expect((await chainOf(owner)).map(({ kind }) => kind)).toContain('plaintext-released');
  });
});

describe('a device’s report', () => {
  it('keeps a copy that a proof names, and only that one, until it is released (C21)', async () => {
    const { owner, folder } = await accountWith({
      'msgstore.db': database(1_000),
      'msgstore-2026-10-01.1.db': database(900),
    });
    const listed = await untilHashed(owner, 2);
    const kept = listed.find(({ name }) => name === 'msgstore.db')!;
    const { objectId, sizeBytes } = kept;
    const report = await owner.device.statement('quarantine-plaintext', { objectId, reason: 'damaged' });
    expect((await owner.device.call('POST', `/v1/purge/objects/${objectId}/quarantine`, report)).status).toBe(200);
    await proveCopies(owner, listed);
    await owner.startPurge();
    await untilPurge(owner, 'finished');
    expect(await cloudNames(folder)).toEqual(['msgstore.db']);
    const [certificate] = await certificatesOf(bench, owner);
    expect(certificate!.report.body.retained.map(({ reason }) => reason)).toEqual(['quarantined']);
    const modifiedMs = Date.parse(kept.modifiedAt);
    const body = { objectId, sizeBytes, modifiedMs, sha256: fromBase64Url(kept.sha256!) };
    const signed = await owner.device.statement('release-plaintext', body);
    expect((await owner.device.call('POST', `/v1/purge/objects/${objectId}/release`, signed)).status).toBe(200);
    await expect.poll(() => cloudNames(folder), eventually).toEqual([]);
  });
});

describe('the worker', () => {
  it('says nothing of whom or what in its log, and counts what it did', async () => {
    const { owner } = await accountWith({ 'msgstore.db': database(1_000) });
    await untilHashed(owner, 1);
    const worker = await bench.worker();
    const metrics = async (): Promise<string> => (await fetch(`${worker.metricsUrl}/metrics`)).text();
    await expect.poll(metrics, eventually).toContain('coffer_jobs{queue="purge"');
    await worker.kill('SIGTERM');
    expect(worker.log()).toContain('migration-worker has stopped');
    expect(worker.log()).not.toContain(owner.device.subject);
    expect(await readFile(join(bench.home, 'deployment.json'), 'utf8')).toContain('certificateKey');
  });
});
