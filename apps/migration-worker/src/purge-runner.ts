import { setTimeout as pause } from 'node:timers/promises';
import type { PurgeStore } from '@coffer/database';
import { newUuid, type Clock } from '@coffer/foundation';
import type { Job } from '@coffer/jobs';
import { VaultError } from '@coffer/key-vault';
import type { Logger } from '@coffer/observability';
import {
  firstRound,
  PurgeError,
  runPurgeStep,
  type PurgeLease,
  type PurgeLocation,
  type PurgePorts,
  type PurgeSettings,
  type PurgeStepResult,
} from '@coffer/purge';
import type { WorkerMetrics } from './worker-metrics';

export interface PurgeRunnerParts {
  readonly store: PurgeStore;
  readonly ports: PurgePorts;
  readonly settings: PurgeSettings;
  readonly leaseSeconds: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  /** Where an account's plaintext backups may lie. */
  readonly locationsOf: (subject: string) => readonly PurgeLocation[];
}

/** Waits that are not worth giving the account back for, e.g. the second listing of a demo. */
const shortWaitMs = 2_000;
/** After this long an account is given back, so that others have their turn. */
const turnMs = 60_000;
/** When to look again at an account that another worker holds, or that is sealed. */
const heldSeconds = 5;
const sealedSeconds = 60;
/** Nobody's doing is needed after a year; somebody may still come back. */
const idleSeconds = 24 * 3600;
/** Changes of the person between load and commit; each makes the step run again. */
const conflictLimit = 20;

/** Works on one account at a time: takes its lease, does step after step, and says when to come back. */
export class PurgeRunner {
  readonly #parts: PurgeRunnerParts;
  #isStopping = false;

  constructor(parts: PurgeRunnerParts) {
    this.#parts = parts;
  }

  /** From now on every account is given back after the step that runs. */
  stop(): void {
    this.#isStopping = true;
  }

  /** @returns after how many seconds the account is due again; undefined where there is no such account */
  async run({ key: accountId, signal }: Job): Promise<number | undefined> {
    const { store, leaseSeconds, locationsOf } = this.#parts;
    const identity = await store.identityOf(accountId);
    if (identity === undefined) return undefined;
    const locations = locationsOf(identity.subject);
    const lease = await store.takeLease(accountId, leaseSeconds, firstRound(accountId, newUuid(), locations));
    if (lease === undefined) return heldSeconds;
    const endRenewal = this.#keepLease(lease);
    try {
      return await this.#steps(lease, locations, signal);
    } catch (error) {
      return this.#afterRefusal(error);
    } finally {
      await endRenewal();
      await store.releaseLease(lease).catch(() => undefined);
    }
  }

  async #steps(lease: PurgeLease, locations: readonly PurgeLocation[], signal: AbortSignal): Promise<number> {
    const { clock, metrics } = this.#parts;
    const endMs = clock.nowMs() + turnMs;
    for (;;) {
      if (this.#isStopping || signal.aborted || clock.nowMs() >= endMs) return 0;
      const result = await this.#step(lease, locations);
      metrics.count(result);
      if (result.nextAtMs === null) return idleSeconds;
      const waitMs = result.nextAtMs - clock.nowMs();
      if (waitMs > shortWaitMs) return Math.ceil(waitMs / 1000);
      if (waitMs > 0) await pause(waitMs);
    }
  }

  async #step(lease: PurgeLease, locations: readonly PurgeLocation[]): Promise<PurgeStepResult> {
    const { ports, settings } = this.#parts;
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await runPurgeStep(lease, ports, { settings, locations });
      } catch (error) {
        const isConflict = error instanceof PurgeError && error.code === 'conflict';
        if (!isConflict || conflicts >= conflictLimit) throw error;
      }
    }
  }

  /** What is no fault of the account is waited for; everything else fails the job, which is tried again and then set aside. */
  #afterRefusal(error: unknown): number {
    const { log, metrics } = this.#parts;
    if (error instanceof PurgeError && error.code === 'fenced-out') {
      metrics.fencedOut();
      return heldSeconds;
    }
    if (error instanceof VaultError && (error.code === 'account-sealed' || error.code === 'vault-sealed')) {
      return sealedSeconds;
    }
    log.error({ err: error }, 'a step of a purge failed; nothing of it was stored');
    throw error;
  }

  /** Holds the lease while steps run, however long one hash takes. Whoever lost it is refused by the next write. */
  #keepLease(lease: PurgeLease): () => Promise<void> {
    const { store, leaseSeconds } = this.#parts;
    let renewal: Promise<unknown> = Promise.resolve();
    const timer = setInterval(
      () => {
        renewal = store.renewLease(lease, leaseSeconds).catch(() => undefined);
      },
      (leaseSeconds * 1000) / 3,
    );
    return async () => {
      clearInterval(timer);
      await renewal;
    };
  }
}
