import type { KnownKeys, Sealed, SealingContext, SealingEpochInfo } from './key-sealer';

/** A sealing epoch whose key was not destroyed yet. */
export interface SealingEpochRow {
  readonly epoch: number;
  /** 8 bytes. */
  readonly keyId: Uint8Array;
  /** When its key was made. */
  readonly createdAtMs: number;
  /** Whether anything in the database is sealed under it. */
  readonly isNamed: boolean;
  /** Since when nothing of an earlier epoch was found; null before. */
  readonly resealedAtMs: number | null;
  /** When the ledger recorded its end; null before. Its key is destroyed after that. */
  readonly endedAtMs: number | null;
}

/** One sealed value of a row. */
export interface SealedRow {
  /** Of the row in its place. */
  readonly key: readonly (string | number)[];
  readonly context: SealingContext;
  readonly sealed: Sealed;
}

/** What the ending of an epoch depends on, read in its transaction. */
export interface EndingFacts {
  readonly nowMs: number;
  /** Whether anything that is sealed under it is left in the database. */
  readonly isNamed: boolean;
  /** Since when an epoch after it has everything; null where none has. */
  readonly resealedAtMs: number | null;
}

/** Where sealed values lie, for reading all of them. */
export interface SealedRows {
  /** Every place where sealed values lie, by name. */
  readonly places: readonly string[];
  /**
   * Values of a place in the order of their keys.
   *
   * @param below - those of epochs below this number
   * @param after - the last one of the page before
   */
  next(place: string, below: number, after: SealedRow | undefined, limit: number): Promise<readonly SealedRow[]>;
}

/** The sealing epochs of a vault and what is sealed under them. */
export interface SealingStore<Transaction> extends SealedRows {
  /** Those whose keys are not destroyed, oldest first, and the database's clock. */
  look(): Promise<{ readonly nowMs: number; readonly epochs: readonly SealingEpochRow[] }>;
  /** The keys that were not ended; only the newest must be at hand. */
  followed(): Promise<KnownKeys>;
  /** Makes an epoch the newest: what is sealed from now on is sealed under it. Does nothing where it is there. */
  name(epoch: SealingEpochInfo): Promise<void>;
  /** Puts `sealed` in the place of what was read; false where the row has changed since or is gone. */
  replace(place: string, row: SealedRow, sealed: Sealed): Promise<boolean>;
  /** Something that is sealed under `epoch` was found: no later epoch has everything any more. */
  stir(epoch: number): Promise<void>;
  /** Nothing is left to seal anew: every epoch up to `newest` that was not known to have everything has it from now on. */
  noteResealed(newest: number): Promise<void>;
  /** Locks the epoch's row; undefined where it was ended meanwhile. */
  endingFacts(transaction: Transaction, epoch: number): Promise<EndingFacts | undefined>;
  end(transaction: Transaction, epoch: number): Promise<void>;
  noteDestroyed(epoch: number): Promise<void>;
}
