import type { SnapshotCounts } from '@coffer/backup-format';

import type { RunOptions } from '../events';
import type { FileCache } from './file-cache';
import type { IsExcluded } from './scan';
import type { EngineWorkers } from '../workers/worker-thread';

/** Options of a backup, whatever its sources. */
export interface BackupRunOptions extends RunOptions, EngineWorkers {
  /** Whether the workers get memory that all of them see; where the platform can unless told. */
  readonly isMemoryShared?: boolean;
  /** Name of this device, for the list of snapshots. */
  readonly deviceName?: string;
  /** What is known of unchanged files; every file is read without it. */
  readonly cache?: FileCache;
  /** Reads every file, whatever the cache says. */
  readonly isRescan?: boolean;
  /**
   * Paths of packs that were found damaged: nothing is built on them, and what they hold is stored again as far as the sources have it.
   * None unless told.
   */
  readonly distrusted?: ReadonlySet<string>;
  /** Leaves out what it says true to, with everything below. */
  readonly isExcluded?: IsExcluded;
  /** Sources of the current snapshot, by name, that the new one carries over without reading them. None unless told. */
  readonly keeps?: (source: string) => boolean;
}

/** As {@link BackupRunOptions}, for programs. */
export interface BackupOptions extends Omit<BackupRunOptions, 'workers' | 'isMemoryShared'> {
  /** Workers at most; 2 unless told, or 1 where there is one processor. */
  readonly workers?: number;
}

/** What a backup did. */
export interface BackupReport {
  /** 32 lower-case hexadecimal digits. */
  readonly snapshotIdHex: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly counts: SnapshotCounts;
  /** Sum of the sizes of all files in the snapshot. */
  readonly bytes: number;
  /** Sealed bytes that this run put into the store. */
  readonly storedBytes: number;
  /** Files whose content was read, and files known to be unchanged. */
  readonly filesRead: number;
  readonly filesUnchanged: number;
  /** Files, folders and links that could not be read and are not in the snapshot. */
  readonly leftOut: number;
  /** Packs of an interrupted run that were used again. */
  readonly packsAdopted: number;
}
