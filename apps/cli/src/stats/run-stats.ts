import { readStats, type RepositoryStats } from '@coffer/backup-engine';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import type { SummaryFields } from '../output/reporter';
import { openRepository } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { warnOfLateBackup } from '../schedule/late-backup';
import { lastVerifiedFigures, lastVerifiedText, readLastVerified } from '../verify/last-verified';

/** Says how much a repository holds, and how much room it takes. @throws BackupEngineError, ObjectStoreError */
export async function runStats(context: CommandContext, options: RepositoryOptions): Promise<void> {
  const { repository, home } = await openRepository(context, options);
  const stats = await readStats(repository);
  await warnOfLateBackup(context, home);
  const last = await readLastVerified(home, repository.id);
  context.reporter.summary(
    { ...figuresOf(stats), ...lastVerifiedFigures(last) },
    [...linesOf(stats), lastVerifiedText(last)].join('\n'),
  );
}

function figuresOf(stats: RepositoryStats): SummaryFields {
  const { snapshots, items, conversations, messages, snapshotBytes, chunks, rawBytes, compressedBytes } = stats;
  const { stored, unneeded } = stats;
  return {
    ...{ snapshots, ...items, conversations, messages, snapshotBytes, chunks, rawBytes, compressedBytes },
    packs: stored.packs.objects,
    packBytes: stored.packs.bytes,
    indexes: stored.indexes.objects,
    indexBytes: stored.indexes.bytes,
    snapshotObjectBytes: stored.snapshots.bytes,
    storedBytes: storedBytesOf(stats),
    unneededObjects: unneeded.objects,
    unneededBytes: unneeded.bytes,
  };
}

function linesOf(stats: RepositoryStats): readonly string[] {
  const { snapshots, items, conversations, messages, snapshotBytes, chunks, rawBytes, compressedBytes } = stats;
  const { stored, unneeded } = stats;
  const chats =
    conversations === 0 ? '' : `, ${formatCount(conversations)} conversations with ${formatCount(messages)} messages`;
  const { objects, bytes } = stored.packs;
  return [
    `${formatCount(snapshots)} snapshots; the newest holds ${formatCount(items.files)} files${chats}.`,
    `All snapshots together: ${formatBytes(snapshotBytes)}`,
    `Equal parts once:       ${formatBytes(rawBytes)} in ${formatCount(chunks)} parts`,
    `Compressed:             ${formatBytes(compressedBytes)}`,
    `In the store:           ${formatBytes(storedBytesOf(stats))} (${formatCount(objects)} packs: ${formatBytes(bytes)})`,
    unneeded.objects === 0
      ? 'Every object is needed by a snapshot.'
      : `No snapshot needs ${formatBytes(unneeded.bytes)} in ${formatCount(unneeded.objects)} objects: "coffer prune" frees them.`,
  ];
}

function storedBytesOf({ stored }: RepositoryStats): number {
  return Object.values(stored).reduce((sum, { bytes }) => sum + bytes, 0);
}
