import type { Conversation, Participant } from '../conversation';
import type { Receipt } from '../delivery';
import type { Call, Edit, MediaReference, Message, Place, Poll, Quote, Reaction, SystemEvent } from '../message';
import type { ChatSource } from '../source';
import { Nonsense } from './nonsense';
import { kept, scrambleFields, type FieldScramblers } from './scramble-fields';
import { ScrambledValues } from './scrambled-values';
import { StableNames } from './stable-names';

/**
 * Makes histories of the same shape without their content, for reports of faults: docs/chat-formats.md, "A history without its
 * content", says what stays and what it still tells. Equal values become equal ones throughout one scrambler; without its secret nobody
 * can tell what they were.
 */
export class Scrambler {
  readonly #nonsense: Nonsense;
  readonly #values: ScrambledValues;
  readonly #ids: StableNames;

  /** @param secret - 32 random bytes, for one report, kept nowhere */
  constructor(secret: Uint8Array) {
    this.#nonsense = new Nonsense(secret);
    this.#values = new ScrambledValues(this.#nonsense);
    this.#ids = new StableNames(this.#nonsense);
  }

  /** The same source without content, read as often as one likes. Closing it closes the source. */
  source(source: ChatSource): ChatSource {
    const scramble = (entry: { readonly messages: () => Iterable<Message> }): (() => Iterable<Message>) => {
      const fields = this.#messageFields(new StableNames(this.#nonsense));
      return function* messages() {
        for (const message of entry.messages()) yield scrambleFields(message, fields);
      };
    };
    const conversationOf = (conversation: Conversation): Conversation =>
      scrambleFields(conversation, this.#conversationFields());
    return {
      format: source.format,
      counts: source.counts,
      *conversations() {
        for (const entry of source.conversations()) {
          const { messageCount } = entry;
          yield { conversation: conversationOf(entry.conversation), messageCount, messages: scramble(entry) };
        }
      },
      close: () => source.close(),
    };
  }

  /** Where the file of a message lies after its path was scrambled. */
  path(path: string): string {
    return this.#values.path(path);
  }

  /** 32 bytes that stand for a content: equal ones for equal contents. */
  bytesOf(content: string): Uint8Array<ArrayBuffer> {
    return this.#nonsense.bytesOf(content);
  }

  readonly #id = (id: string): string => this.#ids.of(id);
  readonly #idOrNull = (id: string | null): string | null => (id === null ? null : this.#ids.of(id));

  #conversationFields(): FieldScramblers<Conversation> {
    const { text, instant, extras } = this.#values;
    const participant: FieldScramblers<Participant> = { id: this.#id, name: text };
    return {
      id: this.#id,
      kind: kept,
      title: text,
      participants: each(participant),
      isArchived: kept,
      createdMs: instant,
      extras,
    };
  }

  /** @param messageIds - of one conversation */
  #messageFields(messageIds: StableNames): FieldScramblers<Message> {
    const { text, instant, localTime, programWord, card, extras, degrees } = this.#values;
    const messageId = (id: string): string => messageIds.of(id);
    const quote: FieldScramblers<Quote> = { messageId, senderId: this.#id, text, kind: kept };
    const reaction: FieldScramblers<Reaction> = { senderId: this.#idOrNull, text, timeMs: instant };
    const edit: FieldScramblers<Edit> = { timeMs: instant, textBefore: text };
    const system: FieldScramblers<SystemEvent> = {
      action: programWord,
      participantIds: (ids) => ids.map(this.#id),
      value: text,
    };
    const place: FieldScramblers<Place> = {
      latitude: (value) => degrees(value, 90),
      longitude: (value) => degrees(value, 180),
      name: text,
      address: text,
    };
    const receipt: FieldScramblers<Receipt> = {
      id: this.#id,
      receivedMs: instant,
      readMs: instant,
      playedMs: instant,
      status: kept,
    };
    const call: FieldScramblers<Call> = { isVideo: kept, isMissed: kept, durationSeconds: kept };
    const poll: FieldScramblers<Poll> = { options: (options) => options.map(text) };
    return {
      id: messageId,
      senderId: this.#idOrNull,
      isFromSelf: kept,
      timeMs: (timeMs) => (timeMs === null ? null : instant(timeMs)),
      localTime,
      kind: kept,
      text,
      unsupportedType: programWord,
      media: one(this.#mediaFields()),
      quote: one(quote),
      reactions: each(reaction),
      edits: each(edit),
      system: one(system),
      place: one(place),
      contacts: (contacts) => contacts.map(card),
      call: one(call),
      poll: one(poll),
      marks: kept,
      receivedMs: instant,
      serverReceivedMs: instant,
      delivery: kept,
      receipts: each(receipt),
      extras,
    };
  }

  #mediaFields(): FieldScramblers<MediaReference> {
    const { path, fileName, mimeType, sha256Hex } = this.#values;
    return {
      path,
      name: fileName,
      mimeType,
      sizeBytes: kept,
      sha256Hex,
      widthPixels: kept,
      heightPixels: kept,
      durationSeconds: kept,
      isOmitted: kept,
    };
  }
}

const one =
  <T extends object>(fields: FieldScramblers<T>) =>
  (value: T): T =>
    scrambleFields(value, fields);

const each =
  <T extends object>(fields: FieldScramblers<T>) =>
  (values: readonly T[]): readonly T[] =>
    values.map((value) => scrambleFields(value, fields));
