import { objectIdHex, type SnapshotSummary } from '@coffer/backup-format';
import { equalBytes } from '@coffer/foundation';

import type { SnapshotInfo } from '../snapshots';

/**
 * Snapshots in whose place prune has put another one with the same items: it was made at the same instant by the same device, follows
 * it, and differs by the packs that were packed anew. Counting both would push an older one out.
 *
 * @returns their ids, 32 hexadecimal digits each
 */
export function repackedSnapshots(snapshots: readonly SnapshotInfo[]): ReadonlySet<string> {
  const byId = new Map(snapshots.map((snapshot) => [snapshot.idHex, snapshot]));
  const replaced = new Set<string>();
  for (const { epoch, summary } of snapshots) {
    const former = summary.parent === null ? undefined : byId.get(objectIdHex(summary.parent));
    if (former !== undefined && former.epoch === epoch && isRepackOf(summary, former.summary))
      replaced.add(former.idHex);
  }
  return replaced;
}

function isRepackOf(summary: SnapshotSummary, former: SnapshotSummary): boolean {
  return (
    summary.createdAtMs === former.createdAtMs &&
    summary.device === former.device &&
    equalBytes(summary.files.sha256, former.files.sha256) &&
    summary.indexes.length > former.indexes.length &&
    former.indexes.every(({ indexId }, at) => equalBytes(indexId, summary.indexes[at]!.indexId))
  );
}
