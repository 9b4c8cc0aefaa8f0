import { setTimeout as pause } from 'node:timers/promises';
import { PgLedgerStore, type PgAnchorWatch, type Session } from '@coffer/database';
import { AnchorError, Sequencer, type Anchor, type SequencerStep, type TreeCheck } from '@coffer/key-vault';
import type { Registry } from '@coffer/observability';
import { ledgerMetrics, type LedgerMetrics } from './ledger-metrics';
import { LedgerWatchdog, type LedgerWatchdogParts } from './ledger-watchdog';
import { takeSequencerLock } from './sequencer-lock';

export interface LedgerRunnerParts extends LedgerWatchdogParts {
  readonly watch: PgAnchorWatch;
  readonly metrics: Registry;
  /** How often tree, anchor and chains are checked, in milliseconds; at most 60 s. */
  readonly checkEveryMs: number;
  /**
   * Done by the process that sequences, every 15 seconds, or after the next round where it says that more is left. Guesses wait
   * for it, so it must be short.
   */
  readonly housekeeping: () => Promise<boolean>;
  readonly atStep: (step: SequencerStep) => void;
}

/** One checkpoint for whatever comes within so many milliseconds; a guess that comes alone does not wait for company. */
const batchMs = 100;
/** Between two looks where no commit of this process wakes it, and how long an idle anchor may be silent. */
const roundEveryMs = 20;
const touchEveryMs = 700;
const contendEveryMs = 500;
const refreshEveryMs = 1_000;
const housekeepingEveryMs = 15_000;

/**
 * Keeps the ledger going: one process of all holds the lock, sequences and anchors; the others wait to take over. Every
 * process checks tree and anchor when it starts, and whoever takes the lock checks again before it sequences, so that a
 * database that was rolled back is never built upon. A sealed vault sequences nothing, and nobody leads until it is repaired.
 */
export class LedgerRunner {
  readonly #parts: LedgerRunnerParts;
  readonly #watchdog: LedgerWatchdog;
  readonly #stopping = new AbortController();
  readonly #metrics: LedgerMetrics;
  readonly #failing = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  /** Whether an event was committed here since the last wait began; one may come while a round runs. */
  #isKicked = false;

  constructor(parts: LedgerRunnerParts) {
    this.#parts = parts;
    this.#watchdog = new LedgerWatchdog(parts);
    this.#metrics = ledgerMetrics(parts.metrics);
  }

  /** Why the vault is sealed, as this process last saw it; null where it is not. */
  get sealedReason(): string | null {
    return this.#watchdog.sealedReason;
  }

  /** What the last check of tree and anchors found in this process. */
  get lastTreeCheck(): TreeCheck | undefined {
    return this.#watchdog.lastTreeCheck;
  }

  /** Checks tree and anchors once, then runs until `stop`. Where they do not hold the vault is sealed, and the process goes on. */
  async start(): Promise<void> {
    const pool = new PgLedgerStore(this.#parts.database);
    await pool.createHead(this.#sequencer(pool).firstHead());
    await this.#watchdog.checkTree();
    this.#running = this.#run();
  }

  /** Tells that an event was committed here, so that it need not wait for the next round. */
  kick(): void {
    this.#isKicked = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping()) {
      try {
        await this.#contend();
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'the ledger paused; it goes on when database and anchor answer');
      }
      await this.#pause(contendEveryMs);
    }
  }

