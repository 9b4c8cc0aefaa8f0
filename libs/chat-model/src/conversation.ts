import type { Extras } from './extras';

/** What sort of place a conversation is. `unknown` where the source does not say. */
export const conversationKinds = ['direct', 'group', 'broadcast', 'channel', 'status', 'unknown'] as const;
export type ConversationKind = (typeof conversationKinds)[number];

/** Somebody who took part in a conversation, as the source names them. */
export interface Participant {
  /** Unique within the source: an address such as `491700000000@s.whatsapp.net`, or a name where that is all there is. */
  readonly id: string;
  /** What people call them; absent where only the id is known. */
  readonly name?: string;
}

/** One conversation without its messages. */
export interface Conversation {
  /** Unique within the source, and the same each time the source is read. */
  readonly id: string;
  readonly kind: ConversationKind;
  /** What people see at the top; never empty (the id where there is nothing better). */
  readonly title: string;
  /** Who is known to take part, the owner of the backup left out. Senders may appear that are not listed here. */
  readonly participants: readonly Participant[];
  /** True where the owner had put it away. */
  readonly isArchived?: true;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  readonly createdMs?: number;
  /** What the source says about the conversation and has no place above. */
  readonly extras?: Extras;
}
