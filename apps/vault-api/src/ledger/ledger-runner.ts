import { setTimeout as pause } from 'node:timers/promises';
import { PgLedgerStore, statement, type PgAnchorWatch, type Session } from '@coffer/database';
import { Sequencer } from '@coffer/key-vault';
import { counter, gauge, type Registry } from '@coffer/observability';
import type { DiskAnchor } from './disk-anchor';
import { LedgerWatchdog, type LedgerWatchdogParts } from './ledger-watchdog';

export interface LedgerRunnerParts extends LedgerWatchdogParts {
  readonly anchor: DiskAnchor;
  readonly watch: PgAnchorWatch;
  readonly metrics: Registry;
  /** How often tree, anchor and chains are checked, in milliseconds; at most 60 s. */
  readonly checkEveryMs: number;
  /** Done by the process that sequences, every 15 seconds. */
  readonly housekeeping: () => Promise<void>;
}

/** Session lock of the one process that sequences. */
const sequencerLock = 4_300_002;
const tryLock = statement('sequencer-lock', `SELECT pg_try_advisory_lock(${sequencerLock}) AS held`);

/** Between two rounds where no commit of this process wakes it, and how long an idle anchor may be silent. */
const roundEveryMs = 20;
const touchEveryMs = 700;
const contendEveryMs = 500;
const refreshEveryMs = 1_000;
const housekeepingEveryMs = 15_000;

/**
 * Keeps the ledger going: one process of all holds the lock, sequences and anchors; the others wait to take over. Every
 * process checks tree and anchor when it starts, and whoever takes the lock checks again before it sequences, so that a
 * database that was rolled back is never built upon. A sealed vault sequences nothing.
 */
export class LedgerRunner {
  readonly #parts: LedgerRunnerParts;
  readonly #watchdog: LedgerWatchdog;
  readonly #stopping = new AbortController();
  readonly #appended;
  readonly #treeSize;
  #running: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;

  constructor(parts: LedgerRunnerParts) {
    this.#parts = parts;
    this.#watchdog = new LedgerWatchdog(parts);
    this.#appended = counter(
      parts.metrics,
      'coffer_ledger_events_total',
      'Events that this process took into the tree',
    );
    this.#treeSize = gauge(parts.metrics, 'coffer_ledger_tree_size', 'Events in the tree as this process last saw it');
  }

  /** Why the vault is sealed, as this process last saw it; null where it is not. */
  get sealedReason(): string | null {
    return this.#watchdog.sealedReason;
  }

  /** Checks tree and anchor once, then runs until `stop`. Where they do not hold the vault is sealed, and the process goes on. */
  async start(): Promise<void> {
    const pool = new PgLedgerStore(this.#parts.database);
    await pool.createHead(this.#sequencer(pool).firstHead());
    await this.#watchdog.checkTree();
    this.#running = this.#run();
  }

  /** Tells that an event was committed here, so that it need not wait for the next round. */
  kick(): void {
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
        const [lock] = await session.rows<{ held: boolean }>(tryLock);
        if (lock?.held === true) return await this.#lead(session, over);
        await this.#pause(contendEveryMs);
      }
    } finally {
      over.abort();
      await session.close();
      await this.#parts.anchor.release();
    }
  }

  async #lead(session: Session, over: AbortController): Promise<void> {
    this.#parts.log.info('this process sequences the ledger');
    await this.#watchdog.checkTree();
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
    let [touchedAt, refreshedAt, keptAt] = [-Infinity, -Infinity, -Infinity];
    while (!this.#isStopping() && !over.aborted) {
      const now = performance.now();
      if (now - refreshedAt >= refreshEveryMs) {
        refreshedAt = now;
        await this.#watchdog.refresh();
      }
      if (this.sealedReason === null) {
        const touch = now - touchedAt >= touchEveryMs;
        const { appended, treeSize } = await sequencer.round(touch);
        if (touch || appended > 0) touchedAt = now;
        if (appended > 0) this.#parts.watch.poke();
        this.#appended.inc(appended);
        this.#treeSize.set(treeSize);
        if (now - keptAt >= housekeepingEveryMs) {
          keptAt = now;
          await this.#parts.housekeeping();
        }
      }
      await this.#untilKicked(roundEveryMs);
    }
  }

  /** Beside the rounds, for a check of many accounts takes longer than guesses may wait. */
  async #keepChecking(over: AbortSignal): Promise<void> {
    for (;;) {
      await this.#pause(this.#parts.checkEveryMs, over);
      if (over.aborted || this.#isStopping()) return;
      try {
        await this.#watchdog.checkAll();
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'a check of the ledger was not finished; the next one begins anew');
      }
    }
  }

  #sequencer(store: PgLedgerStore): Sequencer {
    const { anchor, sealer, identity, accounts, log } = this.#parts;
    return new Sequencer({
      ...{ store, anchor, sealer, signer: identity.ledgerSigner, vaultId: identity.vaultId },
      onRefused: async (accountId) => {
        log.error('an event does not follow the last one of its account in the tree; the account is sealed');
        await accounts.seal(accountId, 'an event is missing from the chain');
      },
    });
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #pause(milliseconds: number, over?: AbortSignal): Promise<void> {
    const signals = [this.#stopping.signal, ...(over === undefined ? [] : [over])];
    await pause(milliseconds, undefined, { signal: AbortSignal.any(signals) }).catch(() => undefined);
  }

  async #untilKicked(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
