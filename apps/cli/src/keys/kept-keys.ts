import { deriveKeyId, formatDigits, parseKeyId, type BackupKey, type KeyId } from '@coffer/device-crypto';
import { equalBytes, toHex } from '@coffer/foundation';

import type { HomeDirectory } from '../home/home-directory';
import { HomeError } from '../home/home-error';
import { findNextKey, listRotationNotes, removeRotationNote } from '../keyslots/rotation/rotation-note';
import { parseKeyText } from './key-file';

/** Keeps a backup key on this device (`keys/<key id>`, 0600), until `coffer lock`. */
export async function keepKey(home: HomeDirectory, backupKey: BackupKey): Promise<void> {
  await home.write(home.keyFile(deriveKeyId(backupKey)), `${formatDigits(backupKey)}\n`);
}

/**
 * The backup key of that id, where this device holds it.
 *
 * @throws HomeError `damaged` where the file holds no key or another one, `refused`
 */
export async function findKey(home: HomeDirectory, keyId: KeyId): Promise<BackupKey | undefined> {
  const file = home.keyFile(keyId);
  const bytes = await home.read(file, { maximumBytes: 4096 });
  if (bytes === undefined) return findNextKey(home, keyId);
  const backupKey = readOwn(bytes, file);
  if (!equalBytes(deriveKeyId(backupKey), keyId)) throw damaged(file);
  return backupKey;
}

/** Ids of the backup keys that this device holds. */
export async function listKeys(home: HomeDirectory): Promise<readonly KeyId[]> {
  const names = await home.list(home.keysFolder);
  return names.filter((name) => /^[0-9a-f]{16}$/.test(name)).map((name) => parseKeyId(name));
}

/** Removes every backup key from this device, also those of changes that were begun. @returns their ids, 16 hexadecimal digits each */
export async function forgetKeys(home: HomeDirectory): Promise<readonly string[]> {
  const forgotten: string[] = [];
  for (const keyId of await listKeys(home)) {
    if (await home.remove(home.keyFile(keyId))) forgotten.push(toHex(keyId));
  }
  for (const { subject, nextKey } of await listRotationNotes(home)) {
    if (await removeRotationNote(home, subject)) forgotten.push(toHex(deriveKeyId(nextKey)));
  }
  return forgotten;
}

function readOwn(bytes: Uint8Array, file: string): BackupKey {
  try {
    return parseKeyText(bytes, `"${file}"`);
  } catch (cause) {
    throw damaged(file, cause);
  }
}

function damaged(file: string, cause?: unknown): HomeError {
  return new HomeError(
    'damaged',
    `"${file}" does not hold the key that its name says. Remove it with "coffer lock" and unlock again.`,
    cause === undefined ? {} : { cause },
  );
}
