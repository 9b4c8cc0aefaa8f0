import type { Head, SignedStatement } from '@coffer/evidence';

/**
 * Where the head is kept: a vault, or `heads/` of the store. A keeper moves bytes; the repository verifies what it reads and
 * signs what it writes.
 */
export interface HeadKeeper {
  /** Whether of two that replace the same head exactly one wins; asked of the store where a vault does not see to it. */
  isExclusive(): Promise<boolean>;
  /**
   * Signed heads that may be the current one, the most likely first: one from a vault, several from a store that anyone
   * might have written to. Empty where there is none yet.
   */
  read(): AsyncIterable<SignedStatement> | Iterable<SignedStatement>;
  /**
   * Compare-and-swap.
   *
   * @param next - a signed head
   * @param previous - the head that it follows; undefined for the first one
   * @throws BackupEngineError `head-changed` where another head is current
   */
  replace(next: SignedStatement, previous: CurrentHead | undefined): Promise<void>;
  /**
   * What the former owner key said when it handed over to the one that signed this head (purpose `rotation`). Absent where
   * the keeper itself verifies who may sign: then a head under another key is proof enough.
   *
   * @param headHash - 32 bytes
   */
  rotation?(generation: number, headHash: Uint8Array): Promise<SignedStatement | undefined>;
}

/** A head whose signature was verified. */
export interface CurrentHead {
  readonly head: Head;
  /** SHA-256 of its CBOR, 32 bytes. */
  readonly hash: Uint8Array;
  readonly signed: SignedStatement;
}
