import type { Clock } from '@coffer/foundation';

/** So many requests at once, and so many in each second after them. Both at least 1. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  /** Requests that are left, a fraction while the next one grows. */
  left: number;
  atMs: number;
}

/**
 * An allowance for each key, kept in the memory of this process: who has used theirs up is served again as soon as one more has
 * grown, so that a device that is too fast is slowed and never stopped.
 *
 * At most `mostKeys` are remembered. The one that asked longest ago is forgotten first, and begins anew with a whole allowance:
 * whoever floods asks all the time and is not forgotten.
 */
export class Allowances {
  readonly #allowance: Allowance;
  readonly #mostKeys: number;
  readonly #clock: Clock;
  /** In the order in which they last asked. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(allowance: Allowance, mostKeys: number, clock: Clock) {
    this.#allowance = allowance;
    this.#mostKeys = mostKeys;
    this.#clock = clock;
  }

  /** How many keys are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one request of `key`. @returns 0, or where none is left the whole seconds until there is one */
  take(key: string): number {
    const { burst, perSecond } = this.#allowance;
    const nowMs = this.#clock.nowMs();
    const { left, atMs } = this.#buckets.get(key) ?? { left: burst, atMs: nowMs };
    // A clock that is set back gives nothing, and takes nothing.
    const grown = Math.min(burst, left + (Math.max(0, nowMs - atMs) / 1000) * perSecond);
    const isServed = grown >= 1;
    this.#keep(key, { left: isServed ? grown - 1 : grown, atMs: nowMs });
    return isServed ? 0 : Math.ceil((1 - grown) / perSecond);
  }

  #keep(key: string, bucket: Bucket): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size <= this.#mostKeys) return;
    const [longestAgo] = this.#buckets.keys();
    if (longestAgo !== undefined) this.#buckets.delete(longestAgo);
  }
}
