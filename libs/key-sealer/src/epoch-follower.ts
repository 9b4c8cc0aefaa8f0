import { setTimeout as pause } from 'node:timers/promises';
import type { KnownKeys, SealingKeys } from '@coffer/key-vault';

/** How often a process asks which epoch seals, and how long it seals by the last answer, milliseconds. */
export interface FollowTimes {
  readonly everyMs: number;
  readonly leaseMs: number;
}

/** An epoch ends days after the next one began, so a minute is nothing. */
export const usualFollowTimes: FollowTimes = { everyMs: 5_000, leaseMs: 60_000 };

export interface EpochFollowerParts {
  readonly sealer: Pick<SealingKeys, 'follow'>;
  /** What the database names now. */
  readonly known: () => Promise<KnownKeys>;
  readonly everyMs: number;
  /** Told each time that the sealer has taken an answer over. */
  readonly onFollowed?: () => Promise<void>;
  /** Told the first failure of a row of them, and `undefined` when it is over. */
  readonly onFailure: (error: unknown) => void;
}

/** Keeps a sealer up to date with the database: new epochs seal, ended ones are forgotten. */
export class EpochFollower {
  readonly #parts: EpochFollowerParts;
  readonly #stopping = new AbortController();
  #isFailing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: EpochFollowerParts) {
    this.#parts = parts;
  }

  /** Runs until `stop`. */
  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#once();
      // after a failure sooner, for sealing ends with the lease
      const wait = this.#isFailing ? Math.min(this.#parts.everyMs, 1_000) : this.#parts.everyMs;
      await pause(wait, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #once(): Promise<void> {
    const { sealer, known, onFollowed, onFailure } = this.#parts;
    const askedAtMs = performance.now();
    try {
      await sealer.follow(await known(), askedAtMs);
      await onFollowed?.();
      if (this.#isFailing) onFailure(undefined);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) onFailure(error);
      this.#isFailing = true;
    }
  }
}
