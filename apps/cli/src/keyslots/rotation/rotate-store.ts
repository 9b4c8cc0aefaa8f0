import {
  BackupEngineError,
  listRepositories,
  Repository,
  repositoryStore,
  rotateRepository,
} from '@coffer/backup-engine';
import { nodePlatform } from '@coffer/backup-engine/node';
import { formatKeyId, generateBackupKey } from '@coffer/device-crypto';
import { equalBytes, toHex } from '@coffer/foundation';

import type { CommandContext } from '../../command-context';
import { readConfig, type StoreEnvironment } from '../../config';
import { HomeDirectory } from '../../home/home-directory';
import { findKey } from '../../keys/kept-keys';
import { lockRepository } from '../../repository/lock-repository';
import { recordDigits } from '../../setup/record-digits';
import { storeOpenerFor } from '../../stores';
import { HomeMemory } from '../../stores/home-memory';
import { openStore } from '../../stores/open-store';
import { finishRotation, nextKeyId, warnOfMissingPacks } from './finish-rotation';
import {
  findRotationNote,
  listRotationNotes,
  removeRotationNote,
  writeRotationNote,
  type RotationNote,
} from './rotation-note';
import { atStep, type RotationRequest } from './rotation-request';

/**
 * Rotates the key of a repository without a vault: the head of the store decides which key is in force.
 *
 * @throws as the store's opener, `recordDigits` and `rotateRepository`
 */
export async function rotateStore(context: CommandContext, request: RotationRequest): Promise<void> {
  const home = new HomeDirectory(request.home);
  const at = atStep(request);
  const environment = readConfig(request.home).stores;
  const over = await findOver(home, request, environment);
  if (over !== undefined) return finish(context, home, request, over);
  const opener = storeOpenerFor(request.store);
  const repository = await opener.open(context, {
    ...{ url: request.store, home, key: request.key, environmentKey: request.environmentKey },
    ...{ repositoryId: request.repository, passwordFile: undefined, limiter: undefined, environment },
  });
  const lock = await lockRepository({ repository, home });
  try {
    const note = await takeUp(home, repository);
    at('key-kept');
    const { missingPacks } = await rotateRepository(repository, note.nextKey, async () => {
      at('repositories-prepared');
      await recordDigits(context, note.nextKey, request.keyOut);
      at('keyslots-proven');
    });
    at('rotated');
    warnOfMissingPacks(context, missingPacks);
    await finish(context, home, request, note);
  } finally {
    lock.release();
  }
}

/** A rotation of this store that was interrupted after its head was in place. */
async function findOver(
  home: HomeDirectory,
  { store: url }: RotationRequest,
  environment: StoreEnvironment,
): Promise<RotationNote | undefined> {
  const notes = await listRotationNotes(home);
  if (notes.length === 0) return undefined;
  const store = openStore(url, { home, environment });
  for (const repositoryId of await listRepositories(store)) {
    const note = notes.find(({ subject }) => subject === toHex(repositoryId));
    if (note === undefined) continue;
    const options = { backupKey: note.nextKey, platform: nodePlatform, memory: new HomeMemory(home) };
    const opening = Repository.open({ ...options, store: repositoryStore(store, repositoryId) }, repositoryId);
    if (await isOpened(opening)) return note;
  }
  return undefined;
}

async function isOpened(opening: Promise<Repository>): Promise<boolean> {
  try {
    return (await (await opening).head()) !== undefined;
  } catch (error) {
    if (error instanceof BackupEngineError && error.code === 'wrong-key') return false;
    throw error;
  }
}

async function takeUp(home: HomeDirectory, repository: Repository): Promise<RotationNote> {
  const begun = await findRotationNote(home, repository.idHex);
  if (begun !== undefined && equalBytes(begun.formerKeyId, repository.keyId)) return begun;
  if (begun !== undefined) await removeRotationNote(home, begun.subject);
  const note = { subject: repository.idHex, formerKeyId: repository.keyId, nextKey: generateBackupKey() };
  await writeRotationNote(home, note);
  return note;
}

async function finish(
  { reporter }: CommandContext,
  home: HomeDirectory,
  request: RotationRequest,
  note: RotationNote,
): Promise<void> {
  // As `coffer init` does: a device keeps the new key only where it had kept the former one.
  const isKept = (await findKey(home, note.formerKeyId)) !== undefined;
  await finishRotation(home, note, isKept, atStep(request));
  const keyId = nextKeyId(note);
  reporter.summary(
    {
      ...{ formerKeyId: toHex(note.formerKeyId), keyId: toHex(keyId), keyslots: 1, kinds: ['digits'] },
      keyFile: request.keyOut ?? null,
    },
    `Key ${formatKeyId(keyId)} is in force. The former key (${formatKeyId(note.formerKeyId)}) opens nothing that comes from now ` +
      'on: give the new one with --key from here on.',
  );
}
