import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeSigned, objectPaths } from '@coffer/backup-format';
import {
  deriveKeyId,
  deriveOwnerKey,
  deriveSealingKey,
  generateBackupKey,
  keyringMaximumBytes,
  openKeyring,
  requireBackupKey,
  sealingContext,
  type BackupKey,
  type KeyringEpoch,
} from '@coffer/device-crypto';
import { signRepositoryStatement } from '@coffer/evidence';
import { toHex } from '@coffer/foundation';
import { MemoryObjectStore, ObjectStoreError, type ObjectContent, type ObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../../test/same-thread';
import { ProcessMemory } from '../device-memory';
import { signHead } from '../heads';
import { Repository } from '../repository';
import { currentEpoch } from '../put-sealed';
import { prepareRotation, rotateRepository } from '../rotation/rotate-repository';
import { backUp } from './back-up';
import { nodePlatform as platform } from './platform';
import { restoreSnapshot } from './restore';

const content = seed('phone', 300_000);
let root: string;
let phone: string;
let store: MemoryObjectStore;
let former: BackupKey;
let next: BackupKey;
let repository: Repository;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-rotation-'));
  phone = join(root, 'phone');
  mkdirSync(phone);
  writeFileSync(join(phone, 'db'), content);
  store = new MemoryObjectStore();
  [former, next] = [generateBackupKey(), generateBackupKey()];
  repository = await Repository.create({ store, backupKey: former, platform });
  await backUp(repository, [phone], { startWorker });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (backupKey: BackupKey, from: ObjectStore = store): Promise<Repository> =>
  Repository.open({ store: from, backupKey, platform, memory: new ProcessMemory() }, repository.id);

async function copyOf(from: ObjectStore): Promise<MemoryObjectStore> {
  const copy = new MemoryObjectStore();
  for (const key of await keysBelow('', from)) await copy.put(key, await from.get(key));
  return copy;
}

async function keysBelow(prefix: string, from: ObjectStore = store): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of from.list(prefix)) keys.push(key);
  return keys;
}

async function restores(opened: Repository): Promise<boolean> {
  const out = mkdtempSync(join(root, 'out-'));
  await restoreSnapshot(opened, await opened.openSnapshot(), join(out, 'all'), { startWorker });
  return readFileSync(join(out, 'all/phone/db')).equals(content);
}

