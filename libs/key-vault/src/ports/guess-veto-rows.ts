/** The owner's guess veto in an account's budget row, inside its locked transaction. */
export interface GuessVetoRows {
  /** Replaces the veto; null lifts it. T1's one statement looks at it. */
  set(untilMs: number | null): Promise<void>;
}
