import { VaultError, type AnchorWatch } from '@coffer/key-vault';
import type { Queryable } from '../database';
import { findAnchored } from './ledger-statements';

interface Waiter {
  readonly accountId: string;
  readonly number: number;
  readonly giveUpAtMs: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** How often waiting guesses ask, in milliseconds; one question for all of them. */
const askEveryMs = 10;
/** The same in the process that sequences, which is told of each acknowledgement anyway. */
const askEveryWhereToldMs = 50;
/** So long after it was told of one. */
const isToldForMs = 1_000;

/** Waits for the anchor's acknowledgement through the database, so that it reaches every process. */
export class PgAnchorWatch implements AnchorWatch {
  readonly #sql: Queryable;
  readonly #patienceMs: number;
  #waiters: Waiter[] = [];
  #isAsking = false;
  #isToldAgain = false;
  #timer: NodeJS.Timeout | undefined;
  #toldAtMs = -Infinity;

  /** @param patienceMs - after so many milliseconds a wait fails */
  constructor(sql: Queryable, patienceMs: number) {
    this.#sql = sql;
    this.#patienceMs = patienceMs;
  }

  acknowledged(accountId: string, eventNumber: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUpAtMs = performance.now() + this.#patienceMs;
      this.#waiters.push({ accountId, number: eventNumber, giveUpAtMs, resolve, reject });
      this.#schedule();
    });
  }

  /** Asks at once: this process has just seen an acknowledgement. */
  poke(): void {
    this.#toldAtMs = performance.now();
    if (this.#waiters.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#ask();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isAsking || this.#waiters.length === 0) return;
    const isTold = performance.now() - this.#toldAtMs < isToldForMs;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#ask();
      },
      isTold ? askEveryWhereToldMs : askEveryMs,
    );
  }

  async #ask(): Promise<void> {
    this.#isToldAgain = this.#isAsking;
    if (this.#isAsking) return;
    this.#isAsking = true;
    const asked = this.#waiters;
    const found = await this.#find(asked);
    const now = performance.now();
    this.#waiters = this.#waiters.filter((waiter) => {
      if (found.has(`${waiter.accountId}/${waiter.number}`)) waiter.resolve();
      else if (now >= waiter.giveUpAtMs) waiter.reject(behind());
      else return true;
      return false;
    });
    this.#isAsking = false;
    // What was acknowledged after the question was asked is in no answer to it.
    if (this.#isToldAgain && this.#waiters.length > 0) void this.#ask();
    else this.#schedule();
  }

  /** A database that does not answer is asked again until patience ends. */
  async #find(asked: readonly Waiter[]): Promise<ReadonlySet<string>> {
    type Row = { readonly accountId: string; readonly number: number };
    const values = [asked.map(({ accountId }) => accountId), asked.map(({ number }) => number)];
    const rows = await this.#sql.rows<Row>(findAnchored, values).catch(() => []);
    return new Set(rows.map((row) => `${row.accountId}/${row.number}`));
  }
}

function behind(): VaultError {
  return new VaultError('anchor-behind', 'the anchor has not acknowledged the guess; the same login can be resumed', {
    isRetryable: true,
  });
}
