import type { Conversation } from './conversation';
import type { Message } from './message';

/** How much a source holds; known before the first message is read. */
export interface ChatCounts {
  readonly chats: number;
  readonly messages: number;
}

/** One conversation of a source and the way to its messages. */
export interface ConversationSource {
  readonly conversation: Conversation;
  /** Messages in this conversation; exact. */
  readonly messageCount: number;
  /** From the oldest to the newest. Each call starts again. Valid until the source is closed. */
  readonly messages: () => Iterable<Message>;
  /**
   * Messages `from` (inclusive) to `to` (exclusive) of the same, for whoever shows a part: without reading what comes before. Absent
   * where the source knows no shorter way; `messagesBetween` then counts.
   */
  readonly between?: (from: number, to: number) => Iterable<Message>;
}

/** Messages `from` (inclusive) to `to` (exclusive) of a conversation, counted from the oldest; fewer at the end. */
export function* messagesBetween(
  { messages, between }: ConversationSource,
  from: number,
  to: number,
): Generator<Message, void, undefined> {
  if (from >= to) return;
  if (between !== undefined) {
    yield* between(from, to);
    return;
  }
  let index = 0;
  for (const message of messages()) {
    if (index >= from) yield message;
    if (++index >= to) return;
  }
}

/**
 * A chat history that can be read any number of times, always in the same order and with the same ids. Reading is
 * synchronous and streams: memory does not grow with the history.
 */
export interface ChatSource {
  /** What was read, e.g. `whatsapp-msgstore`, `export-chat`. */
  readonly format: string;
  readonly counts: ChatCounts;
  conversations(): Iterable<ConversationSource>;
  /** Lets go of files and memory; a second call does nothing. */
  close(): void;
}
