import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/** A checkpoint as an anchor keeps it. */
export interface AnchorHead {
  /** Leaves of the tree that it signs. */
  readonly size: number;
  /** The checkpoint as a signed note. */
  readonly note: string;
}

/** One entry as the anchor keeps it: the tree's entry, and salt and event sealed for repair (`sealAnchoredEvent`). */
export interface AnchorEntry {
  /** 32 bytes. */
  readonly entry: Uint8Array;
  readonly sealedEvent: Uint8Array;
  readonly sealingEpoch: number;
}

/** An entry with its place in the tree. */
export interface AnchoredEntry extends AnchorEntry {
  readonly leafIndex: number;
}

/**
 * An anchor does not take what it is given, or what it holds cannot be read. Nothing was acknowledged.
 *
 * - `anchor-ahead`: it holds a larger tree than the one it is given: the database was rolled back.
 * - `anchor-forked`: it holds another tree of the same size.
 * - `anchor-damaged`: what it holds has gaps or another form.
 * - `anchor-silent`: it did not answer in time (retryable).
 */
export class AnchorError extends CofferError {
  declare readonly code: 'anchor-ahead' | 'anchor-forked' | 'anchor-damaged' | 'anchor-silent';

  constructor(code: AnchorError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, { isRetryable: code === 'anchor-silent', ...options });
  }
}

/** A second store that remembers how far the ledger was: append-only, elsewhere if it can be. */
export interface Anchor {
  readonly kind: string;
  /** The same as long as it is the same store; no secret. What it acknowledged is remembered in the database by this name. */
  readonly name: string;
  /** The newest checkpoint, read anew; undefined where nothing was ever anchored. @throws AnchorError `anchor-damaged`, … */
  head(): Promise<AnchorHead | undefined>;
  /**
   * Appends the entries of leaves `first` to `head.size - 1` with the checkpoint that covers them; resolves when they are
   * durable. What is there already may be given again.
   */
  append(first: number, entries: readonly AnchorEntry[], head: AnchorHead): Promise<void>;
  /** Shows that the store still answers while there is nothing to append. */
  touch(head: AnchorHead): Promise<void>;
  /** Entries from leaf `first` on, in order and without gaps, for repair. @throws AnchorError `anchor-damaged` */
  entries(first: number): AsyncIterable<AnchoredEntry>;
  /** Forgets what this process knew, for another one may append from now on. */
  release(): Promise<void>;
}
