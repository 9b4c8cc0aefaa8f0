import type { MediaPlace, MessagePlace, OpenedBackup } from '@coffer/chat-formats';
import {
  messagesBetween,
  someConversations,
  type ChatSource,
  type ConversationSource,
  type Message,
} from '@coffer/chat-model';
import { DeviceError, type ConversationSummary } from '@coffer/device-protocol';
import type { MessageRun, SearchedChats } from './message-search';

/** A backup of another app, open in memory. */
export class OpenedFile implements SearchedChats {
  readonly #backup: OpenedBackup;
  readonly source: ChatSource;
  #conversations: readonly ConversationSource[] | undefined;

  private constructor(backup: OpenedBackup, source: ChatSource) {
    this.#backup = backup;
    this.source = source;
  }

  /** @param backup - taken over: closed with this, and where there are no conversations in it @throws ChatFormatError */
  static async of(backup: OpenedBackup): Promise<OpenedFile> {
    try {
      return new OpenedFile(backup, await backup.chats());
    } catch (error) {
      backup.close();
      throw error;
    }
  }

  get inspection(): OpenedBackup['inspection'] {
    return this.#backup.inspection;
  }

  get warnings(): OpenedBackup['warnings'] {
    return this.#backup.warnings;
  }

  /** The conversation with the newest message first; those without an instant, and without a message, at the end. */
  listConversations(): ConversationSummary[] {
    const summaries = this.conversations().map((entry, index) => ({
      conversationId: String(index),
      // one file, one source: there is nothing to tell apart
      source: '',
      conversation: entry.conversation,
      messageCount: entry.messageCount,
      firstMessageMs: instantAt(entry, 0),
      lastMessageMs: instantAt(entry, entry.messageCount - 1),
    }));
    return summaries.sort(
      (left, right) =>
        (right.lastMessageMs ?? -Infinity) - (left.lastMessageMs ?? -Infinity) ||
        right.messageCount - left.messageCount,
    );
  }

  /** @throws DeviceError `not-found` */
  readMessages(conversationId: string, from: number, to: number): Message[] {
    const entry = this.#entryOf(conversationId);
    return [...messagesBetween(entry, from, Math.min(to, entry.messageCount))];
  }

  /** Media that the file itself holds. */
  media(): MediaPlace | undefined {
    return this.#backup.media?.();
  }

  /** One conversation as a source of its own, which is closed with this. @throws DeviceError `not-found` */
  only(conversationId: string): ChatSource {
    const wanted = this.#entryOf(conversationId);
    return someConversations(this.source, (_conversation, index) => this.conversations()[index] === wanted);
  }

  /** In the order of the file: the place of one of them is its id. */
  conversations(): readonly ConversationSource[] {
    return (this.#conversations ??= [...this.source.conversations()]);
  }

  /** @throws DeviceError `not-found` */
  #entryOf(conversationId: string): ConversationSource {
    const entry = this.conversations()[Number(conversationId)];
    if (entry === undefined) throw new DeviceError('not-found', 'there is no such conversation in this file');
    return entry;
  }

  get messageCount(): number {
    return this.source.counts.messages;
  }

  *runs(): Generator<MessageRun, void> {
    for (const [conversation, { messages }] of this.conversations().entries()) {
      yield { conversation, messages: messages() };
    }
  }

  async read({ conversation, index }: MessagePlace): Promise<Message | undefined> {
    return this.readMessages(String(conversation), index, index + 1)[0];
  }

  close(): void {
    this.#conversations = undefined;
    this.source.close();
    this.#backup.close();
  }
}

/** Null where there is no such message, or it has no instant. */
function instantAt(entry: ConversationSource, index: number): number | null {
  if (index < 0) return null;
  const [message] = messagesBetween(entry, index, index + 1);
  return message?.timeMs ?? null;
}