  /** Asks for the lock on one connection until it has it, then leads as long as the connection lives. */
  async #contend(): Promise<void> {
    const over = new AbortController();
    const session = await this.#parts.database.session(() => {
      over.abort();
      this.#wake();
    });
    try {
      while (!this.#isStopping() && !over.signal.aborted) {
        await this.#watchdog.refresh();
        // While the vault is sealed the lock is left to whoever repairs it.
        if (this.sealedReason === null && (await takeSequencerLock(session))) return await this.#lead(session, over);
        await this.#pause(contendEveryMs);
      }
    } finally {
      over.abort();
      await session.close();
      await this.#parts.anchors.release();
    }
  }

  async #lead(session: Session, over: AbortController): Promise<void> {
    const { isKnown, unread } = await this.#watchdog.checkTree();
    if (this.sealedReason !== null) return;
    if (!isKnown) {
      // Nobody knows whether the database was rolled back, so nothing is built upon it.
      this.#parts.log.warn({ unread }, 'too few anchors can be read; the ledger waits for them');
      return;
    }
    this.#parts.log.info('this process sequences the ledger');
    const checks = this.#keepChecking(over.signal);
    try {
      await this.#sequence(session, over.signal);
    } finally {
      over.abort();
      await checks;
    }
  }

  async #sequence(session: Session, over: AbortSignal): Promise<void> {
    const sequencer = this.#sequencer(new PgLedgerStore(session));
    let [touchedAt, refreshedAt, keptAt, appendedAt] = [-Infinity, -Infinity, -Infinity, -Infinity];
    while (!this.#isStopping() && !over.aborted) {
      const now = performance.now();
      if (now - refreshedAt >= refreshEveryMs) {
        refreshedAt = now;
        await this.#watchdog.refresh();
      }
      if (this.sealedReason !== null) return;
      if (now - appendedAt >= batchMs) {
        const touch = now - touchedAt >= touchEveryMs;
        const round = await sequencer.round(touch);
        if (touch || round.appended > 0) touchedAt = now;
        if (round.appended > 0) {
          // A full round leaves more behind: the next one begins at once.
          if (!round.isFull) appendedAt = now;
          this.#parts.watch.poke();
        }
        this.#metrics.observe(round);
        if (now - keptAt >= housekeepingEveryMs) {
          keptAt = (await this.#parts.housekeeping()) ? -Infinity : now;
        }
      }
      // A batch that is still open ends the wait; one that has long been appended does not shorten it.
      const batchLeft = appendedAt + batchMs - performance.now();
      await this.#untilKicked(batchLeft > 0 ? Math.min(roundEveryMs, batchLeft) : roundEveryMs);
    }
  }

  /** Beside the rounds, for a check of many accounts takes longer than guesses may wait. */
  async #keepChecking(over: AbortSignal): Promise<void> {
    const { checkEveryMs } = this.#parts;
    while (!over.aborted && !this.#isStopping()) {
      try {
        await this.#watchdog.checkAll(checkEveryMs);
        this.#metrics.checked(this.#watchdog.lastWhole);
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'a check of the ledger was not finished; the next one goes on');
      }
      await this.#pause(checkEveryMs, over);
    }
  }

  #sequencer(store: PgLedgerStore): Sequencer {
    const { anchors, sealer, identity, accounts, log, atStep } = this.#parts;
    return new Sequencer({
      ...{ store, anchors, sealer, signer: identity.ledgerSigner, vaultId: identity.vaultId, atStep },
      onAnchor: (anchor, failure) => this.#heard(anchor, failure),
      onRefused: async (accountId) => {
        log.error('an event does not follow the last one of its account in the tree; the account is sealed');
        await accounts.seal(accountId, 'an event is missing from the chain');
      },
    });
  }

  /** Said once while it lasts; what only a rolled back database explains is looked into at once. */
  #heard({ name }: Anchor, failure: unknown): void {
    if (failure === undefined) {
      if (this.#failing.delete(name)) this.#parts.log.info({ anchor: name }, 'an anchor acknowledges again');
      return;
    }
    this.#metrics.anchorFailures.inc({ anchor: name });
    if (!this.#failing.has(name))
      this.#parts.log.warn({ err: failure, anchor: name }, 'an anchor does not acknowledge');
    this.#failing.add(name);
    if (failure instanceof AnchorError && !failure.isRetryable) void this.#watchdog.checkTree().catch(() => undefined);
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #pause(milliseconds: number, over?: AbortSignal): Promise<void> {
    const signals = [this.#stopping.signal, ...(over === undefined ? [] : [over])];
    await pause(milliseconds, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
  }

  async #untilKicked(milliseconds: number): Promise<void> {
    if (!this.#isKicked) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isKicked = false;
  }
}
