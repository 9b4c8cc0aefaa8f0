import { ChatFormatError } from '../errors';
import { MessageDecoder, type Refer } from '../protobuf/decode';
import { FieldCursor } from '../protobuf/field-cursor';
import type { ByteSource } from '../zip/zip-directory';
import { NumberList } from './number-list';
import { placeOf, type Place } from './places';
import { backupRecords, type BackupRecord } from './records';
import { backupInfo, chat, frameNames, type BackupInfo, type FrameName, type SignalChat } from './schema/frames';
import { recipient } from './schema/recipient';

const supportedVersion = 1;

/** The entries, in the order of the backup: where each lies, its author by the backup's own number, and its instant. */
export interface ItemTable {
  readonly offsets: NumberList;
  readonly lengths: NumberList;
  readonly authors: NumberList;
  readonly sentMs: NumberList;
  /** Their places in these lists: conversation by conversation, each in the order of the backup. */
  readonly order: Uint32Array;
}

/** The entries of one conversation, in `order`. */
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
 * Goes over all records of a decrypted Signal backup once. Memory: recipients, conversations, and 44 bytes for each entry.
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
  readonly #ids = new Map<number | string, string>();
  readonly #places = new Map<string, Place>();
  readonly #chats = new Map<string, SignalChat>();
  readonly #items = new ItemList();
  readonly #cursor = new FieldCursor(new Uint8Array());
  #info: BackupInfo | undefined;

  readonly #refer: Refer = (number) => this.#ids.get(number) ?? `recipient:${number}`;

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
    const number = decoded.id ?? 0;
    const place = placeOf(decoded, String(number));
    // two records of one account: the first has the id, the second is told apart
    const id = this.#places.has(place.id) ? `${place.id}#${number}` : place.id;
    this.#ids.set(number, id);
    this.#places.set(id, id === place.id ? place : { ...place, id });
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

/** Entries as they come; conversations by a number of their own, from 0 on. */
class ItemList {
  readonly #slots = new Map<number, number>();
  readonly #counts: number[] = [];
  readonly #slotOf = new NumberList();
  readonly #offsets = new NumberList();
  readonly #lengths = new NumberList();
  readonly #authors = new NumberList();
  readonly #sentMs = new NumberList();

  add(chatId: number, authorId: number, sentMs: number, offset: number, length: number): void {
    let slot = this.#slots.get(chatId);
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(chatId, slot);
      this.#counts.push(0);
    }
    this.#counts[slot]!++;
    this.#slotOf.push(slot);
    this.#offsets.push(offset);
    this.#lengths.push(length);
    this.#authors.push(authorId);
    this.#sentMs.push(sentMs);
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
    const order = new Uint32Array(start);
    for (let index = 0; index < start; index++) order[next[this.#slotOf.at(index)]!++] = index;
    const [offsets, lengths, authors, sentMs] = [this.#offsets, this.#lengths, this.#authors, this.#sentMs];
    return { table: { offsets, lengths, authors, sentMs, order }, ranges };
  }
}
