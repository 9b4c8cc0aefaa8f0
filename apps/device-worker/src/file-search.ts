import { createMessageIndex, type SqliteStarter } from '@coffer/chat-formats/browser';
import type { MessageIndex } from '@coffer/chat-formats';
import { excerptOf, matchesQuery, parseSearchQuery } from '@coffer/chat-model';
import { DeviceError, type DeviceResult } from '@coffer/device-protocol';
import type { OpenedFile } from './opened-file';

/** After so many messages a request to stop is seen, and how far it is is told. */
const turnMessages = 5000;

export interface SearchOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Told which part of the messages is in the index, from 0 to 1. */
  readonly onIndexed: (part: number) => void;
}

/** Searches one open file. The index is made when it is first wanted. */
export class FileSearch {
  readonly #file: OpenedFile;
  readonly #sqlite: SqliteStarter;
  #index: MessageIndex | undefined;

  constructor(file: OpenedFile, sqlite: SqliteStarter) {
    this.#file = file;
    this.#sqlite = sqlite;
  }

  /** @throws DeviceError `cancelled`, and whatever reading the file throws */
  async find(text: string, options: SearchOptions): Promise<DeviceResult<'searchFile'>> {
    const { limit, signal } = options;
    const query = parseSearchQuery(text);
    const hits: DeviceResult<'searchFile'>['hits'] = [];
    if (query.words.length === 0) return { hits, isComplete: true };
    this.#index ??= await this.#makeIndex(options);
    let looked = 0;
    for (const { conversation, index } of this.#index.candidates(query)) {
      if (++looked % turnMessages === 0) await turn(signal);
      const conversationId = String(conversation);
      const [message] = this.#file.readMessages(conversationId, index, index + 1);
      if (message === undefined || !matchesQuery(query, message)) continue;
      if (hits.length === limit) return { hits, isComplete: false };
      hits.push({ conversationId, index, message, excerpt: excerptOf(query, message) });
    }
    return { hits, isComplete: true };
  }

  close(): void {
    this.#index?.close();
    this.#index = undefined;
  }

  async #makeIndex({ signal, onIndexed }: SearchOptions): Promise<MessageIndex> {
    const index = createMessageIndex(await this.#sqlite());
    try {
      for (const { messages } of this.#file.conversations()) {
        index.beginConversation();
        for (const message of messages()) {
          index.add(message);
          if (index.length % turnMessages !== 0) continue;
          onIndexed(index.length / this.#file.source.counts.messages);
          await turn(signal);
        }
      }
      return index;
    } catch (error) {
      index.close();
      throw error;
    }
  }
}

/** Lets messages from the page arrive. */
async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  if (signal.aborted) throw new DeviceError('cancelled', 'the search was stopped');
}
