import type { OpenedSnapshot, Repository } from '@coffer/backup-engine';
import { restoreSnapshot } from '@coffer/backup-engine/node';
import { isMediaName } from '@coffer/file-kinds';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { IncompleteError } from '../output/incomplete-error';
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
  /** Folder for what is restored; or else `merge`. */
  readonly out?: string;
  /** Folder of an export that the messages go into. */
  readonly merge?: string;
  readonly conversation?: string;
  readonly salvage?: boolean;
  /** False with `--no-media`. */
  readonly media?: boolean;
  readonly addMissing?: boolean;
}

/**
 * Restores all files of a snapshot into an empty folder, or what is left of them, or what is missing there, or one conversation or a time
 * as documents, or messages into an export.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError; IncompleteError after the summary
 */
export async function runRestore(context: CommandContext, request: RestoreRequest): Promise<void> {
  const range = timeRangeOf(request);
  const isOfMessages = request.conversation !== undefined || range !== undefined || request.merge !== undefined;
  const out = folderOf(request, isOfMessages);
  const open = await openRepository(context, request);
  const { repository } = open;
  const snapshot = await repository.openSnapshot(request.snapshot);
  const wanted = { conversationId: request.conversation, range };
  if (request.merge !== undefined) {
    const { mergeIntoExport } = await import('./merge-into-export');
    await mergeIntoExport(context, open, snapshot, wanted, out);
  } else if (isOfMessages) await restoreConversations(context, repository, snapshot, wanted, out);
  else if (request.salvage === true) await salvage(context, repository, snapshot, out);
  else await restoreFiles(context, repository, snapshot, request, out);
}

/** The folder that is written to. @throws UsageError where the options do not go together */
function folderOf(
  { out, merge, salvage: isSalvage, media, addMissing }: RestoreRequest,
  isOfMessages: boolean,
): string {
  const refuse = (why: string): never => {
    throw new UsageError(`${why} Nothing was written.`);
  };
  if (isSalvage === true && isOfMessages) refuse('--salvage is for all files of a snapshot, not for single messages.');
  const isOfSomeFiles = media === false || addMissing === true;
  if (isOfSomeFiles && isOfMessages) refuse('--no-media and --add-missing are for files; messages come without media.');
  if (isOfSomeFiles && isSalvage === true) refuse('--salvage goes without --no-media and --add-missing.');
  if ((out === undefined) === (merge === undefined)) {
    refuse('Say where to: --out names a new or empty folder, --merge the folder of an export.');
  }
  return (out ?? merge)!;
}

async function restoreFiles(
  context: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  { media, addMissing }: RestoreRequest,
  out: string,
): Promise<void> {
  const report = await restoreSnapshot(repository, snapshot, out, {
    startWorker: startEngineWorker,
    ...(media === false ? { wants: ({ path }) => !isMediaName(path) } : {}),
    isAdding: addMissing ?? false,
    onEvent: reportEvents(context),
    signal: context.signal,
  });
  const { files, folders, links, bytes, warnings, leftOut, present, differing } = report;
  const later =
    leftOut === 0
      ? ''
      : ` ${formatCount(leftOut)} media are left out: "coffer restore ${snapshot.idHex.slice(0, 8)} --add-missing" fills them in.`;
  const before = present === 0 ? '' : ` ${formatCount(present)} were there already.`;
  context.reporter.summary(
    {
      ...{ snapshot: snapshot.idHex, files, folders, links, bytes, warnings, out },
      ...{ leftOut, present, differing },
    },
    `Restored ${formatCount(files)} files (${formatBytes(bytes)}) into ${printable(out)}.${before}${later}`,
  );
  if (differing === 0) return;
  throw new IncompleteError(
    'incomplete',
    `${formatCount(differing)} files in the folder are not what the snapshot has, and were left alone (see above). Everything else is ` +
      'there. Where they come from another snapshot, restore into a new folder.',
    { fields: { differing } },
  );
}
