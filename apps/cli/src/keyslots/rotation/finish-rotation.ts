import { deriveKeyId } from '@coffer/device-crypto';

import type { CommandContext } from '../../command-context';
import type { HomeDirectory } from '../../home/home-directory';
import { keepKey } from '../../keys/kept-keys';
import type { CliRotationStep } from './rotation-request';
import { removeRotationNote, type RotationNote } from './rotation-note';

/**
 * What is left to do once the new key is in force: this device holds it instead of the former one.
 *
 * @param isKept - whether this device is to keep the new key
 */
export async function finishRotation(
  home: HomeDirectory,
  note: RotationNote,
  isKept: boolean,
  at: (step: CliRotationStep) => void,
): Promise<void> {
  if (isKept) await keepKey(home, note.nextKey);
  at('next-key-kept');
  await home.remove(home.keyFile(note.formerKeyId));
  at('former-key-removed');
  await removeRotationNote(home, note.subject);
}

/** Packs that were lost before the rotation are told, and lost still. */
export function warnOfMissingPacks({ reporter }: CommandContext, missingPacks: number): void {
  if (missingPacks === 0) return;
  reporter.warn(
    'missing-object',
    `${missingPacks} packs of the backup are missing from the store. They were missing before. Run "coffer verify", and back up ` +
      'again what is still there.',
  );
}

/** Key id of the key that takes over. */
export function nextKeyId({ nextKey }: RotationNote): ReturnType<typeof deriveKeyId> {
  return deriveKeyId(nextKey);
}
