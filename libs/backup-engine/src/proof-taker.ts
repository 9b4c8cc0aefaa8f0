import type { ProofOfRestorability } from '@coffer/evidence';

/** Who takes proofs of restorability in and remembers them: a vault. */
export interface ProofTaker {
  /**
   * Signs a proof and hands it in.
   *
   * @throws what the taker says; the proof was then perhaps not taken in, and a new one can be made
   */
  take(proof: ProofOfRestorability): Promise<void>;
}
