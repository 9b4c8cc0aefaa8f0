/** Tells when the anchor has acknowledged a checkpoint that covers an event. */
export interface AnchorWatch {
  /** @throws VaultError `anchor-behind` where it takes too long; the event stays recorded */
  acknowledged(accountId: string, eventNumber: number): Promise<void>;
}
