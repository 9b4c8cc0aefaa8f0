import type { ConversationItem, Segment } from '@coffer/backup-format';
import type { MessagePlace } from '@coffer/chat-formats';
import type { Message } from '@coffer/chat-model';
import type { MessageRun, SearchedChats } from './message-search';
import { readAhead } from './read-ahead';

export interface SnapshotChatsOptions {
  /** Conversations of the snapshot, in its order. */
  readonly items: readonly ConversationItem[];
  readonly readSegment: (segment: Segment) => Promise<readonly Message[]>;
  /** One message of a conversation, counted from the oldest. */
  readonly readMessage: (place: MessagePlace) => Promise<Message | undefined>;
}

/** The chats of a snapshot, to be searched: its segments are fetched, decrypted, and let go of again. */
export class SnapshotChats implements SearchedChats {
  readonly #options: SnapshotChatsOptions;

  constructor(options: SnapshotChatsOptions) {
    this.#options = options;
  }

  get messageCount(): number {
    return this.#options.items.reduce((sum, { messages }) => sum + messages, 0);
  }

  /** Bytes of all messages before compression. */
  get totalBytes(): number {
    const parts = this.#options.items.flatMap(({ segments }) => segments.flatMap((segment) => segment.parts));
    return parts.reduce((sum, { rawLength }) => sum + rawLength, 0);
  }

  async *runs(): AsyncGenerator<MessageRun, void> {
    const { items, readSegment } = this.#options;
    const segments = items.flatMap((item, conversation) => item.segments.map((segment) => ({ conversation, segment })));
    const read = ({ segment }: (typeof segments)[number]): Promise<readonly Message[]> => readSegment(segment);
    for await (const [{ conversation }, messages] of readAhead(segments, read)) yield { conversation, messages };
  }

  read(place: MessagePlace): Promise<Message | undefined> {
    return this.#options.readMessage(place);
  }
}