describe('rotateRepository', () => {
  it('gives the next key the same items under a new epoch, and leaves the packs where they are', async () => {
    const packs = await keysBelow('packs/');
    const before = await repository.openSnapshot();
    const { next: head, missingPacks } = await rotateRepository(repository, next);
    expect(missingPacks).toBe(0);
    const opened = await open(next);
    const epoch = currentEpoch(opened.access);
    expect(epoch).toBeGreaterThan(1);
    expect(head?.head).toMatchObject({ generation: 2, keyringVersion: 2, epoch, keyId: deriveKeyId(next) });
    const after = await opened.openSnapshot();
    expect(await after.items()).toEqual(await before.items());
    expect(after.summary).toMatchObject({
      createdAtMs: before.summary.createdAtMs,
      counts: before.summary.counts,
      parent: before.summary.id,
    });
    expect(after.summary.indexes.map((place) => place.epoch)).toEqual([epoch]);
    expect(await keysBelow('packs/')).toEqual(packs);
    expect(await restores(opened)).toBe(true);
    expect((await opened.listSnapshots()).snapshots.map((place) => place.epoch)).toEqual([epoch, 1]);
  });

  it('goes on de-duplicating: unchanged files bring no new pack, and what is new is sealed under the new epoch', async () => {
    await rotateRepository(repository, next);
    const opened = await open(next);
    const packs = await keysBelow('packs/');
    await backUp(opened, [phone], { startWorker });
    expect(await keysBelow('packs/')).toEqual(packs);
    writeFileSync(join(phone, 'more'), seed('more', 200_000));
    await backUp(opened, [phone], { startWorker });
    const added = (await keysBelow('packs/')).filter((path) => !packs.includes(path));
    expect(added.length).toBeGreaterThan(0);
    const { epoch } = (await opened.head())!.head;
    expect(epoch).toBeGreaterThan(1);
    expect(added.every((path) => path.startsWith(`packs/${epoch}/`))).toBe(true);
  });

  it('makes what comes after unreadable to the former key, whatever it can derive', async () => {
    await rotateRepository(repository, next);
    const opened = await open(next);
    const { place } = await opened.openSnapshot();
    const [sealedNext] = await keysBelow(`keyring/${toHex(deriveKeyId(next))}-`);
    const sealed = await store.get(sealedNext!, { offset: 0, length: keyringMaximumBytes });
    expect(() => openKeyring(former, sealed)).toThrow(expect.objectContaining({ code: 'wrong-key' }));
    // Its own keyring holds the epochs up to the rotation and no other.
    const own = await store.get(objectPaths.keyring(deriveKeyId(former), 1), {
      offset: 0,
      length: keyringMaximumBytes,
    });
    const { keyring } = openKeyring(former, own);
    expect(keyring.epochs.map(({ epoch }) => epoch)).toEqual([1]);
    // The epoch keys that it has do not open the new snapshot, under whichever epoch they claim to be.
    const path = objectPaths.snapshot(place.epoch, place.id);
    const snapshot = await store.get(path, { offset: 0, length: 1_000_000 });
    const openUnder = ({ key }: KeyringEpoch, epoch: number) =>
      platform.encryption.open(
        {
          inputKey: deriveSealingKey(key, 'snapshot'),
          context: sealingContext('snapshot', repository.id, epoch, place.id),
        },
        snapshot,
      );
    for (const epoch of [1, place.epoch]) {
      await expect(openUnder(keyring.epochs[0]!, epoch)).rejects.toMatchObject({ code: 'commitment-mismatch' });
    }
    await expect(openUnder(opened.access.keyring.epochs[1]!, place.epoch)).resolves.toBeDefined();
  });

  it('tells a device with the former key, and takes no head from it', async () => {
    await rotateRepository(repository, next);
    const keyId = toHex(deriveKeyId(next));
    await expect(open(former)).rejects.toMatchObject({ code: 'key-rotated', fields: { keyId } });
    // Also on a device that was open all the time, before it writes and after.
    await expect(repository.head()).rejects.toMatchObject({ code: 'key-rotated' });
    await expect(backUp(repository, [phone], { startWorker })).rejects.toMatchObject({ code: 'key-rotated' });
    const head = (await (await open(next)).head())!;
    const forged = signHead(repository.access, {
      ...{ ...head.head, keyId: deriveKeyId(former), generation: 3, previous: head.hash },
    });
    await store.put(objectPaths.head(3), encodeSigned(forged.signed));
    expect((await (await open(next)).head())?.head.generation).toBe(2);
  });

  it('is seen once and for all: a store that was set back to before it is refused (B10)', async () => {
    const memory = new ProcessMemory();
    const setBack = await copyOf(store);
    await rotateRepository(repository, next);
    await Repository.open({ store, backupKey: next, platform, memory }, repository.id);
    const opening = Repository.open({ store: setBack, backupKey: former, platform, memory }, repository.id);
    await expect(opening).rejects.toMatchObject({ code: 'head-rolled-back' });
  });

  it('may be repeated, key after key, and the first one still learns of it', async () => {
    await rotateRepository(repository, next);
    const third = generateBackupKey();
    await backUp(await open(next), [phone], { startWorker });
    await rotateRepository(await open(next), third);
    const opened = await open(third);
    const epochs = opened.access.keyring.epochs.map(({ epoch }) => epoch);
    expect(epochs).toHaveLength(3);
    expect(epochs).toEqual([...epochs].sort((left, right) => left - right));
    expect(opened.access.keyring.ownerPublicKeys).toHaveLength(3);
    expect(await restores(opened)).toBe(true);
    await expect(open(former)).rejects.toMatchObject({ code: 'key-rotated' });
    await expect(open(next)).rejects.toMatchObject({ code: 'key-rotated' });
  });

  it('refuses a repository without a backup, which no head could hand over', async () => {
    const empty = await Repository.create({ store: new MemoryObjectStore(), backupKey: former, platform });
    await expect(rotateRepository(empty, next)).rejects.toMatchObject({ code: 'no-snapshot' });
  });
});

