/** A tree head (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** `coffer.ledger/<vault id>` for a vault's ledger. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Lines after the root, none empty; usually none. */
  readonly extensions: readonly string[];
}
