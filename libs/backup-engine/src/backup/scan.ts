import type { SnapshotSource } from '@coffer/backup-format';

import type { WarningEvent } from '../events';

/** What a scan found at one path. */
export interface ScannedEntry {
  readonly kind: 'file' | 'folder' | 'link';
  /** Absolute; in a browser the name that a file goes by. */
  readonly path: string;
  /** A browser's handle to a file. */
  readonly blob?: Blob | undefined;
  /** As the snapshot names it. */
  readonly itemPath: string;
  readonly mode: number;
  readonly mtimeMs: number;
  /** Decimal nanoseconds. */
  readonly mtimeNs: string;
  readonly inode: string;
  readonly sizeBytes: number;
  /** Of a link. */
  readonly target: string;
}

/** Everything below the sources. */
export interface Scan {
  readonly sources: readonly SnapshotSource[];
  /** By item path. */
  readonly entries: readonly ScannedEntry[];
  /** Sum of the sizes of all files. */
  readonly bytes: number;
}

/** Whether an item is left out, with everything below it. Sources themselves are never asked about. */
export type IsExcluded = (itemPath: string, isFolder: boolean) => boolean;

export interface ScanOptions {
  readonly signal: AbortSignal | undefined;
  readonly onWarning: (warning: Omit<WarningEvent, 'type'>) => void;
  readonly isExcluded: IsExcluded | undefined;
}

/** Finds what is to be backed up. @throws BackupEngineError `source-unreadable`, `stopped` */
export type ScanSources = (options: ScanOptions) => Promise<Scan>;

/** A name that no source has yet: the name itself, or with a number after it. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  taken.add(free);
  return free;
}
