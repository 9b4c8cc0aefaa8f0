import type { EnginePlatform, Repository, RunOptions, VerifyReport } from '../src/index';
import type { BackupReport } from '../src/backup/backup-options';
import type { FileCache } from '../src/backup/file-cache';
import type { RestoreReport } from '../src/restore/run-restore';
import type { SalvageReport } from '../src/restore/run-salvage';

/** Files by their paths. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

export interface KitBackupOptions extends RunOptions {
  readonly workers?: number;
  readonly cache?: FileCache;
}

/** What `engine-scenarios.ts` asks of the half of a platform: the calls that a program of that platform makes. */
export interface EngineKit {
  readonly platform: EnginePlatform;
  /** Backs up files that lie in a folder `source`, none of them changed in this minute. */
  backUp(repository: Repository, files: Files, options?: KitBackupOptions): Promise<BackupReport>;
  verify(repository: Repository): Promise<VerifyReport>;
  /** Restores into a new folder. @returns what is in it, without the folder `source` in paths */
  restore(repository: Repository): Promise<{ readonly report: RestoreReport; readonly files: Files }>;
  salvage(repository: Repository): Promise<{ readonly report: SalvageReport; readonly files: Files }>;
}

/** One thing that the engine does alike on each platform. */
export interface Scenario {
  readonly name: string;
  /** Its like is in the specs of the Node half, and it is not cheap. */
  readonly isKnownInNode?: true;
  /** @throws Error that says what is not as it must be */
  run(kit: EngineKit): Promise<void>;
}
