import {
  ChatModelError,
  conversationFromJson,
  jsonDocumentHead,
  messageFromJson,
  type ChatSource,
  type Conversation,
  type ConversationSource,
  type Message,
} from '@coffer/chat-model';
import { ChatFormatError } from '../errors';
import { ByteWindow } from '../json/byte-window';
import { JsonScanner } from '../json/json-scanner';
import { isJsonObject, parseJson } from '../json/parse-json';
import { ValueTable } from '../json/value-table';
import { IdTable } from './id-table';
import type { OpenBytes } from '../open-bytes';
import type { ByteSource } from '../zip/zip-directory';

/** One message, or one conversation without its messages, as JSON. */
const valueLimitBytes = 64 * 1024 * 1024;
const formatName = /^[a-z0-9][a-z0-9-]{0,63}$/;

/**
 * The JSON document that Coffer writes, docs/chats.schema.json, as a chat source; any other program can write it too. Every message is
 * checked once before this returns. The source owns the bytes and closes them.
 *
 * @throws ChatFormatError `damaged` (also where a value breaks a rule of the schema, with its place), `too-large`, `unsupported-format`
 */
export function openChatsDocument(bytes: OpenBytes): ChatSource {
  try {
    return new DocumentSource(bytes, indexDocument(bytes));
  } catch (error) {
    bytes.close();
    throw error;
  }
}

interface IndexedConversation {
  readonly conversation: Conversation;
  readonly start: number;
  readonly end: number;
}

interface DocumentIndex {
  readonly format: string;
  readonly conversations: readonly IndexedConversation[];
  readonly messages: ValueTable;
}

function indexDocument(source: ByteSource): DocumentIndex {
  const scanner = new JsonScanner(source, valueLimitBytes);
  const messages = new ValueTable();
  const conversations: IndexedConversation[] = [];
  let format = 'unknown';
  let hasHead = false;
  for (const name of scanner.members()) {
    if (name === 'coffer') hasHead = requireHead(scanner.value());
    else if (name === 'format') format = requireFormat(scanner.value());
    else if (name === 'conversations' && scanner.kind() === 'list')
      readConversations({ source, scanner, messages }, conversations);
    else throw invalid(`it has a member that is not known, or not of the documented form: ${name.slice(0, 100)}`);
  }
  scanner.end();
  if (!hasHead) throw invalid('it does not say what it is');
  return { format, conversations, messages };
}

/** What one pass over a document goes with. */
interface Reading {
  readonly source: ByteSource;
  readonly scanner: JsonScanner;
  readonly messages: ValueTable;
}

function readConversations(reading: Reading, conversations: IndexedConversation[]): void {
  const ids = new Set<string>();
  for (const index of reading.scanner.elements()) {
    const read = readConversation(reading, `conversation ${index + 1}`);
    if (ids.has(read.conversation.id)) throw invalid(`conversation ${index + 1} has the id of an earlier one`);
    ids.add(read.conversation.id);
    conversations.push(read);
  }
}

function readConversation(reading: Reading, place: string): IndexedConversation {
  const { scanner, messages } = reading;
  if (scanner.kind() !== 'object') throw invalid(`${place} is no object`);
  const start = messages.length;
  const fields = new Map<string, unknown>();
  for (const name of scanner.members()) {
    if (name !== 'messages') fields.set(name, scanner.value());
    else if (scanner.kind() === 'list' && messages.length === start) readMessages(reading, place);
    else throw invalid(`the messages of ${place} are no list`);
  }
  const conversation = checked(place, () => conversationFromJson(Object.fromEntries(fields)));
  return { conversation, start, end: messages.length };
}

function readMessages({ source, scanner, messages }: Reading, place: string): void {
  const start = messages.length;
  const ids = new IdTable((index) => {
    const { offset, length } = messages.at(start + index);
    return messageFromJson(parseJson(source.read(offset, length))).id;
  });
  for (const index of scanner.elements()) {
    const { value, range } = scanner.valueAndRange();
    const where = `message ${index + 1} of ${place}`;
    const { id } = checked(where, () => messageFromJson(value));
    if (!ids.add(id)) throw invalid(`${where} has the id of an earlier one`);
    messages.add(range);
  }
}

function requireHead(head: unknown): true {
  if (!isJsonObject(head) || head['kind'] !== jsonDocumentHead.kind) throw invalid('it does not say what it is');
  if (head['version'] === jsonDocumentHead.version) return true;
  throw new ChatFormatError(
    'unsupported-format',
    `this document is of a version that is not read here; version ${jsonDocumentHead.version} is`,
  );
}

function requireFormat(value: unknown): string {
  if (typeof value !== 'string' || !formatName.test(value)) {
    throw invalid('its format is no name of at most 64 small letters, digits and -');
  }
  return value;
}

function checked<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ChatModelError)) throw cause;
    throw new ChatFormatError('damaged', `${place} is not as docs/chats.schema.json says: ${cause.message}`, { cause });
  }
}

const invalid = (what: string): ChatFormatError =>
  new ChatFormatError('damaged', `this document is not as docs/chats.schema.json says: ${what}`);

class DocumentSource implements ChatSource {
  readonly format: string;
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly #bytes: OpenBytes;
  readonly #index: DocumentIndex;
  #isClosed = false;

  constructor(bytes: OpenBytes, index: DocumentIndex) {
    this.#bytes = bytes;
    this.#index = index;
    this.format = index.format;
    this.counts = { chats: index.conversations.length, messages: index.messages.length };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    for (const read of this.#index.conversations) {
      const { conversation, start, end } = read;
      yield {
        conversation,
        messageCount: end - start,
        messages: () => this.#messages(read, 0, end - start),
        between: (from, to) => this.#messages(read, from, to),
      };
    }
  }

  *#messages({ start, end }: IndexedConversation, from: number, to: number): Generator<Message, void, undefined> {
    const [first, behind] = [start + from, Math.min(end, start + to)];
    if (first >= behind) return;
    // most conversations are short: a step of the usual length for each would read what it does not need, many times over
    const last = this.#index.messages.at(behind - 1);
    const window = new ByteWindow(this.#bytes, last.offset + last.length);
    for (let index = first; index < behind; index++) {
      const { offset, length } = this.#index.messages.at(index);
      const value = parseJson(window.read(offset, length));
      yield checked(`message ${index - start + 1}`, () => messageFromJson(value));
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#bytes.close();
  }
}
