import { BackupEngineError, rebuildIndexes, type RebuildReport } from '@coffer/backup-engine';

import type { CommandContext } from '../command-context';
import { formatCount } from '../output/format';
import { lockRepository } from '../repository/lock-repository';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';

/**
 * Makes lost indexes anew.
 *
 * @throws BackupEngineError `damaged` after the summary where a pack could not be read, or an index could not be replaced
 */
export async function runRebuildIndex(context: CommandContext, options: RepositoryOptions): Promise<void> {
  const open = await openRepository(context, options);
  const lock = await lockRepository(open);
  let report: RebuildReport;
  try {
    report = await rebuildIndexes(open.repository, { onEvent: reportEvents(context), signal: context.signal });
  } finally {
    lock.release();
  }
  const { indexes, rebuilt, packs, chunks, unreadable, pinned } = report;
  for (const path of unreadable) context.reporter.warn('damaged', `${path} cannot be read, so no index names it`);
  for (const path of pinned) {
    context.reporter.warn('pinned', `${path} is damaged, and the vault keeps it for a purge or a deletion certificate`);
  }
  const done = `${formatCount(rebuilt)} of ${formatCount(indexes)} indexes were made anew from ${formatCount(packs)} packs.`;
  context.reporter.summary(
    { indexes, rebuilt, packs, chunks, unreadable: unreadable.length, pinned: pinned.length },
    rebuilt + pinned.length + packs === 0 ? 'All indexes are sound; nothing was changed.' : done,
  );
  if (unreadable.length + pinned.length === 0) return;
  throw new BackupEngineError(
    'damaged',
    'Not everything could be mended (see above). "coffer verify" names the files; "coffer restore --salvage" gives back the rest.',
    { fields: { unreadable: unreadable.length, pinned: pinned.length } },
  );
}
