import {
  formatDigits,
  formatKeyId,
  generateBackupKey,
  inspectDigits,
  parseDigits,
  type BackupKey,
} from '@coffer/device-crypto';
import { equalBytes, toHex } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import type { StoreEnvironment } from '../config';
import { HomeDirectory } from '../home/home-directory';
import { askText } from '../input/prompts';
import { keepKey } from '../keys/kept-keys';
import { writeKeyFile } from '../keys/key-file';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { createRepository, openPlainStore, requireNoRepository } from '../repository/new-repository';

/** What `coffer init` is asked. */
export interface InitRequest {
  readonly store: string;
  readonly keyOut: string | undefined;
  readonly isAnother: boolean;
  /** Keep the key in this device's folder as well. */
  readonly isKept: boolean;
  readonly home: string;
  readonly environment: StoreEnvironment;
}

/**
 * Makes a backup key and a repository. The key is recorded before anything is made: in a file that is synced, read back and
 * compared, or typed back by the person.
 *
 * @throws UsageError, KeyFileError `already-exists`, RepositoryExistsError; ObjectStoreError
 */
export async function runInit(context: CommandContext, request: InitRequest): Promise<void> {
  const { reporter } = context;
  const home = new HomeDirectory(request.home);
  const store = openPlainStore(request.store, { home, environment: request.environment });
  await requireNoRepository(store, request.isAnother);
  const backupKey = generateBackupKey();
  if (request.keyOut === undefined) await recordByHand(context, backupKey);
  else await writeKeyFile(request.keyOut, backupKey);
  const repository = await createRepository(store, backupKey, home);
  if (request.isKept) await keepKey(home, backupKey);
  const keyId = toHex(repository.keyId);
  const where = request.keyOut === undefined ? 'as you recorded it' : `in ${printable(request.keyOut)}`;
  reporter.summary(
    { repository: repository.idHex, keyId, keyFile: request.keyOut ?? null },
    `Made a repository. Its key (${formatKeyId(repository.keyId)}) is ${where}: whoever has it can read the backups, and ` +
      'without it nobody can, so keep a second copy elsewhere.',
  );
}

async function recordByHand({ reporter }: CommandContext, backupKey: BackupKey): Promise<void> {
  if (!reporter.isInteractive) {
    throw new UsageError('There is no terminal to show the key on: name a file for it with --key-out.');
  }
  reporter.note(`The 64-digit key of this backup. Write it down; it is shown once:\n\n  ${formatDigits(backupKey)}\n`);
  for (;;) {
    const typed = await askText('Type it back, to be sure that it is recorded');
    const { state } = inspectDigits(typed);
    if (state === 'complete' && equalBytes(parseDigits(typed), backupKey)) return;
    reporter.note(
      state === 'complete' ? 'These are other digits. Look again.' : 'A key has 64 digits, 0 to 9 and a to f.',
    );
  }
}
