import type { SnapshotInfo } from '@coffer/backup-engine';
import { toRfc3339 } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { openRepository } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { warnOfLateBackup } from '../schedule/late-backup';
import { lastVerifiedFigures, lastVerifiedText, readLastVerified } from '../verify/last-verified';

/** Lists the dated snapshots, newest first. @throws as opening does */
export async function runSnapshots(context: CommandContext, options: RepositoryOptions): Promise<void> {
  const { repository, home } = await openRepository(context, options);
  const { snapshots, damaged } = await repository.listSnapshots();
  for (const snapshot of snapshots) context.reporter.event('snapshot', figuresOf(snapshot), lineOf(snapshot));
  for (const path of damaged) context.reporter.warn('damaged', `${path} cannot be read: this snapshot is damaged`);
  await warnOfLateBackup(context, home);
  const count = snapshots.length;
  const last = await readLastVerified(home, repository.id);
  context.reporter.summary(
    { snapshots: count, damaged: damaged.length, ...lastVerifiedFigures(last) },
    count === 0
      ? 'There is no backup in this repository yet.'
      : `${formatCount(count)} snapshot${count === 1 ? '' : 's'}. ${lastVerifiedText(last)}`,
  );
}

function figuresOf({ idHex, isCurrent, summary }: SnapshotInfo): Readonly<Record<string, unknown>> {
  const { generation, createdAtMs, device, counts, bytes, sources } = summary;
  const createdAt = toRfc3339(createdAtMs);
  return {
    snapshot: idHex,
    isCurrent,
    generation,
    createdAt,
    device,
    ...counts,
    bytes,
    sources: sources.map(({ name }) => name),
  };
}

function lineOf({ idHex, isCurrent, summary }: SnapshotInfo): string {
  const { createdAtMs, device, counts, bytes, sources } = summary;
  const chats = counts.conversations === 0 ? '' : `, ${formatCount(counts.conversations)} conversations`;
  const what = `${formatCount(counts.files)} files, ${formatBytes(bytes)}${chats}`;
  const names = sources.map(({ name }) => printable(name)).join(', ');
  return `${idHex.slice(0, 8)}  ${toRfc3339(createdAtMs)}  ${printable(device)}  ${names}  ${what}${isCurrent ? '  (current)' : ''}`;
}
