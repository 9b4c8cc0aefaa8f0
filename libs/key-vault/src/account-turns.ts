import { VaultError } from './errors';

/** Acts on one account that wait in one process at most; more are refused. */
const mostWaiting = 256;

/**
 * Lets the acts of one account take turns within this process. The database's row lock would keep them apart as well, but each
 * that waits for it holds a connection: a flood of guesses on one account would leave none for the others.
 */
export class AccountTurns {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #waiting = new Map<string, number>();

  /** @throws VaultError `rate-limited` where too many wait already */
  async take<T>(accountId: string, act: () => Promise<T>): Promise<T> {
    const waiting = this.#waiting.get(accountId) ?? 0;
    if (waiting >= mostWaiting) {
      throw new VaultError('rate-limited', 'too many requests for this account at once; nothing was done', {
        isRetryable: true,
      });
    }
    this.#waiting.set(accountId, waiting + 1);
    const turn = (this.#last.get(accountId) ?? Promise.resolve()).then(act, act);
    this.#last.set(accountId, turn);
    try {
      return await turn;
    } finally {
      const left = (this.#waiting.get(accountId) ?? 1) - 1;
      if (left > 0) this.#waiting.set(accountId, left);
      else {
        this.#waiting.delete(accountId);
        this.#last.delete(accountId);
      }
    }
  }
}
