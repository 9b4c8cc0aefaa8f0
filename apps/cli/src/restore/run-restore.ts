import { restoreSnapshot } from '@coffer/backup-engine/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { startEngineWorker } from '../repository/engine-workers';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { restoreConversation } from './restore-conversation';
import { salvage } from './salvage';

/** What `coffer restore` is asked. */
export interface RestoreRequest extends RepositoryOptions {
  readonly snapshot: string | undefined;
  readonly out: string;
  readonly conversation?: string;
  readonly salvage?: boolean;
}

/**
 * Restores all files of a snapshot into an empty folder, or what is left of them, or one conversation as a document.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError
 */
export async function runRestore(context: CommandContext, request: RestoreRequest): Promise<void> {
  if (request.salvage === true && request.conversation !== undefined) {
    throw new UsageError('--salvage is for all files of a snapshot, not for one conversation. Nothing was written.');
  }
  const { repository } = await openRepository(context, request);
  const snapshot = await repository.openSnapshot(request.snapshot);
  if (request.conversation !== undefined) {
    await restoreConversation(context, repository, snapshot, request.conversation, request.out);
    return;
  }
  if (request.salvage === true) {
    await salvage(context, repository, snapshot, request.out);
    return;
  }
  const report = await restoreSnapshot(repository, snapshot, request.out, {
    startWorker: startEngineWorker,
    onEvent: reportEvents(context),
    signal: context.signal,
  });
  const { files, folders, links, bytes, warnings } = report;
  context.reporter.summary(
    { snapshot: snapshot.idHex, files, folders, links, bytes, warnings, out: request.out },
    `Restored ${formatCount(files)} files (${formatBytes(bytes)}) into ${printable(request.out)}.`,
  );
}
