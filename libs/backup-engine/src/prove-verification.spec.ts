import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { decodeProof, encodeProof, requireProofFoundations, type ProofOfRestorability } from '@coffer/evidence';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../test/same-thread';
import { backUp } from './node/back-up';
import { nodePlatform } from './node/platform';
import { handInProof } from './prove-verification';
import { Repository } from './repository';
import { verifySnapshot } from './verify';

let root: string;
let store: MemoryObjectStore;
let taken: ProofOfRestorability[];
let repository: Repository;
const backUpOnce = (content: Uint8Array): Promise<unknown> => {
  writeFileSync(join(root, 'msgstore.db'), content);
  return backUp(repository, [join(root, 'msgstore.db')], { startWorker });
};
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-hand-in-'));
  store = new MemoryObjectStore();
  taken = [];
  repository = await Repository.create({
    ...{ store, backupKey: generateBackupKey(), platform: nodePlatform },
    proofTaker: { take: async (proof) => void taken.push(decodeProof(encodeProof(proof))) },
  });
  await backUpOnce(seed('one', 300_000));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('handInProof', () => {
  it('names what was read as it lies in the store, and how much of what is needed that is', async () => {
    const snapshot = await repository.openSnapshot();
    const report = await verifySnapshot(repository, snapshot);
    expect(await handInProof(repository, snapshot, report)).toBe(true);
    const [proof] = taken as [ProofOfRestorability];
    requireProofFoundations(proof, (await repository.head())!.head);
    expect(proof).toMatchObject({ snapshotId: snapshot.idHex, samplePercent: 100, items: [], counts: { files: 1 } });
    const sealed = proof.objects.filter(({ path }) => !/^(?:config|keyring)/.test(path));
    expect([proof.counts.objects, proof.counts.bytes]).toEqual([
      sealed.length,
      sealed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ]);
    expect(proof.objects.filter(({ path }) => path.startsWith('packs/')).length).toBeGreaterThan(0);
    for (const { path, sizeBytes, sha256 } of proof.objects) {
      const stored = await store.get(path);
      const digest = createHash('sha256').update(stored).digest();
      expect([stored.length, digest], path).toEqual([sizeBytes, Buffer.from(sha256)]);
    }
  });

  it('says nothing of an older snapshot, nor of one that is not sound', async () => {
    const older = await repository.openSnapshot();
    await backUpOnce(seed('two', 300_000));
    expect(await handInProof(repository, older, await verifySnapshot(repository, older))).toBe(false);
    const snapshot = await repository.openSnapshot();
    for await (const { key } of store.list('packs/')) await store.delete(key);
    const report = await verifySnapshot(repository, snapshot);
    expect(report.problems.length).toBeGreaterThan(0);
    expect(await handInProof(repository, snapshot, report)).toBe(false);
    expect(taken).toEqual([]);
  });
});
