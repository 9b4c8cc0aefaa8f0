import { objectIdHex, parseSnapshotPath } from '@coffer/backup-format';

import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import { snapshotPath, type StoredSnapshots } from '../snapshots';
import type { PruneMarks } from './prune-marks';

/**
 * Stops prune where a snapshot that should be there is damaged or missing: what only that one needs must not be taken for
 * rubbish. Should be there: what the last prune list names, and since then whatever leads from the head to those by `parent`; where
 * nothing was pruned yet, whatever leads to the first backup.
 *
 * @param marks - undefined where the list is lost and the person begins anew: then nothing tells what is missing
 * @param givenUp - ids of snapshots that the person gives up, 32 hexadecimal digits each: they may be damaged or missing
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export function requireWholeHistory(
  { all, damaged }: StoredSnapshots,
  { head }: CurrentHead,
  marks: PruneMarks | undefined,
  givenUp: ReadonlySet<string>,
): void {
  const isGivenUp = (path: string): boolean => givenUp.has(parseSnapshotPath(path)?.idHex ?? '');
  const [broken] = damaged.filter((path) => marks?.isDecided(path) !== true && !isGivenUp(path));
  if (broken !== undefined) throw stops('damaged', broken);
  if (marks === undefined) return;
  const byId = new Map(all.map((snapshot) => [snapshot.idHex, snapshot]));
  const there = new Set(all.map(snapshotPath));
  const known = new Set<string>();
  for (const path of marks.snapshots) {
    if (!there.has(path) && !isGivenUp(path)) throw stops('missing-object', path);
    known.add(parseSnapshotPath(path)!.idHex);
  }
  for (let idHex: string | undefined = head.snapshotId; idHex !== undefined && !known.has(idHex);) {
    const snapshot = byId.get(idHex);
    // What came before it can no longer be told.
    if (snapshot === undefined && givenUp.has(idHex)) return;
    if (snapshot === undefined) throw stops('missing-object', `snapshot ${idHex}`);
    const { parent }: { readonly parent: Uint8Array | null } = snapshot.summary;
    idHex = parent === null ? undefined : objectIdHex(parent);
  }
}

function stops(code: 'damaged' | 'missing-object', path: string): BackupEngineError {
  const what = code === 'damaged' ? 'damaged' : 'missing from the store';
  return new BackupEngineError(
    code,
    `a snapshot is ${what} (${path}), so it cannot be told what it needs: nothing was deleted. The other backups are untouched. ` +
      'Put the object back from a copy of the store, or give that one snapshot up with --give-up and its id',
    { fields: { path } },
  );
}
