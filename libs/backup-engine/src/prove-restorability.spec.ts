import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { objectPaths } from '@coffer/backup-format';
import { generateBackupKey } from '@coffer/device-crypto';
import { requireProofFoundations, type PlaintextIdentity } from '@coffer/evidence';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../test/same-thread';
import { backUp } from './node/back-up';
import { nodePlatform } from './node/platform';
import { proveRestorability } from './prove-restorability';
import { Repository } from './repository';

const contents = seed('plaintext', 300_000);
const wanted: PlaintextIdentity = {
  ...{ provider: 'disk', location: 'cloud/sam', objectId: 'o', version: '1', sizeBytes: contents.length },
  sha256: createHash('sha256').update(contents).digest(),
};

let root: string;
let store: MemoryObjectStore;
let repository: Repository;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-prove-'));
  writeFileSync(join(root, 'msgstore.db'), contents);
  store = new MemoryObjectStore();
  repository = await Repository.create({ store, backupKey: generateBackupKey(), platform: nodePlatform });
  await backUp(repository, [join(root, 'msgstore.db')], { startWorker });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Takes the place of an object that is there, as a store that is not honest could. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  await store.delete(path);
  await store.put(path, bytes);
}

describe('proveRestorability', () => {
  it('names everything that an item needs as it is in the store, config and keyring among it', async () => {
    const { body, unproven } = await proveRestorability(repository, [wanted]);
    expect(unproven).toEqual([]);
    const { head } = (await repository.head())!;
    requireProofFoundations(body, head);
    expect(body.objects.slice(0, 3).map(({ path }) => path.split('/')[0])).toEqual(['snapshots', 'config', 'keyring']);
    for (const { path, sizeBytes, sha256 } of body.objects) {
      const stored = await store.get(path);
      expect([stored.length, createHash('sha256').update(stored).digest()], path).toEqual([
        sizeBytes,
        Buffer.from(sha256),
      ]);
    }
    expect(body.items[0]!.objects).toEqual(body.objects.map((_object, index) => index));
  });

  it('says what the snapshot does not give back', async () => {
    const other = { ...wanted, sha256: seed('other') };
    const { body, unproven } = await proveRestorability(repository, [other]);
    expect([body.items, unproven]).toEqual([[], [other]]);
  });

  it.each(['config', 'keyring'])(
    'proves nothing when the %s was changed, cut, lengthened or lost since the repository was opened',
    async (what) => {
      const path = what === 'config' ? objectPaths.config : objectPaths.keyring(repository.access.keyId, 1);
      const bytes = await store.get(path);
      const changed = bytes.slice();
      changed[changed.length - 1]! ^= 1;
      for (const other of [changed, bytes.slice(0, -1), Uint8Array.of(...bytes, 0)]) {
        await replace(path, other);
        await expect(proveRestorability(repository, [wanted])).rejects.toMatchObject({ code: 'damaged' });
      }
      await store.delete(path);
      await expect(proveRestorability(repository, [wanted])).rejects.toMatchObject({ code: 'missing-object' });
    },
  );
});
