/** What an anchor has acknowledged last. */
export interface AnchorHead {
  readonly size: number;
  /** The checkpoint as a signed note. */
  readonly note: string;
}

/** One entry as the anchor keeps it: the tree's entry, and the event sealed for repair. */
export interface AnchorEntry {
  /** 32 bytes. */
  readonly entry: Uint8Array;
  readonly sealedEvent: Uint8Array;
  readonly sealingEpoch: number;
}

/** A second store that remembers how far the ledger was: append-only, elsewhere if it can be. */
export interface Anchor {
  readonly kind: string;
  readonly name: string;
  /** The newest checkpoint, or undefined where nothing was ever anchored. */
  head(): Promise<AnchorHead | undefined>;
  /** Appends entries from index `first` on with the checkpoint that covers them; resolves when they are durable. */
  append(first: number, entries: readonly AnchorEntry[], head: AnchorHead): Promise<void>;
  /** Shows that the store still takes writes while there is nothing to append. */
  touch(head: AnchorHead): Promise<void>;
}
