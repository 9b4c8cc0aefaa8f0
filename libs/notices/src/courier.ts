import { limits } from '@coffer/contracts';
import type { ChannelSecrets } from './channel-secrets';
import type { ChannelKind } from './channel-target';
import { confirmationEmail, noticeEmail, noticePush } from './messages';
import type { DeliveryFailure, Outbox, OutboxKey, OutboxMessage, SendOutcome, Senders } from './ports';
import { quietUntilMs } from './quiet-hours';
import { longestDeliveryMs, retryAfterMs } from './retry';
import { ignoresQuietHours, topicOf } from './topics';

export interface CourierParts {
  readonly outbox: Outbox;
  readonly secrets: Pick<ChannelSecrets, 'open' | 'code'>;
  readonly senders: Senders;
  /** How long a message stays with a process that is silent, seconds; longer than one try takes. */
  readonly leaseSeconds: number;
  /** Wait after the first failed try, milliseconds. */
  readonly firstRetryMs: number;
  /** Uniform in [0, 1), for jitter. */
  readonly chance: () => number;
  /** Told why a message has to wait, without its target. */
  readonly onTrouble?: (kind: ChannelKind, reason: string) => void;
}

/** What became of a message that was due. */
export type CourierStep = 'sent' | 'put-off' | 'muted' | DeliveryFailure | 'taken';

/** Afterwards the code is of no use any more. */
const confirmationMs = limits.addressConfirmationSeconds * 1000;
/** Where the deployment has no way to send at all, it is looked again after so long. */
const noWayMs = 3_600_000;

/**
 * Delivers what the outbox holds, at least once: a process that dies between sending and settling leaves the message to the next one,
 * under the same id, by which mail programs and push services know it again.
 */
export class Courier {
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  /** Looks after one message. Fails only where the database or the sealer does; the lease then ends by itself. */
  async deliver(key: OutboxKey): Promise<CourierStep> {
    const { outbox, leaseSeconds } = this.#parts;
    const message = await outbox.claim(key, leaseSeconds);
    if (message === undefined) return 'taken';
    const waitUntilMs = notBeforeMs(message);
    if (waitUntilMs === 'never') return this.#settle(message, null);
    if (waitUntilMs !== null) return this.#putOff(message, waitUntilMs, false);
    const mostMs = message.notice === null ? confirmationMs : longestDeliveryMs;
    if (message.nowMs - message.createdAtMs >= mostMs) return this.#settle(message, 'unreachable');
    return this.#conclude(message, await this.#send(message));
  }

  async #send(message: OutboxMessage): Promise<SendOutcome | undefined> {
    const { senders, secrets } = this.#parts;
    const { channel, notice, noticeId, channelId } = message;
    const target = await secrets.open(message, channel.target);
    const id = `${noticeId}.${channelId}`;
    if (target.kind === 'push') {
      return notice === null ? { is: 'refused' } : senders.push?.(target, noticePush(notice), id);
    }
    const email = notice === null ? confirmationEmail(await secrets.code(message)) : noticeEmail(notice);
    return senders.email?.(target, email, id);
  }

  #conclude(message: OutboxMessage, outcome: SendOutcome | undefined): Promise<CourierStep> {
    const { chance, firstRetryMs, onTrouble } = this.#parts;
    if (outcome === undefined) return this.#putOff(message, message.nowMs + noWayMs, false);
    if (outcome.is !== 'later') return this.#settle(message, outcome.is);
    onTrouble?.(message.channel.kind, outcome.reason);
    const waitMs = retryAfterMs(message.attempt, chance(), outcome.retryAfterMs, firstRetryMs);
    return this.#putOff(message, message.nowMs + waitMs, true);
  }

  async #settle(message: OutboxMessage, outcome: 'sent' | DeliveryFailure | null): Promise<CourierStep> {
    await this.#parts.outbox.settle(message, outcome);
    return outcome ?? 'muted';
  }

  async #putOff(message: OutboxMessage, untilMs: number, isTry: boolean): Promise<CourierStep> {
    await this.#parts.outbox.putOff(message, untilMs, isTry);
    return 'put-off';
  }
}

/** Until when the account wants to be left alone about this; null: it may be told now; `never`: it does not want to be told. */
function notBeforeMs({ notice, quietHours, muted, nowMs }: OutboxMessage): number | null | 'never' {
  const topic = topicOf(notice?.kind ?? '');
  if (topic !== 'security' && muted.includes(topic)) return 'never';
  if (quietHours === null || ignoresQuietHours(topic)) return null;
  return quietUntilMs(quietHours, nowMs);
}
