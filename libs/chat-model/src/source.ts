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
  messages(): Iterable<Message>;
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
