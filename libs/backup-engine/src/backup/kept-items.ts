import type { ConversationItem, SnapshotItem, SnapshotSource } from '@coffer/backup-format';

import type { OpenedSnapshot } from '../opened-snapshot';
import type { Scan } from './scan';

/** What a snapshot carries over from the one before, without any source being read for it. */
export interface KeptItems {
  readonly items: readonly SnapshotItem[];
  readonly conversations: readonly ConversationItem[];
  readonly sources: readonly SnapshotSource[];
}

const nothing: KeptItems = { items: [], conversations: [], sources: [] };

/**
 * The items of those sources of a snapshot that `keeps` says true to. Where the scan has an item of the same path,
 * the scan's takes its place.
 *
 * @param snapshot - the current one; undefined where there is none
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export async function findKeptItems(
  snapshot: OpenedSnapshot | undefined,
  keeps: ((source: string) => boolean) | undefined,
  scan: Scan,
): Promise<KeptItems> {
  if (snapshot === undefined || keeps === undefined) return nothing;
  const sources = snapshot.summary.sources.filter(({ name }) => keeps(name));
  if (sources.length === 0) return nothing;
  const kept = new Set(sources.map(({ name }) => name));
  const scanned = new Set(scan.entries.map(({ itemPath }) => itemPath));
  const isKept = (path: string): boolean => kept.has(path.split('/', 1)[0]!) && !scanned.has(path);
  const given = new Set(scan.sources.map(({ name }) => name));
  return {
    items: (await snapshot.items()).filter(({ path }) => isKept(path)),
    conversations: (await snapshot.conversations()).filter(({ source }) => isKept(source)),
    sources: sources.filter(({ name }) => !given.has(name)),
  };
}
