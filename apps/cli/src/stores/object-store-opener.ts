import { findRepository, Repository, repositoryStore } from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import { deriveKeyId, parseDigits, type BackupKey } from '@coffer/device-crypto';
import { fromHex } from '@coffer/foundation';
import type { ObjectStore } from '@coffer/object-store';
import { openObjectStore } from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import { askSecret } from '../input/prompts';
import { readGivenKey } from '../keys/given-key';
import { findKey, listKeys } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import { HomeMemory } from './home-memory';
import type { StoreOpener, StoreRequest } from './store-opener';

/** Stores without a vault: a folder, S3. The key comes from `--key`, COFFER_KEY, this device's folder or a question. */
export const objectStoreOpener: StoreOpener = {
  schemes: ['file:', 's3:'],
  async open(context, request) {
    const store = openObjectStore(request.url);
    const wanted = parseRepositoryId(request.repositoryId);
    const given = await readGivenKey({ option: request.key, environment: request.environmentKey });
    const backupKey = given ?? (await keptKey(store, request, wanted)) ?? (await askedKey(context));
    const repositoryId = await findRepository(store, deriveKeyId(backupKey), wanted);
    const options = { backupKey, platform: nodePlatform, memory: new HomeMemory(request.home) };
    return Repository.open({ ...options, store: repositoryStore(store, repositoryId) }, repositoryId);
  },
};

/** The first key of this device that opens a repository of the store. */
async function keptKey(
  store: ObjectStore,
  { home }: StoreRequest,
  wanted: Uint8Array | undefined,
): Promise<BackupKey | undefined> {
  for (const keyId of await listKeys(home)) {
    const isOurs = await findRepository(store, keyId, wanted).then(
      () => true,
      (error: unknown) => {
        if (isWrongKey(error)) return false;
        throw error;
      },
    );
    if (isOurs) return findKey(home, keyId);
  }
  return undefined;
}

async function askedKey({ reporter }: CommandContext): Promise<BackupKey> {
  if (!reporter.isInteractive) {
    throw new UsageError('No key was given: name the file that holds it with --key, or set COFFER_KEY.');
  }
  return parseDigits(await askSecret('64-digit key of this backup'));
}

function parseRepositoryId(text: string | undefined): Uint8Array | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9a-f]{32}$/.test(text)) return fromHex(text);
  throw new UsageError('--repository takes the 32 digits that name a repository.');
}

function isWrongKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'wrong-key';
}
