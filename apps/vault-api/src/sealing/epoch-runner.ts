import { setTimeout as pause } from 'node:timers/promises';
import { PgSealingStore, statement, type Database, type PgAccountTransaction } from '@coffer/database';
import { systemClock } from '@coffer/foundation';
import {
  EpochKeeper,
  type Accounts,
  type EpochPolicy,
  type EpochRound,
  type SealingKeys,
  type SealingStep,
} from '@coffer/key-vault';
import type { Logger, Registry } from '@coffer/observability';
import { sealingMetrics, type SealingMetrics } from './sealing-metrics';

export interface EpochRunnerParts {
  readonly database: Database;
  readonly sealer: SealingKeys;
  readonly accounts: Accounts<PgAccountTransaction>;
  readonly vaultId: Uint8Array;
  readonly policy: EpochPolicy;
  /** From one look to the next, milliseconds. */
  readonly everyMs: number;
  /** A sealed vault may have been rolled back: no key is made or destroyed until staff have repaired it. */
  readonly ledger: { readonly sealedReason: string | null };
  readonly log: Logger;
  readonly metrics: Registry;
  readonly atStep: (step: SealingStep) => void;
}

/** Session lock of the one process that looks after the epochs. */
const epochLock = 4_300_003;
const tryLock = statement('sealing-lock', `SELECT pg_try_advisory_lock(${epochLock}) AS held`);

/** Between two batches of values that are sealed anew, for guesses come first. */
const breathMs = 5;

/** Looks after the sealing epochs from time to time: whichever process takes the lock does it. */
export class EpochRunner {
  readonly #parts: EpochRunnerParts;
  readonly #metrics: SealingMetrics;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(parts: EpochRunnerParts) {
    this.#parts = parts;
    this.#metrics = sealingMetrics(parts.metrics);
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
      try {
        if (this.#parts.ledger.sealedReason === null) await this.#contend();
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#parts.log.warn({ err: error }, 'the sealing epochs wait for what they need');
        this.#isFailing = true;
      }
      await pause(this.#parts.everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One round where no other process is at it. */
  async #contend(): Promise<void> {
    const { database, ledger } = this.#parts;
    const { signal } = this.#stopping;
    let isLost = false;
    const session = await database.session(() => (isLost = true));
    try {
      const [lock] = await session.rows<{ held: boolean }>(tryLock);
      if (lock?.held !== true) return;
      const isOver = (): boolean => isLost || signal.aborted || ledger.sealedReason !== null;
      const keeper = new EpochKeeper({
        ...this.#parts,
        store: new PgSealingStore(database),
        isOver,
        breathe: () => pause(breathMs),
      });
      this.#tell(await keeper.round());
    } finally {
      await session.close();
    }
  }

  #tell(round: EpochRound): void {
    const { log } = this.#parts;
    const { begun, reseal, destroyed } = round;
    this.#metrics.observe(round, systemClock.nowMs());
    if (begun !== undefined)
      log.info({ epoch: begun }, 'a sealing epoch has begun; everything is sealed anew under it');
    if (reseal !== undefined && reseal.moved > 0) log.info({ values: reseal.moved }, 'sealed anew');
    for (const [place, values] of reseal?.unopenable ?? []) {
      log.error({ place, values }, 'sealed values do not open; their key is kept until they are repaired or removed');
    }
    for (const epoch of destroyed) log.info({ epoch }, 'the key of a former sealing epoch is destroyed');
  }
}
