/** What a run is doing. */
export type EngineStage =
  'scan' | 'backup' | 'conversations' | 'finish' | 'restore' | 'verify' | 'prove' | 'prune' | 'index' | 'salvage';

/** How far a run has come; at most ten a second, and one at the end of each stage. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly stage: EngineStage;
  /** Bytes of the sources (backup), of the files (restore) or of the sealed objects (verify, prove). */
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly filesDone: number;
  readonly filesTotal: number;
  /** Sealed bytes that went to the store in this run. */
  readonly storedBytes: number;
  /** Over the last seconds. */
  readonly bytesPerSecond: number;
  /** null while it cannot be told. */
  readonly secondsLeft: number | null;
}

/** Something that the person should know and that did not stop the run. */
export interface WarningEvent {
  readonly type: 'warning';
  readonly code:
    | 'unreadable'
    | 'changed-while-read'
    | 'skipped-kind'
    | 'chats-unreadable'
    | 'chats-partly-read'
    | 'not-applied'
    | 'differs'
    | 'cache-not-saved'
    | 'pruned-meanwhile'
    | 'prune-list-lost';
  /** What it is about; the path of an item as the person named it. Content: for the screen, never for a log. */
  readonly path: string;
  readonly message: string;
}

export type EngineEvent = ProgressEvent | WarningEvent;

/** What every long run takes. */
export interface RunOptions {
  readonly onEvent?: (event: EngineEvent) => void;
  /** Stops the run; it rejects with BackupEngineError `stopped`. */
  readonly signal?: AbortSignal;
}
