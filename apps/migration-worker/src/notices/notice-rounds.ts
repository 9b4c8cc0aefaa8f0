import type { PgOutbox } from '@coffer/database';
import type { Courier, CourierStep, OutboxKey } from '@coffer/notices';
import type { Logger } from '@coffer/observability';

export interface NoticeRoundsParts {
  readonly outbox: Pick<PgOutbox, 'due' | 'sweep'>;
  readonly courier: Pick<Courier, 'deliver'>;
  /** Asks accounts that are due whether their secret is still known, and tells those without a recent backup. */
  readonly remind: () => Promise<unknown>;
  /** Life of a code that confirms an address, seconds. */
  readonly confirmationSeconds: number;
  readonly onStep: (step: CourierStep) => void;
  readonly log: Logger;
}

const roundEveryMs = 1_000;
const messagesAtOnce = 100;
/** Messages that one process sends at a time. */
const lanes = 4;
const chargesEveryMs = 60_000;
const sweptAtOnce = 500;

/** Looks each second for messages that are due, and each minute for reminders and for what has expired. */
export class NoticeRounds {
  readonly #parts: NoticeRoundsParts;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #chargedAtMs = -Infinity;
  #isStopping = false;

  constructor(parts: NoticeRoundsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#round().finally(() => {
      if (!this.#isStopping) this.#timer = setTimeout(() => this.start(), roundEveryMs);
    });
  }

  /** Resolves when the messages that are being sent are through. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #round(): Promise<void> {
    const { outbox, remind, confirmationSeconds, log } = this.#parts;
    try {
      if (performance.now() - this.#chargedAtMs >= chargesEveryMs) {
        await remind();
        await outbox.sweep(sweptAtOnce, confirmationSeconds);
        this.#chargedAtMs = performance.now();
      }
      const due = [...(await outbox.due(messagesAtOnce))];
      await Promise.all(Array.from({ length: lanes }, () => this.#lane(due)));
    } catch (error) {
      log.warn({ err: error }, 'a round of notices failed; it is tried again');
    }
  }

  async #lane(due: OutboxKey[]): Promise<void> {
    for (let key = due.shift(); key !== undefined && !this.#isStopping; key = due.shift()) {
      try {
        this.#parts.onStep(await this.#parts.courier.deliver(key));
      } catch (error) {
        this.#parts.log.warn(
          { err: error },
          'a message could not be looked after; its lease ends and it is tried again',
        );
      }
    }
  }
}
