import { chatLimits } from '@coffer/chat-model';
import { ChatFormatError } from '../errors';
import { JsonScanner } from '../json/json-scanner';
import { isJsonObject, type JsonObject } from '../json/parse-json';
import { ValueTable } from '../json/value-table';
import type { ByteSource } from '../zip/zip-directory';
import { isKnownField } from './known-fields';
import { peerId } from './peer';

/** One message, or one fact that is no list of messages. */
const valueLimitBytes = 4 * 1024 * 1024;

/** One conversation as the first pass leaves it. */
export interface IndexedChat {
  /** All but the messages. */
  readonly fields: JsonObject;
  /** Its messages in the table. */
  readonly start: number;
  readonly end: number;
  /** The latest name of everybody who is seen in it. */
  readonly names: ReadonlyMap<string, string>;
  /** Senders are numbers, as in exports of before 2021. */
  readonly isOlder: boolean;
  /** True where message ids only rise, so that none comes twice. */
  readonly isRising: boolean;
}

export interface TelegramIndex {
  readonly chats: readonly IndexedChat[];
  readonly messages: ValueTable;
  /** The owner, where the export says it. */
  readonly selfId: string | undefined;
  /** What else the export holds, by name: how many entries. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Fields of messages that are not known, and how often each is there. */
  readonly unknownFields: ReadonlyMap<string, number>;
}

/** What is said of a file at most about fields that are not known. */
const mostUnknownNames = 1000;

/**
 * Goes through an export once: every message is parsed, so that a file that is cut or changed is noticed before anything is shown, and
 * where each stands is kept.
 *
 * @throws ChatFormatError `damaged`, `too-large`, `no-chats`
 */
export function indexTelegramExport(source: ByteSource): TelegramIndex {
  return new Indexer(source).run();
}

class Indexer {
  readonly #scanner: JsonScanner;
  readonly #messages = new ValueTable();
  readonly #chats: IndexedChat[] = [];
  readonly #leftOut = new Map<string, number>();
  readonly #unknownFields = new Map<string, number>();

  constructor(source: ByteSource) {
    this.#scanner = new JsonScanner(source, valueLimitBytes);
  }

  run(): TelegramIndex {
    let selfId: string | undefined;
    const fields: Record<string, unknown> = {};
    let single: Omit<IndexedChat, 'fields'> | undefined;
    for (const name of this.#scanner.members()) {
      if (name === 'messages') single = this.#readMessages();
      else if (name === 'chats' || name === 'left_chats') this.#readChats();
      else if (name === 'personal_information') selfId = ownerId(this.#scanner.value());
      else if (accountParts.has(name)) this.#leftOut.set(name, this.#countEntries());
      else if (name !== 'about') Object.defineProperty(fields, name, fact(this.#scanner.value()));
    }
    this.#scanner.end();
    if (single !== undefined) this.#chats.push({ fields, ...single });
    if (this.#chats.length === 0) throw new ChatFormatError('no-chats', 'there are no conversations in this export');
    return {
      chats: this.#chats,
      messages: this.#messages,
      selfId,
      leftOut: this.#leftOut,
      unknownFields: this.#unknownFields,
    };
  }

  #readChats(): void {
    if (this.#scanner.kind() !== 'object') return;
    for (const name of this.#scanner.members()) {
      if (name !== 'list' || this.#scanner.kind() !== 'list') continue;
      for (const _ of this.#scanner.elements()) if (this.#scanner.kind() === 'object') this.#readChat();
    }
  }

  #readChat(): void {
    const fields: Record<string, unknown> = {};
    let messages: Omit<IndexedChat, 'fields'> | undefined;
    for (const name of this.#scanner.members()) {
      if (name === 'messages') messages = this.#readMessages();
      else Object.defineProperty(fields, name, fact(this.#scanner.value()));
    }
    const at = this.#messages.length;
    this.#chats.push({
      fields,
      ...(messages ?? { start: at, end: at, names: new Map(), isOlder: false, isRising: true }),
    });
  }

  #readMessages(): Omit<IndexedChat, 'fields'> {
    if (this.#scanner.kind() !== 'list')
      throw new ChatFormatError('damaged', 'the messages of this export are no list');
    const start = this.#messages.length;
    const names = new Map<string, string>();
    let isOlder = false;
    let isRising = true;
    let last = Number.NEGATIVE_INFINITY;
    for (const _ of this.#scanner.elements()) {
      const { value, range } = this.#scanner.valueAndRange();
      if (!isJsonObject(value)) throw new ChatFormatError('damaged', 'a message of this export is no object');
      this.#messages.add(range);
      this.#countUnknown(value);
      noteName(names, value['from_id'], value['from']);
      noteName(names, value['actor_id'], value['actor']);
      isOlder ||= typeof value['from_id'] === 'number';
      const id = Number(value['id'] ?? Number.NaN);
      isRising &&= id > last;
      last = id;
    }
    return { start, end: this.#messages.length, names, isOlder, isRising };
  }

  #countUnknown(message: JsonObject): void {
    for (const name in message) {
      if (isKnownField(name)) continue;
      const count = this.#unknownFields.get(name);
      if (count === undefined && this.#unknownFields.size >= mostUnknownNames) continue;
      this.#unknownFields.set(name, (count ?? 0) + 1);
    }
  }

  /** Entries of a part that is no conversation: the longest list in it counts. */
  #countEntries(): number {
    let count = 0;
    if (this.#scanner.kind() === 'list') for (const _ of this.#scanner.elements()) count++;
    else if (this.#scanner.kind() === 'object') {
      for (const _ of this.#scanner.members()) count = Math.max(count, this.#countEntries());
    }
    return count;
  }
}

/** As an own property whatever its name is. */
const fact = (value: unknown): PropertyDescriptor => ({ value, enumerable: true, configurable: true, writable: true });

/** Parts of the export of a whole account that are no conversations. */
const accountParts: ReadonlySet<string> = new Set([
  'profile_pictures',
  'stories',
  'profile_music',
  'contacts',
  'frequent_contacts',
  'sessions',
  'web_sessions',
  'other_data',
  'ips',
]);

function ownerId(information: unknown): string | undefined {
  const id = isJsonObject(information) ? information['user_id'] : undefined;
  return typeof id === 'number' || typeof id === 'string' ? `user${id}` : undefined;
}

function noteName(names: Map<string, string>, id: unknown, name: unknown): void {
  if (typeof name !== 'string' || name === '' || name.length > chatLimits.titleLength) return;
  const peer = peerId(id);
  if (peer === undefined || (names.size >= chatLimits.participants && !names.has(peer))) return;
  names.set(peer, name);
}
