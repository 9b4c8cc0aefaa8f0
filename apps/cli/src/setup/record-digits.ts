import { digitGroups, parseDigits, type BackupKey } from '@coffer/device-crypto';
import { equalBytes } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { askText } from '../input/prompts';
import { writeKeyFile } from '../keys/key-file';
import { UsageError } from '../output/usage-error';
import { SetupError } from './setup-error';

const tries = 3;

/**
 * Lets the person record the 64-digit key: into a file that is read back, or shown once and typed back.
 *
 * @param keyOut - value of `--key-out`
 * @throws KeyFileError `already-exists`; SetupError `declined` after three wrong tries; UsageError without a terminal
 */
export async function recordDigits(
  { reporter }: CommandContext,
  backupKey: BackupKey,
  keyOut: string | undefined,
): Promise<void> {
  if (keyOut !== undefined) {
    await writeKeyFile(keyOut, backupKey);
    reporter.note(`The 64-digit key is in "${keyOut}". Keep that file where this device's fate cannot reach it.`);
    return;
  }
  requireTerminal(reporter.isInteractive);
  reporter.note(`\nYour 64-digit key. Write it down, on paper or in a password manager:\n\n${layOut(backupKey)}\n`);
  for (let left = tries; left > 0; left--) {
    const typed = await askText('Type the key back, all 64 digits (case and blanks do not count)');
    if (isSame(typed, backupKey)) return;
    reporter.note(left > 1 ? 'That is not the same key. Compare it with what you wrote down, and type it again.' : '');
  }
  throw new SetupError('declined', 'The key was not typed back right. Nothing was activated; run the command again.');
}

/** @throws UsageError before anything is made, where nobody could see the digits */
export function requireTerminal(isInteractive: boolean): void {
  if (isInteractive) return;
  throw new UsageError(
    'There is no terminal to show the 64 digits on. Give --key-out FILE to have them written there.',
  );
}

/** Four rows of four groups. */
export function layOut(backupKey: BackupKey): string {
  const groups = digitGroups(backupKey);
  const rows = [0, 4, 8, 12].map((at) => groups.slice(at, at + 4).join(' '));
  return rows.map((row) => `    ${row}`).join('\n');
}

function isSame(typed: string, backupKey: BackupKey): boolean {
  try {
    return equalBytes(parseDigits(typed), backupKey);
  } catch {
    return false;
  }
}
