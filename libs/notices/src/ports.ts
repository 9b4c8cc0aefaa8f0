import type { MutableTopic } from '@coffer/contracts';
import type { Sealed } from '@coffer/key-vault';
import type { ChannelKind, EmailTarget, PushTarget } from './channel-target';
import type { EmailMessage, PushMessage, ToldNotice } from './messages';
import type { QuietHours } from './quiet-hours';

/** Names one message of the outbox. */
export interface OutboxKey {
  readonly accountId: string;
  readonly channelId: string;
  /** Of the notice that it tells of; of the channel itself where it asks for a confirmation. */
  readonly noticeId: string;
}

/** A message that this process may send now: nobody else does while its lease lasts. */
export interface OutboxMessage extends OutboxKey {
  /** When it was put into the outbox, milliseconds since 1970. */
  readonly createdAtMs: number;
  /** Number of this try, from 1. */
  readonly attempt: number;
  /** The database's clock. */
  readonly nowMs: number;
  readonly channel: { readonly kind: ChannelKind; readonly target: Sealed };
  /** What is told; null where the message asks for a confirmation. */
  readonly notice: ToldNotice | null;
  readonly quietHours: QuietHours | null;
  readonly muted: readonly MutableTopic[];
}

/** Why a channel did not take a message. */
export type DeliveryFailure =
  /** The subscription has ended. */
  | 'gone'
  /** The other side refuses this message or this address for good. */
  | 'refused'
  /** It could not be delivered in time. */
  | 'unreachable';

/** Messages that wait to be sent. A message is in it from the transaction of its notice until it was sent or given up. */
export interface Outbox {
  /** Messages that are due and that nobody sends, oldest first. */
  due(limit: number): Promise<readonly OutboxKey[]>;
  /**
   * Takes one for so many seconds and counts a try.
   *
   * @returns undefined where somebody else has it, or its channel has gone
   */
  claim(key: OutboxKey, leaseSeconds: number): Promise<OutboxMessage | undefined>;
  /** Gives it back until an instant. @param isTry - false: the try did not take place and is not counted */
  putOff(key: OutboxKey, untilMs: number, isTry: boolean): Promise<void>;
  /** Takes it out, and remembers at its channel how that went; null: it was not to be sent. */
  settle(key: OutboxKey, outcome: 'sent' | DeliveryFailure | null): Promise<void>;
}

/** What became of one try. */
export type SendOutcome =
  | { readonly is: 'sent' }
  | { readonly is: 'gone' | 'refused' }
  | {
      readonly is: 'later';
      /** What the other side asked for, in milliseconds; 0 where it said nothing. */
      readonly retryAfterMs: number;
      /** A word for the operator's log: a code of the connection or a status. Never what the other side wrote. */
      readonly reason: string;
    };

/** Sends one kind of message. A promise of theirs never rejects for what the other side does. */
export interface Senders {
  /** Undefined: this deployment sends no e-mail. @param id - the same for each try of one message */
  readonly email: ((target: EmailTarget, message: EmailMessage, id: string) => Promise<SendOutcome>) | undefined;
  /** Undefined: this deployment sends no push messages. @param id - the same for each try of one message */
  readonly push: ((target: PushTarget, message: PushMessage, id: string) => Promise<SendOutcome>) | undefined;
}
