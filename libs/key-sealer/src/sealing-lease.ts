import { SealerError, type KnownKeys } from '@coffer/key-vault';

/**
 * What the database was last heard to name, and whether that is recent enough to seal by. A process that does not hear of a new
 * epoch would go on sealing under the former, whose key is going to be destroyed; so it may only for as long as the lease, and
 * whoever destroys keys waits for longer than that.
 */
export class SealingLease {
  readonly #leaseMs: number | undefined;
  #known: KnownKeys | undefined;
  #heardAtMs = performance.now();

  /** @param leaseMs - undefined: whoever holds this is the only one that makes and destroys keys */
  constructor(known: KnownKeys | undefined, leaseMs: number | undefined) {
    this.#known = known;
    this.#leaseMs = leaseMs;
  }

  /** Undefined only where the database was empty. */
  get known(): KnownKeys | undefined {
    return this.#known;
  }

  /** @param sinceMs - `performance.now()` before the database was asked */
  renew(known: KnownKeys, sinceMs: number): void {
    this.#known = known;
    this.#heardAtMs = sinceMs;
  }

  /**
   * The epoch that seals: the newest that the database names, else the newest of `present`.
   *
   * @throws SealerError `key-missing` where nothing is left
   */
  sealingEpoch(present: readonly { readonly epoch: number }[]): number {
    const epoch = (this.#known?.epochs ?? present).at(-1)?.epoch;
    if (epoch === undefined) throw new SealerError('key-missing', 'there is no epoch key to seal with');
    return epoch;
  }

  /** @throws SealerError `unavailable` where the lease is over */
  requireFresh(): void {
    if (this.#leaseMs === undefined || performance.now() - this.#heardAtMs <= this.#leaseMs) return;
    throw new SealerError(
      'unavailable',
      'It is not known which key seals now, for the database has not answered for too long. Nothing was sealed; it is tried again with the next request.',
    );
  }

  /** Whether a key of this epoch is one that the database has ended: older than the one that seals, and not named. */
  isEnded(epoch: number): boolean {
    const epochs = this.#known?.epochs ?? [];
    const newest = epochs.at(-1)?.epoch ?? 0;
    return epoch < newest && !epochs.some((named) => named.epoch === epoch);
  }
}
