import { restoreSnapshot } from '@coffer/backup-engine/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { startEngineWorker } from '../repository/engine-workers';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { restoreConversations } from './restore-conversation';
import { salvage } from './salvage';
import { timeRangeOf, type TimeOptions } from './time-range';

/** What `coffer restore` is asked. */
export interface RestoreRequest extends RepositoryOptions, TimeOptions {
  readonly snapshot: string | undefined;
  readonly out: string;
  readonly conversation?: string;
  readonly salvage?: boolean;
}

/**
 * Restores all files of a snapshot into an empty folder, or what is left of them, or one conversation or a time as documents.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError
 */
export async function runRestore(context: CommandContext, request: RestoreRequest): Promise<void> {
  const range = timeRangeOf(request);
  const isOfMessages = request.conversation !== undefined || range !== undefined;
  if (request.salvage === true && isOfMessages) {
    throw new UsageError('--salvage is for all files of a snapshot, not for single messages. Nothing was written.');
  }
  const { repository } = await openRepository(context, request);
  const snapshot = await repository.openSnapshot(request.snapshot);
  if (isOfMessages) {
    const wanted = { conversationId: request.conversation, range };
    await restoreConversations(context, repository, snapshot, wanted, request.out);
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
