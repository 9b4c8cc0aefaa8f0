import type { Head } from '@coffer/evidence';

/**
 * Whether a head says that somebody has backed up: it names another snapshot than the one before. A head of prune does not, which raises
 * the prune generation: it names the snapshot that was current before, or the same items packed anew (docs/format/v1.md, "Prune").
 */
export function isBackup(former: Head | null, next: Head): boolean {
  if (former === null) return true;
  return next.snapshotId !== former.snapshotId && next.pruneGeneration === former.pruneGeneration;
}
