import {
  decodeConversationItems,
  decodeFileItems,
  hasItemBelowFile,
  objectIdHex,
  requireSection,
  sectionPlaces,
  type ConversationItem,
  type SnapshotItem,
  type SnapshotSummary,
  type StoredConversation,
} from '@coffer/backup-format';

import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import { SealedObjects, type SealedPlace } from './sealed-objects';
import type { OpenedSummary } from './snapshots';

/** The conversations of a snapshot, whose bytes are views of the section. */
interface ReadConversations {
  readonly section: Uint8Array;
  readonly items: readonly StoredConversation[];
}

/** A snapshot whose summary was verified; the rest is fetched when it is asked for. */
export class OpenedSnapshot {
  readonly summary: SnapshotSummary;
  readonly place: SealedPlace;
  readonly #opened: OpenedSummary;
  #conversations: Promise<ReadConversations> | undefined;
  #items: Promise<readonly SnapshotItem[]> | undefined;

  constructor(opened: OpenedSummary) {
    this.#opened = opened;
    this.summary = opened.summary;
    this.place = opened.place;
  }

  /** 32 lower-case hexadecimal digits. */
  get idHex(): string {
    return objectIdHex(this.summary.id);
  }

  /** Path of the sealed snapshot within the repository. */
  get path(): string {
    return SealedObjects.path(this.place);
  }

  /** Its conversations, in the order of the backup. @throws BackupEngineError `damaged` */
  conversations(): Promise<readonly StoredConversation[]> {
    return this.#readConversations().then(({ items }) => items);
  }

  /**
   * The section that a list of conversations was read from, where it is the very list of this snapshot: then it need not be encoded
   * again.
   */
  async sectionOf(conversations: Iterable<ConversationItem>): Promise<Uint8Array | undefined> {
    const read = await this.#conversations;
    if (read === undefined) return undefined;
    let at = 0;
    for (const item of conversations) if (item !== read.items[at++]) return undefined;
    return at === read.items.length ? read.section : undefined;
  }

  #readConversations(): Promise<ReadConversations> {
    const decode = (section: Uint8Array): ReadConversations => ({ section, items: decodeConversationItems(section) });
    return (this.#conversations ??= this.#read('conversations', decode));
  }

  /** Its files, folders and links, by path. @throws BackupEngineError `damaged` */
  items(): Promise<readonly SnapshotItem[]> {
    return (this.#items ??= this.#read('files', (section) => {
      const items = decodeFileItems(section);
      if (hasItemBelowFile(items)) throw new BackupEngineError('damaged', 'a snapshot has an item below a file');
      return items;
    }));
  }

  /** One of the two sections as it was written, held against the signed summary. @throws BackupEngineError `damaged` */
  section(name: 'conversations' | 'files'): Promise<Uint8Array> {
    return this.#read(name, (section) => section);
  }

  async #read<T>(name: 'conversations' | 'files', decode: (section: Uint8Array) => T): Promise<T> {
    const { reader, signedLength, summary, platform } = this.#opened;
    const { offset, length } = sectionPlaces(signedLength, summary)[name];
    return readingObject(this.path, async () => {
      if (offset + length > reader.plainSize)
        throw new BackupEngineError('damaged', 'a snapshot is shorter than it says');
      const section = await reader.read(offset, length);
      return decode(requireSection(section, summary[name], await platform.sha256(section)));
    });
  }
}
