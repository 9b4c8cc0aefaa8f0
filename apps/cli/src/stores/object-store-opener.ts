import { BackupEngineError, findRepository, Repository, repositoryStore } from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import { deriveKeyId, parseDigits, parseKeyId, type BackupKey } from '@coffer/device-crypto';
import { equalBytes, fromHex } from '@coffer/foundation';
import { storeSchemes } from '@coffer/object-store/node';

import type { CommandContext } from '../command-context';
import { askSecret } from '../input/prompts';
import { readGivenKey } from '../keys/given-key';
import { findKey, listKeys } from '../keys/kept-keys';
import { UsageError } from '../output/usage-error';
import { HomeMemory } from './home-memory';
import { openStore } from './open-store';
import type { StoreOpener, StoreRequest } from './store-opener';

/** Stores without a vault: a folder, S3, WebDAV, Google Drive, iCloud. The key comes from `--key`, COFFER_KEY, this device's folder or a question. */
export const objectStoreOpener: StoreOpener = {
  schemes: storeSchemes,
  async open(context, request) {
    const opened = openStore(request.url, request);
    const store = request.limiter?.(opened) ?? opened;
    const wanted = parseRepositoryId(request.repositoryId);
    const given = await readGivenKey({ option: request.key, environment: request.environmentKey });
    const open = async (backupKey: BackupKey): Promise<Repository> => {
      const repositoryId = await findRepository(store, deriveKeyId(backupKey), wanted);
      const options = { backupKey, platform: nodePlatform, memory: new HomeMemory(request.home) };
      return Repository.open({ ...options, store: repositoryStore(store, repositoryId) }, repositoryId);
    };
    if (given !== undefined) return open(given);
    return (await openWithKept(request.home, open)) ?? open(await askedKey(context));
  },
};

/**
 * Opens with the first key of this device that opens a repository of the store. One that was replaced by another names that
 * other one, which this device may hold since it began the change itself.
 */
async function openWithKept(
  home: StoreRequest['home'],
  open: (backupKey: BackupKey) => Promise<Repository>,
): Promise<Repository | undefined> {
  const keyIds = [...(await listKeys(home))];
  let rotated: BackupEngineError | undefined;
  for (const keyId of keyIds) {
    const backupKey = await findKey(home, keyId);
    if (backupKey === undefined) continue;
    try {
      return await open(backupKey);
    } catch (error) {
      if (!(error instanceof BackupEngineError)) throw error;
      if (error.code === 'key-rotated') {
        rotated = error;
        const next = parseKeyId(String(error.fields['keyId']));
        if (!keyIds.some((known) => equalBytes(known, next))) keyIds.push(next);
      } else if (error.code !== 'wrong-key') throw error;
    }
  }
  if (rotated !== undefined) throw rotated;
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