describe('an interrupted rotation', () => {
  it('leaves the former key in force at every write, or the new one after the last, and is completed by the next', async () => {
    const counting = new FailingStore(await copyOf(store), Number.POSITIVE_INFINITY);
    await rotateRepository(await open(former, counting), next);
    expect(counting.writes).toBeGreaterThanOrEqual(6);
    for (let write = 1; write <= counting.writes; write++) {
      for (const isStored of [false, true]) {
        const copy = await copyOf(store);
        const failing = new FailingStore(copy, write, isStored);
        await expect(rotateRepository(await open(former, failing), next)).rejects.toThrow('cut off');
        const isOver = write === counting.writes && isStored;
        if (isOver) {
          await expect(open(former, copy)).rejects.toMatchObject({ code: 'key-rotated' });
        } else {
          const old = await open(former, copy);
          expect((await old.head())?.head.generation).toBe(1);
          expect(await old.openSnapshot()).toBeDefined();
          await expect(open(next, copy)).rejects.toMatchObject({ code: 'wrong-key' });
          await rotateRepository(old, next);
        }
        const opened = await open(next, copy);
        expect((await opened.head())?.head.generation).toBe(2);
        expect(await (await opened.openSnapshot()).items()).toHaveLength(2);
      }
    }
  }, 300_000);

  it('leaves the former key able to back up, and is completed on top of that', async () => {
    await prepareRotation(repository, next);
    writeFileSync(join(phone, 'later'), 'written under the former key');
    await backUp(repository, [phone], { startWorker });
    await rotateRepository(repository, next);
    const opened = await open(next);
    expect((await opened.head())?.head.generation).toBe(3);
    const paths = (await (await opened.openSnapshot()).items()).map(({ path }) => path);
    expect(paths).toContain('phone/later');
  });

  it('that was given up leaves nothing that looks like damage, neither before nor after a rotation to another key', async () => {
    const givenUp = (await prepareRotation(repository, next)).next!.head.epoch;
    expect(await (await open(former)).listSnapshots()).toMatchObject({ snapshots: [{ epoch: 1 }], damaged: [] });
    const other = generateBackupKey();
    await rotateRepository(await open(former), other);
    const opened = await open(other);
    const last = currentEpoch(opened.access);
    expect(last).toBeGreaterThan(givenUp);
    expect(opened.access.keyring.epochs.map(({ epoch }) => epoch)).toEqual([1, last]);
    const { snapshots, damaged } = await opened.listSnapshots();
    expect([snapshots.map(({ epoch }) => epoch), damaged]).toEqual([[last, 1], []]);
    expect(await restores(opened)).toBe(true);
  });

  it('takes up no keyring that does not follow its own', async () => {
    await prepareRotation(repository, next);
    const path = objectPaths.keyring(deriveKeyId(next), 2);
    const other = await Repository.create(
      { store: new MemoryObjectStore(), backupKey: former, platform },
      repository.id,
    );
    await prepareRotation(other, next);
    const foreign = await other.access.store.get(path, { offset: 0, length: keyringMaximumBytes });
    await store.delete(path);
    await store.put(path, foreign);
    await expect(prepareRotation(repository, next)).rejects.toMatchObject({ code: 'damaged', fields: { path } });
  });
});

describe('a rotation and a backup at once', () => {
  it('ends with both: the backup was first, and the rotation builds on it', async () => {
    const device = await open(former);
    const { headKeeper } = repository.access;
    const replace = headKeeper.replace.bind(headKeeper);
    headKeeper.replace = async (head, previous) => {
      headKeeper.replace = replace;
      writeFileSync(join(phone, 'raced'), 'by another device');
      await backUp(device, [phone], { startWorker });
      return replace(head, previous);
    };
    await rotateRepository(repository, next);
    const opened = await open(next);
    expect((await opened.head())?.head).toMatchObject({ generation: 3, keyringVersion: 2 });
    expect((await (await opened.openSnapshot()).items()).map(({ path }) => path)).toContain('phone/raced');
  });

  it('ends with key-rotated for the backup that came second, and nothing of it becomes current', async () => {
    const device = await open(former);
    const { headKeeper } = device.access;
    const replace = headKeeper.replace.bind(headKeeper);
    headKeeper.replace = async (head, previous) => {
      headKeeper.replace = replace;
      await rotateRepository(repository, next);
      return replace(head, previous);
    };
    await expect(backUp(device, [phone], { startWorker })).rejects.toMatchObject({ code: 'key-rotated' });
    expect((await (await open(next)).head())?.head.generation).toBe(2);
  });
});

describe('two rotations at once', () => {
  it('take different epochs, so that what the one leaves that lost is no damage to the other', async () => {
    const keys = ['one', 'other'].map((name) => requireBackupKey(seed(name, 32)));
    const prepared = await Promise.all(keys.map(async (key) => prepareRotation(await open(former), key)));
    const epochs = prepared.map(({ next: head }) => head!.head.epoch);
    expect(new Set(epochs).size).toBe(2);
    await rotateRepository(repository, keys[0]!);
    const opened = await open(keys[0]!);
    expect(await opened.listSnapshots()).toMatchObject({ damaged: [] });
    expect(await restores(opened)).toBe(true);
  });
});

