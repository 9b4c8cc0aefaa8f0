import {
  chatLimits,
  type ChatSource,
  type Conversation,
  type ConversationSource,
  type Extra,
  type Extras,
  type Message,
  type Participant,
} from '@coffer/chat-model';
import { MessageDecoder } from '../protobuf/decode';
import type { OpenBytes } from '../open-bytes';
import { indexSignalBackup, type ItemRange, type ItemTable, type SignalBackupIndex } from './backup-index';
import { messageId, messageOf } from './messages';
import { participantOf, selfId, type Place } from './places';
import { chatItem } from './schema/chat-item';
import type { FrameName, SignalChat } from './schema/frames';

/** Decrypted records that can be read anywhere, and closed. */
export type SignalRecords = OpenBytes;

export interface SignalSourceOptions {
  /** The owner's ACI as UUID text: left out of the participants. */
  readonly aci?: string;
}

/** A Signal backup as a chat source. */
export interface SignalSource extends ChatSource {
  /** How many frames of each sort there are; those that are no conversations are not in the source. */
  readonly frameCounts: ReadonlyMap<FrameName, number>;
}

/**
 * Signal's backup (version 2 container, decrypted and unpacked) as a chat source: one pass finds everything, messages are decoded when
 * they are asked for. The source owns the records and closes them.
 *
 * @throws ChatFormatError `damaged`, `too-large`, `unsupported-format`
 */
export function openSignalRecords(records: SignalRecords, options: SignalSourceOptions = {}): SignalSource {
  try {
    return new RecordsSource(records, indexSignalBackup(records), options);
  } catch (error) {
    records.close();
    throw error;
  }
}

class RecordsSource implements SignalSource {
  readonly format = 'signal-backup-v2';
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly frameCounts: ReadonlyMap<FrameName, number>;
  readonly #records: SignalRecords;
  readonly #index: SignalBackupIndex;
  readonly #aci: string | undefined;
  #isClosed = false;

  constructor(records: SignalRecords, index: SignalBackupIndex, { aci }: SignalSourceOptions) {
    this.#records = records;
    this.#index = index;
    this.#aci = aci?.toLowerCase();
    this.frameCounts = index.frameCounts;
    const messages = index.chats.reduce((sum, { items }) => sum + items.end - items.start, 0);
    this.counts = { chats: index.chats.length, messages };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    const ids = new Set<string>();
    for (const { chat, items } of this.#index.chats) {
      const conversation = this.#conversation(chat, items, ids);
      ids.add(conversation.id);
      yield {
        conversation,
        messageCount: items.end - items.start,
        messages: () => this.#messages(items, items),
        between: (from, to) => this.#messages(items, part(items, from, to)),
      };
    }
  }

  #conversation(chat: SignalChat, items: ItemRange, taken: ReadonlySet<string>): Conversation {
    const { id: number, recipientId, isArchived, ...rest } = chat;
    const place = recipientId === undefined ? undefined : this.#index.places.get(recipientId);
    const wanted = place?.id ?? `chat:${number ?? 0}`;
    const id = taken.has(wanted) ? `${wanted}#${number ?? 0}` : wanted;
    const extras: Extras = { ...(rest as Record<string, Extra>), ...place?.extras };
    return {
      id,
      kind: place?.kind ?? 'unknown',
      title: place?.name ?? id,
      participants: this.#participants(place, items),
      ...(isArchived === true ? { isArchived } : {}),
      ...(Object.keys(extras).length === 0 ? {} : { extras }),
    };
  }

  /** Whoever is in it, then whoever else wrote: people leave groups, and what they wrote stays. */
  #participants(place: Place | undefined, items: ItemRange): readonly Participant[] {
    const isOne = place?.kind === 'direct' || place?.kind === 'channel';
    const ids = new Set(isOne ? [place.id] : place?.members);
    if (!isOne) for (const author of this.#authors(items)) ids.add(author);
    return [...ids]
      .filter((each) => each !== selfId && each !== this.#aci)
      .slice(0, chatLimits.participants)
      .map((each) => participantOf(each, this.#index.places));
  }

  /** Those people who wrote in a conversation: a group itself is the author of some of its events. */
  #authors({ start, end }: ItemRange): readonly string[] {
    const { items, places, refer } = this.#index;
    const numbers = new Set<number>();
    for (let index = start; index < end; index++) numbers.add(items.authors.at(items.order[index]!));
    return [...numbers].map(refer).filter((id) => places.get(id)?.kind === 'direct');
  }

  *#messages(whole: ItemRange, range: ItemRange): Generator<Message, void, undefined> {
    const { items, refer } = this.#index;
    const repeated = repeatedIds(items, whole);
    const decoder = new MessageDecoder(noBytes, refer);
    for (let index = range.start; index < range.end; index++) {
      const at = items.order[index]!;
      const bytes = this.#records.read(items.offsets.at(at), items.lengths.at(at));
      const item = decoder.reset(bytes).decode(chatItem);
      const number = repeated.get(index);
      const id = messageId(item.sentMs, item.authorId);
      yield messageOf(item, number === undefined ? id : `${id}#${number}`);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#records.close();
  }
}

const noBytes = new Uint8Array();

const part = ({ start, end }: ItemRange, from: number, to: number): ItemRange => ({
  start: Math.min(end, start + from),
  end: Math.min(end, start + to),
});

/**
 * Entries that share author and instant with an earlier one of the conversation, and the how many-th each is. Numbers are compared,
 * and only within one instant: ids as text, of all messages of a conversation, would be memory that grows with it.
 */
function repeatedIds(
  { authors, sentMs, order: all }: ItemTable,
  { start, end }: ItemRange,
): ReadonlyMap<number, number> {
  const repeated = new Map<number, number>();
  const sentAt = (index: number): number => sentMs.at(all[index]!);
  let isRising = true;
  for (let index = start + 1; index < end && isRising; index++) isRising = sentAt(index) > sentAt(index - 1);
  if (isRising) return repeated;
  const order = Uint32Array.from({ length: end - start }, (_, at) => start + at);
  order.sort((left, right) => sentAt(left) - sentAt(right) || left - right);
  let seen = new Map<number, number>();
  for (let at = 1; at < order.length; at++) {
    const [index, before] = [order[at]!, order[at - 1]!];
    if (sentAt(index) !== sentAt(before)) {
      seen.clear();
      continue;
    }
    if (seen.size === 0) seen = new Map([[authors.at(all[before]!), 1]]);
    const author = authors.at(all[index]!);
    const count = (seen.get(author) ?? 0) + 1;
    seen.set(author, count);
    if (count > 1) repeated.set(index, count);
  }
  return repeated;
}
