import { readFileSync } from 'node:fs';
import { findRepository, Repository, repositoryStore, verifySnapshot } from '@coffer/backup-engine';
import { nodePlatform as platform } from '@coffer/backup-engine/node';
import { deriveKeyId, parseDigits } from '@coffer/device-crypto';
import { systemClock, type Clock } from '@coffer/foundation';
import { openObjectStore } from '@coffer/object-store/node';
import { expect } from 'vitest';

/** The repository of a store as a device sees it that has the key and has seen nothing. */
export async function openAsFreshDevice(url: string, keyFile: string, clock: Clock = systemClock): Promise<Repository> {
  const backupKey = parseDigits(readFileSync(keyFile, 'utf8'));
  const store = openObjectStore(url);
  const id = await findRepository(store, deriveKeyId(backupKey));
  return Repository.open({ store: repositoryStore(store, id), backupKey, platform, clock }, id);
}

/** Reads every object that a snapshot needs, the newest one's unless told, and expects all of them to be sound. */
export async function readWhole(repository: Repository, snapshotIdHex?: string): Promise<void> {
  const { problems, brokenFiles } = await verifySnapshot(repository, await repository.openSnapshot(snapshotIdHex));
  expect([problems, brokenFiles]).toEqual([[], []]);
}