describe('heads of strangers', () => {
  it('above the own one hand nothing over, however they announce themselves', async () => {
    const stranger = generateBackupKey();
    const ownerKey = deriveOwnerKey(stranger);
    const { repositoryId } = repository.access;
    const access = { repositoryId, keyId: deriveKeyId(stranger), ownerKey };
    const current = (await repository.head())!;
    const head = { ...current.head, keyId: access.keyId, generation: 2, previous: current.hash };
    const forged = signHead(access, head);
    await store.put(objectPaths.head(2), encodeSigned(forged.signed));
    expect((await (await open(former)).head())?.hash).toEqual(current.hash);
    const body = {
      ...{ generation: 2, headHash: forged.hash, newKeyId: access.keyId, newOwnerPublicKey: ownerKey.publicKey },
    };
    for (const keyId of [access.keyId, deriveKeyId(former)]) {
      const notice = signRepositoryStatement(ownerKey.seed, { purpose: 'rotation', repositoryId, keyId }, body);
      const path = objectPaths.rotation(2, forged.hash);
      await store.delete(path).catch(() => undefined);
      await store.put(path, encodeSigned(notice));
      expect((await (await open(former)).head())?.hash).toEqual(current.hash);
    }
    await store.delete(objectPaths.rotation(2, forged.hash));
    await store.put(objectPaths.rotation(2, forged.hash), seed('rubbish', 100));
    expect((await (await open(former)).head())?.hash).toEqual(current.hash);
  });
});

describe('a repository whose head a vault keeps', () => {
  it('opens under the next key without any head, and begins its backups under the new epoch', async () => {
    const empty = new MemoryObjectStore();
    const made = await Repository.create({ store: empty, backupKey: former, platform }, repository.id);
    expect(await prepareRotation(made, next)).toMatchObject({ previous: undefined, next: undefined });
    const opened = await open(next, empty);
    await backUp(opened, [phone], { startWorker });
    const epoch = currentEpoch(opened.access);
    expect(epoch).toBeGreaterThan(1);
    expect((await opened.head())?.head).toMatchObject({ generation: 1, keyringVersion: 2, epoch });
  });

  it('says key-rotated also to the backup that is denied its writes by the rotation, and else that it was denied', async () => {
    const denying = new DenyingStore();
    const made = await Repository.create({ store: denying, backupKey: former, platform });
    await backUp(made, [phone], { startWorker });
    let current = (await made.head())!.signed;
    const { next: head } = await prepareRotation(made, next);
    const keeper = { isExclusive: async () => true, read: () => [current], replace: () => Promise.resolve() };
    const options = { store: denying, backupKey: former, platform, headKeeper: keeper, memory: new ProcessMemory() };
    const device = await Repository.open(options, made.id);
    writeFileSync(join(phone, 'new'), seed('new', 100_000));
    denying.deny = () => Promise.resolve();
    await expect(backUp(device, [phone], { startWorker })).rejects.toMatchObject({ code: 'access-denied' });
    denying.deny = async () => void (current = head!.signed);
    const keyId = toHex(deriveKeyId(next));
    await expect(backUp(device, [phone], { startWorker })).rejects.toMatchObject({
      code: 'key-rotated',
      fields: { keyId },
    });
  });

  it('says key-rotated as soon as the vault shows a head under another key', async () => {
    const { next: head } = await prepareRotation(repository, next);
    const keeper = { isExclusive: async () => true, read: () => [head!.signed], replace: () => Promise.resolve() };
    const options = { store, backupKey: former, platform, headKeeper: keeper };
    const opening = Repository.open(options, repository.id);
    await expect(opening).rejects.toMatchObject({ code: 'key-rotated' });
  });
});

/** A store that a vault grants: from one moment on it takes nothing of the key that was replaced. */
class DenyingStore extends MemoryObjectStore {
  /** Asked before each write that is not let through. */
  deny: (() => Promise<void>) | undefined;

  override async put(key: string, bytes: ObjectContent): Promise<void> {
    if (this.deny === undefined) return super.put(key, bytes);
    await this.deny();
    throw new ObjectStoreError('access-denied', 'the grant is not for this key');
  }
}

/** Fails once at the n-th write: before it, or after it was stored, as a kill would. Everything after fails as well. */
class FailingStore implements ObjectStore {
  writes = 0;
  readonly #inner: ObjectStore;
  readonly #at: number;
  readonly #isStored: boolean;

  constructor(inner: ObjectStore, at: number, isStored = false) {
    this.#inner = inner;
    this.#at = at;
    this.#isStored = isStored;
  }

  async put(key: string, bytes: ObjectContent): Promise<void> {
    this.writes++;
    if (this.writes === this.#at && this.#isStored) await this.#inner.put(key, bytes);
    if (this.writes >= this.#at) throw new Error('cut off');
    await this.#inner.put(key, bytes);
  }

  capabilities = () => this.#inner.capabilities();
  get = (...args: Parameters<ObjectStore['get']>) => this.#inner.get(...args);
  getStream = (...args: Parameters<ObjectStore['getStream']>) => this.#inner.getStream(...args);
  head = (...args: Parameters<ObjectStore['head']>) => this.#inner.head(...args);
  list = (...args: Parameters<ObjectStore['list']>) => this.#inner.list(...args);
  delete = (...args: Parameters<ObjectStore['delete']>) => this.#inner.delete(...args);
}
