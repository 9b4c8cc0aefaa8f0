import { deriveKeyId, formatDigits, parseDigits, parseKeyId, type BackupKey, type KeyId } from '@coffer/device-crypto';
import { equalBytes, fromUtf8, toHex } from '@coffer/foundation';

import type { HomeDirectory } from '../../home/home-directory';
import { HomeError } from '../../home/home-error';

/**
 * A change of the backup key that was begun on this device (`rotations/<subject>.json`, 0600). The new key is on the disk before
 * anything is done with it, so that an interrupted run goes on with the same one.
 */
export interface RotationNote {
  /** Account id, or repository id (32 hexadecimal digits) where there is no vault. */
  readonly subject: string;
  readonly formerKeyId: KeyId;
  readonly nextKey: BackupKey;
}

/** The note of a subject. @throws HomeError `damaged`, `refused` */
export async function findRotationNote(home: HomeDirectory, subject: string): Promise<RotationNote | undefined> {
  const file = home.rotationFile(subject);
  const bytes = await home.read(file);
  if (bytes === undefined) return undefined;
  // Every command that opens a backup asks for notes and hardly any finds one: what reads them is loaded with the first.
  const { rotationNoteContent } = await import('./rotation-note-content');
  try {
    const read = rotationNoteContent.parse(JSON.parse(fromUtf8(bytes)));
    return { subject, formerKeyId: parseKeyId(read.formerKeyId), nextKey: parseDigits(read.nextKey) };
  } catch (cause) {
    throw new HomeError(
      'damaged',
      `"${file}" can no longer be read. It holds the new key of a change that was interrupted. If that key was recorded ` +
        'elsewhere, remove the file; the former key is in force until the change is finished.',
      { cause },
    );
  }
}

/** Keeps a note; on the disk when this resolves. */
export async function writeRotationNote(home: HomeDirectory, note: RotationNote): Promise<void> {
  const { subject, formerKeyId, nextKey } = note;
  const text = JSON.stringify({ v: 1, subject, formerKeyId: toHex(formerKeyId), nextKey: formatDigits(nextKey) });
  await home.write(home.rotationFile(subject), `${text}\n`);
}

/** Removes a note. @returns whether there was one */
export function removeRotationNote(home: HomeDirectory, subject: string): Promise<boolean> {
  return home.remove(home.rotationFile(subject));
}

/** Every note of this home. */
export async function listRotationNotes(home: HomeDirectory): Promise<readonly RotationNote[]> {
  const names = await home.list(home.rotationsFolder);
  const subjects = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  const notes = await Promise.all(subjects.map((subject) => findRotationNote(home, subject)));
  return notes.filter((note) => note !== undefined);
}

/** The new key of a change that was begun here, where it has that id: it may be in force without this device knowing. */
export async function findNextKey(home: HomeDirectory, keyId: KeyId): Promise<BackupKey | undefined> {
  const notes = await listRotationNotes(home);
  return notes.find(({ nextKey }) => equalBytes(deriveKeyId(nextKey), keyId))?.nextKey;
}
