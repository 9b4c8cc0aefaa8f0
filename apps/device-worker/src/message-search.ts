import { createMessageIndex, type SqliteStarter } from '@coffer/chat-formats/browser';
import type { MessageIndex, MessagePlace } from '@coffer/chat-formats';
import { excerptOf, matchesQuery, parseSearchQuery, type Message } from '@coffer/chat-model';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import { readAhead } from './read-ahead';

/** After so many messages a request to stop is seen, however long a conversation is. */
const turnMessages = 5000;

/** By so much the index has grown before that is told. */
const worthTelling = 0.01;

/** Messages that follow one another in a conversation. */
export interface MessageRun {
  /** Number of the conversation, from 0 on. */
  readonly conversation: number;
  readonly messages: Iterable<Message>;
}

/** Chats that can be searched. */
export interface SearchedChats {
  readonly messageCount: number;
  /** Every message once: by the numbers of the conversations, in each from the oldest on. */
  runs(): Iterable<MessageRun> | AsyncIterable<MessageRun>;
  /** The message at a place that `runs` gave. */
  read(place: MessagePlace): Promise<Message | undefined>;
}

export interface SearchOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Told which part of the messages is in the index, from 0 to 1. */
  readonly onIndexed: (part: number) => void;
}

/** Searches chats that are open here. The index is made when it is first wanted; it lies in this memory and nowhere else. */
export class MessageSearch {
  readonly #chats: SearchedChats;
  readonly #sqlite: SqliteStarter;
  #index: MessageIndex | undefined;
  #isClosed = false;

  constructor(chats: SearchedChats, sqlite: SqliteStarter) {
    this.#chats = chats;
    this.#sqlite = sqlite;
  }

  /** @throws DeviceError `cancelled`, `locked` where it was closed meanwhile; whatever reading the chats throws */
  async find(text: string, options: SearchOptions): Promise<DeviceResult<'searchFile'>> {
    const { limit, signal } = options;
    const query = parseSearchQuery(text);
    const hits: DeviceResult<'searchFile'>['hits'] = [];
    if (query.words.length === 0) return { hits, isComplete: true };
    this.#index ??= await this.#makeIndex(options);
    let looked = 0;
    const places = this.#index.candidates(query);
    for await (const [{ conversation, index }, message] of readAhead(places, (place) => this.#chats.read(place))) {
      if (++looked % turnMessages === 0) await this.#turn(signal);
      if (message === undefined || !matchesQuery(query, message)) continue;
      if (hits.length === limit) return { hits, isComplete: false };
      hits.push({ conversationId: String(conversation), index, message, excerpt: excerptOf(query, message) });
    }
    return { hits, isComplete: true };
  }

  close(): void {
    this.#isClosed = true;
    this.#index?.close();
    this.#index = undefined;
  }

  async #makeIndex({ signal, onIndexed }: SearchOptions): Promise<MessageIndex> {
    const index = createMessageIndex(await this.#sqlite());
    let told = 0;
    const tell = (): void => {
      const part = index.length / this.#chats.messageCount;
      if (part < told + worthTelling) return;
      told = part;
      onIndexed(part);
    };
    try {
      let begun = 0;
      for await (const { conversation, messages } of this.#chats.runs()) {
        for (; begun <= conversation; begun++) index.beginConversation();
        for (const message of messages) {
          index.add(message);
          if (index.length % turnMessages !== 0) continue;
          tell();
          await this.#turn(signal);
        }
        tell();
        this.#requireWanted(signal);
      }
      await this.#turn(signal);
      return index;
    } catch (error) {
      index.close();
      throw error;
    }
  }

  /** Lets messages from the page arrive. */
  async #turn(signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    this.#requireWanted(signal);
  }

  #requireWanted(signal: AbortSignal): void {
    if (signal.aborted) throw new DeviceError('cancelled', 'the search was stopped');
    if (this.#isClosed) throw new DeviceError('locked', 'what was searched is closed by now');
  }
}
