import { conversationFromCbor, conversationToCbor, type Conversation } from '@coffer/chat-model';
import { encodeCbor } from '@coffer/foundation';

import type { ConversationItem, Segment } from './conversation-items';
import { damaged, decodeObject } from './fields';

/** What a list of conversations shows, without participants and segments. */
export interface ConversationFacts {
  /** Path of the file item that the conversation was read from. */
  readonly source: string;
  /** What the reader called it, e.g. `whatsapp-msgstore`. */
  readonly format: string;
  readonly messages: number;
  /** Instant of the oldest message that has one. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** Bytes of a conversation without its messages, as a snapshot holds them. @throws ChatModelError */
export function encodeConversation(conversation: Conversation): Uint8Array<ArrayBuffer> {
  return encodeCbor(conversationToCbor(conversation));
}

/**
 * A conversation whose participants and segments are decoded when they are asked for: a large group names thousands, and a
 * snapshot holds thousands of conversations.
 */
export class StoredConversation implements ConversationItem {
  readonly source: string;
  readonly format: string;
  readonly messages: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** CBOR of the canonical conversation. */
  readonly conversationBytes: Uint8Array;
  readonly #readSegments: () => readonly Segment[];
  #conversation: Conversation | undefined;

  /** @param readSegments - called whenever the segments are asked for */
  constructor(conversationBytes: Uint8Array, facts: ConversationFacts, readSegments: () => readonly Segment[]) {
    this.conversationBytes = conversationBytes;
    this.source = facts.source;
    this.format = facts.format;
    this.messages = facts.messages;
    this.firstMs = facts.firstMs;
    this.lastMs = facts.lastMs;
    this.#readSegments = readSegments;
  }

  /** @throws BackupFormatError `damaged`; ChatModelError */
  get conversation(): Conversation {
    return (this.#conversation ??= conversationFromCbor(decodeObject(this.conversationBytes, 'snapshot')));
  }

  /**
   * Decoded each time: whoever goes through a whole snapshot holds those of one conversation at once.
   *
   * @throws BackupFormatError `damaged`, also where they do not add up to `messages`
   */
  get segments(): readonly Segment[] {
    return this.#checked(this.#readSegments());
  }

  /** The same conversation with its segments in other places. */
  withSegments(segments: readonly Segment[]): StoredConversation {
    return new StoredConversation(this.conversationBytes, this, () => segments);
  }

  #checked(segments: readonly Segment[]): readonly Segment[] {
    if (segments.reduce((sum, segment) => sum + segment.messages, 0) === this.messages) return segments;
    throw damaged('snapshot', 'the segments of a conversation do not add up');
  }
}
