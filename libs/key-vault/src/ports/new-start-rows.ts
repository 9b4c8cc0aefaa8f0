/** Life of a new start as its row has it; `phaseOf` says what it means at an instant. */
export const NewStartState = {
  pending: 'pending',
  cancelled: 'cancelled',
  expired: 'expired',
  finished: 'finished',
  undone: 'undone',
  settled: 'settled',
} as const;
export type NewStartState = (typeof NewStartState)[keyof typeof NewStartState];

/** A new start. Instants are milliseconds of the database's clock. */
export interface NewStartRow {
  readonly newStartId: string;
  readonly state: NewStartState;
  readonly begunAtMs: number;
  /** The registration is taken from here on … */
  readonly opensAtMs: number;
  /** … and before this instant. */
  readonly closesAtMs: number;
  /** Owner generation when it was begun; it holds for no other owner. */
  readonly ownerGeneration: number;
  /** 8 bytes: the former owner's. */
  readonly keyId: Uint8Array;
  /** 32 bytes, Ed25519: the former owner's, which may undo it. */
  readonly ownerPublicKey: Uint8Array;
  readonly finishedAtMs: number | null;
  readonly undoUntilMs: number | null;
  /** When the sweep has its next step to take; null: none. */
  readonly stepAtMs: number | null;
}

/** What changes when a new start goes from one state to another, or its sweep from one step to the next. */
export type NewStartChange = Pick<NewStartRow, 'state' | 'finishedAtMs' | 'undoUntilMs' | 'stepAtMs'>;

/** New starts of one account, inside its locked transaction. */
export interface NewStartRows {
  /** All of them, the oldest first. */
  list(): Promise<readonly NewStartRow[]>;
  insert(row: NewStartRow): Promise<void>;
  /** One conditional statement. @returns whether the row was in state `from` */
  change(newStartId: string, from: NewStartState, to: NewStartChange): Promise<boolean>;
  /** Ends open and pending registrations that were made under a new start; what they sealed goes. */
  endRegistrations(): Promise<void>;
}
