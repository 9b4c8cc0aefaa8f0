import { ChatFormatError } from '../errors';
import { MessageDecoder, type Refer } from '../protobuf/decode';
import { FieldCursor } from '../protobuf/field-cursor';
import type { ByteSource } from '../zip/zip-directory';
import { placeOf, type Place } from './places';
import { backupRecords, type BackupRecord } from './records';
import { backupInfo, chat, frameNames, type BackupInfo, type FrameName, type SignalChat } from './schema/frames';
import { recipient } from './schema/recipient';

const supportedVersion = 1;

/** Where the entries of one conversation lie, in their order. */
export interface ItemPlaces {
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  /** Author, by the backup's own number, and instant of each entry: by these Signal knows messages. */
  readonly authors: Float64Array;
  readonly sentMs: Float64Array;
}

/** What a decrypted Signal backup holds, after one pass over it; its entries are only found, not decoded. */
export interface SignalBackupIndex {
  readonly info: BackupInfo;
  readonly frameCounts: ReadonlyMap<FrameName, number>;
  /** By id. */
  readonly places: ReadonlyMap<string, Place>;
  /** In the order of the backup, those last that only entries name. */
  readonly chats: readonly { readonly chat: SignalChat; readonly items: ItemPlaces }[];
  /** Turns the backup's own number of a recipient into an id. */
  readonly refer: Refer;
}

/**
 * Goes over all records of a decrypted Signal backup once. Memory: recipients, conversations, and 36 bytes for each entry.
 *
 * @throws ChatFormatError `damaged`, `too-large`, `unsupported-format` where it is of another version than 1
 */
export function indexSignalBackup(source: ByteSource): SignalBackupIndex {
  const indexer = new Indexer();
  for (const record of backupRecords(source)) indexer.add(record);
  return indexer.finish();
}

class Indexer {
  readonly #counts = new Map<FrameName, number>();
  readonly #ids = new Map<string, string>();
  readonly #places = new Map<string, Place>();
  readonly #chats = new Map<string, SignalChat>();
  readonly #items = new ItemList();
  #info: BackupInfo | undefined;

  readonly #refer: Refer = (number) => this.#ids.get(String(number)) ?? `recipient:${number}`;

  add(record: BackupRecord): void {
    if (this.#info === undefined) {
      this.#info = readInfo(record.bytes);
      return;
    }
    const cursor = new FieldCursor(record.bytes);
    if (!cursor.next()) {
      this.#count('empty');
      return;
    }
    const name = frameNames[cursor.number] ?? 'unknown';
    this.#count(name);
    const content = record.bytes.subarray(cursor.start, cursor.end);
    if (name === 'recipient') this.#addRecipient(content);
    else if (name === 'chat') this.#addChat(content);
    else if (name === 'chatItem') {
      this.#items.add(headOf(content), record.offset + cursor.start, content.length);
    }
  }

  finish(): SignalBackupIndex {
    if (this.#info === undefined) throw new ChatFormatError('damaged', 'this Signal backup is empty');
    const places = this.#items.byChat();
    for (const id of places.keys()) if (!this.#chats.has(id)) this.#chats.set(id, { id });
    return {
      info: this.#info,
      frameCounts: this.#counts,
      places: this.#places,
      chats: [...this.#chats].map(([id, entry]) => ({ chat: entry, items: places.get(id) ?? noItems })),
      refer: this.#refer,
    };
  }

  #count(name: FrameName): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #addRecipient(content: Uint8Array): void {
    const decoded = new MessageDecoder(content, this.#refer).decode(recipient);
    const number = String(decoded.id ?? 0);
    const place = placeOf(decoded, number);
    // two records of one account: the first has the id, the second is told apart
    const id = this.#places.has(place.id) ? `${place.id}#${number}` : place.id;
    this.#ids.set(number, id);
    this.#places.set(id, { ...place, id });
  }

  #addChat(content: Uint8Array): void {
    const decoded = new MessageDecoder(content, this.#refer).decode(chat);
    this.#chats.set(String(decoded.id ?? 0), decoded);
  }
}

function readInfo(content: Uint8Array): BackupInfo {
  const info = new MessageDecoder(content).decode(backupInfo);
  if (info.version === supportedVersion) return info;
  throw new ChatFormatError(
    'unsupported-format',
    `this is a Signal backup of version ${info.version ?? 0}, and this version of Coffer reads version ${supportedVersion}`,
  );
}

/** What the first three fields of an entry say; 0 is not written. */
interface ItemHead {
  readonly chatId: number;
  readonly authorId: number;
  readonly sentMs: number;
}

function headOf(item: Uint8Array): ItemHead {
  const values: [number, number, number] = [0, 0, 0];
  const cursor = new FieldCursor(item);
  // writers put fields in their order; another order is allowed, and costs a walk over the whole entry
  for (let found = 0; found < 3 && cursor.next();) {
    if (cursor.number > 3) continue;
    values[cursor.number - 1] = cursor.value;
    found++;
  }
  return { chatId: values[0], authorId: values[1], sentMs: values[2] };
}

const placesFor = (count: number): ItemPlaces => ({
  offsets: new Float64Array(count),
  lengths: new Uint32Array(count),
  authors: new Float64Array(count),
  sentMs: new Float64Array(count),
});
const noItems = placesFor(0);

function copyPlace(from: ItemPlaces, index: number, to: ItemPlaces, at: number): void {
  to.offsets[at] = from.offsets[index]!;
  to.lengths[at] = from.lengths[index]!;
  to.authors[at] = from.authors[index]!;
  to.sentMs[at] = from.sentMs[index]!;
}

/** Entries as they come, in arrays that grow. */
class ItemList {
  #chats = new Float64Array(1024);
  #places = placesFor(1024);
  #count = 0;
  readonly #perChat = new Map<number, number>();

  add({ chatId, authorId, sentMs }: ItemHead, offset: number, length: number): void {
    if (this.#count === this.#chats.length) this.#grow();
    const at = this.#count++;
    this.#chats[at] = chatId;
    this.#places.offsets[at] = offset;
    this.#places.lengths[at] = length;
    this.#places.authors[at] = authorId;
    this.#places.sentMs[at] = sentMs;
    this.#perChat.set(chatId, (this.#perChat.get(chatId) ?? 0) + 1);
  }

  #grow(): void {
    const [chats, places] = [this.#chats, this.#places];
    this.#chats = new Float64Array(this.#count * 2);
    this.#chats.set(chats);
    this.#places = placesFor(this.#count * 2);
    for (const name of ['offsets', 'lengths', 'authors', 'sentMs'] as const) this.#places[name].set(places[name]);
  }

  /** Conversation by conversation, each in the order of the backup. */
  byChat(): Map<string, ItemPlaces> {
    const result = new Map<number, { readonly places: ItemPlaces; filled: number }>();
    for (const [chatId, count] of this.#perChat) result.set(chatId, { places: placesFor(count), filled: 0 });
    for (let index = 0; index < this.#count; index++) {
      const entry = result.get(this.#chats[index]!)!;
      copyPlace(this.#places, index, entry.places, entry.filled++);
    }
    return new Map([...result].map(([chatId, { places }]) => [String(chatId), places]));
  }
}
