import { restoreSnapshot } from '@coffer/backup-engine/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { startEngineWorker } from '../repository/engine-workers';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { restoreConversation } from './restore-conversation';

/** What `coffer restore` is asked. */
export interface RestoreRequest extends RepositoryOptions {
  readonly snapshot: string | undefined;
  readonly out: string;
  readonly conversation?: string;
}

/**
 * Restores all files of a snapshot into an empty folder, or one conversation as a document.
 *
 * @throws BackupEngineError, ObjectStoreError
 */
export async function runRestore(context: CommandContext, request: RestoreRequest): Promise<void> {
  const { repository } = await openRepository(context, request);
  const snapshot = await repository.openSnapshot(request.snapshot);
  if (request.conversation !== undefined) {
    await restoreConversation(context, repository, snapshot, request.conversation, request.out);
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
