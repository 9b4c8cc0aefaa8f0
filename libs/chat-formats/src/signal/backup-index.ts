import { ChatFormatError } from '../errors';
import { MessageDecoder, type Refer } from '../protobuf/decode';
import { FieldCursor } from '../protobuf/field-cursor';
import type { ByteSource } from '../zip/zip-directory';
import { placeOf, type Place } from './places';
import { backupRecords, type BackupRecord } from './records';
import { backupInfo, chat, frameNames, type BackupInfo, type FrameName, type SignalChat } from './schema/frames';
import { recipient } from './schema/recipient';

const supportedVersion = 1;

/** Where the entries lie: conversation by conversation, each in the order of the backup. */
export interface ItemTable {
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  /** Author, by the backup's own number, and instant of each entry: by these Signal knows messages. */
  readonly authors: Float64Array;
  readonly sentMs: Float64Array;
}

/** The entries of one conversation in the table. */
export interface ItemRange {
  readonly start: number;
  readonly end: number;
}

/** What a decrypted Signal backup holds, after one pass over it; its entries are only found, not decoded. */
export interface SignalBackupIndex {
  readonly info: BackupInfo;
  readonly frameCounts: ReadonlyMap<FrameName, number>;
  /** By id. */
  readonly places: ReadonlyMap<string, Place>;
  /** In the order of the backup, those last that only entries name. */
  readonly chats: readonly { readonly chat: SignalChat; readonly items: ItemRange }[];
  readonly items: ItemTable;
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
  readonly #cursor = new FieldCursor(new Uint8Array());
  #info: BackupInfo | undefined;

  readonly #refer: Refer = (number) => this.#ids.get(String(number)) ?? `recipient:${number}`;

  add({ offset, bytes, start, end }: BackupRecord): void {
    if (this.#info === undefined) {
      this.#info = readInfo(bytes.subarray(start, end));
      return;
    }
    const cursor = this.#cursor;
    cursor.reset(bytes, start, end);
    if (!cursor.next()) {
      this.#count('empty');
      return;
    }
    const name = frameNames[cursor.number] ?? 'unknown';
    this.#count(name);
    const { start: from, end: to } = cursor;
    if (name === 'recipient') this.#addRecipient(bytes.subarray(from, to));
    else if (name === 'chat') this.#addChat(bytes.subarray(from, to));
    else if (name === 'chatItem') this.#addItem(bytes, from, to, offset - start);
  }

  finish(): SignalBackupIndex {
    if (this.#info === undefined) throw new ChatFormatError('damaged', 'this Signal backup is empty');
    const { table, ranges } = this.#items.byChat();
    for (const id of ranges.keys()) if (!this.#chats.has(id)) this.#chats.set(id, { id });
    return {
      info: this.#info,
      frameCounts: this.#counts,
      places: this.#places,
      chats: [...this.#chats].map(([id, entry]) => ({ chat: entry, items: ranges.get(id) ?? noItems })),
      items: table,
      refer: this.#refer,
    };
  }

  /** The first three fields of an entry say where it belongs; 0 is not written. */
  #addItem(bytes: Uint8Array, start: number, end: number, windowAt: number): void {
    const cursor = this.#cursor;
    cursor.reset(bytes, start, end);
    let [chatId, authorId, sentMs] = [0, 0, 0];
    // writers put fields in their order; another order is allowed, and costs a walk over the whole entry
    for (let found = 0; found < 3 && cursor.next();) {
      if (cursor.number > 3) continue;
      if (cursor.number === 1) chatId = cursor.value;
      else if (cursor.number === 2) authorId = cursor.value;
      else sentMs = cursor.value;
      found++;
    }
    this.#items.add(chatId, authorId, sentMs, windowAt + start, end - start);
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

const noItems: ItemRange = { start: 0, end: 0 };

const tableOf = (count: number): ItemTable => ({
  offsets: new Float64Array(count),
  lengths: new Uint32Array(count),
  authors: new Float64Array(count),
  sentMs: new Float64Array(count),
});

/** Entries as they come, in arrays that grow; conversations by a number of their own, from 0 on. */
class ItemList {
  readonly #slots = new Map<number, number>();
  readonly #counts: number[] = [];
  #slotOf = new Uint32Array(1024);
  #items = tableOf(1024);
  #count = 0;

  add(chatId: number, authorId: number, sentMs: number, offset: number, length: number): void {
    if (this.#count === this.#slotOf.length) this.#grow();
    let slot = this.#slots.get(chatId);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(chatId, slot);
      this.#counts.push(0);
    }
    this.#counts[slot]!++;
    const at = this.#count++;
    this.#slotOf[at] = slot;
    this.#items.offsets[at] = offset;
    this.#items.lengths[at] = length;
    this.#items.authors[at] = authorId;
    this.#items.sentMs[at] = sentMs;
  }

  #grow(): void {
    const [slotOf, items] = [this.#slotOf, this.#items];
    this.#slotOf = new Uint32Array(this.#count * 2);
    this.#slotOf.set(slotOf);
    this.#items = tableOf(this.#count * 2);
    for (const name of ['offsets', 'lengths', 'authors', 'sentMs'] as const) this.#items[name].set(items[name]);
  }

  /** Sorts by conversation and keeps the order within each: counted first, then put in place. */
  byChat(): { readonly table: ItemTable; readonly ranges: ReadonlyMap<string, ItemRange> } {
    const ranges = new Map<string, ItemRange>();
    const next = new Uint32Array(this.#counts.length);
    let start = 0;
    for (const [chatId, slot] of this.#slots) {
      const end = start + this.#counts[slot]!;
      ranges.set(String(chatId), { start, end });
      next[slot] = start;
      start = end;
    }
    const table = tableOf(this.#count);
    for (let from = 0; from < this.#count; from++) {
      const to = next[this.#slotOf[from]!]!++;
      table.offsets[to] = this.#items.offsets[from]!;
      table.lengths[to] = this.#items.lengths[from]!;
      table.authors[to] = this.#items.authors[from]!;
      table.sentMs[to] = this.#items.sentMs[from]!;
    }
    return { table, ranges };
  }
}
