import type { CborValue } from '@coffer/foundation';
import { storedExtras } from './arrival-codec';
import { jsonLengthOf } from './extras-codec';
import { invalid, requireMap, text, tooLarge } from './field-codecs';
import { chatLimits } from './limits';
import type { Message } from './message';
import { readSegmentValue } from './segment-reader';
import { SegmentWriter } from './segment-writer';
import { messageFromCbor, writeMessage } from './message-codec';

const version = 1;
/** Where messages are written before their senders are known: used again for each segment, unless a long one made it large. */
let scratch: SegmentWriter | undefined;
const scratchMostBytes = 1024 * 1024;
/** For the head of a segment with few senders. */
const headRoomBytes = 1024;
const senderId = text(chatLimits.idLength);

/** Writes one segment after another, message by message: what a message was made of need not outlive it. */
class SegmentEncoder {
  readonly #written: SegmentWriter;
  readonly #numbers = new Map<string, number>();
  #messages = 0;

  constructor() {
    this.#written = (scratch ?? new SegmentWriter()).restart();
    // Nobody else writes there meanwhile.
    scratch = undefined;
  }

  get messages(): number {
    return this.#messages;
  }

  add(message: Message): void {
    writeMessage(this.#written, message, this.#numberOf);
    this.#messages++;
  }

  /** The segment of what was added; what is added from here on is of the next one. */
  finish(): Uint8Array<ArrayBuffer> {
    const written = this.#written;
    const bytes = new SegmentWriter(written.length + headRoomBytes)
      .openMap(3)
      .value('v')
      .value(version)
      .value('senders')
      .value([...this.#numbers.keys()])
      .value('messages')
      .openList(this.#messages)
      .append(written)
      .finish();
    this.#messages = 0;
    this.#numbers.clear();
    written.restart();
    if (bytes.length > chatLimits.segmentBytes) throw tooLarge('segment', chatLimits.segmentBytes);
    return bytes;
  }

  /** Gives the memory to the next one. */
  close(): void {
    if (this.#written.capacity <= scratchMostBytes) scratch = this.#written;
  }

  readonly #numberOf = (sender: string): number => {
    const numbers = this.#numbers;
    const known = numbers.get(sender);
    if (known !== undefined) return known;
    const wellFormed = senderId.encode(sender, 'message.senderId') as string;
    const number = numbers.get(wellFormed) ?? numbers.size + 1;
    numbers.set(wellFormed, number);
    return number;
  };
}

/**
 * Some consecutive messages of one conversation as deterministic CBOR: `{v: 1, senders: [id, …], messages: [[…], …]}`.
 * Equal messages give equal bytes.
 *
 * @throws ChatModelError `invalid-chat-data`, `chat-data-too-large` (more than 500 messages, or a field beyond its limit)
 */
export function encodeSegment(messages: readonly Message[]): Uint8Array<ArrayBuffer> {
  if (messages.length > chatLimits.segmentMessages) throw tooLarge('segment.messages', chatLimits.segmentMessages);
  const encoder = new SegmentEncoder();
  try {
    for (const message of messages) encoder.add(message);
    return encoder.finish();
  } finally {
    encoder.close();
  }
}

/**
 * The messages of one segment. Takes untrusted bytes: every limit is checked, unknown fields and versions are refused, and
 * the one encoding that `encodeSegment` gives is the only one accepted.
 *
 * @throws ChatModelError `invalid-chat-data`, `chat-data-too-large`
 * @throws EncodingError where the bytes are not deterministic CBOR
 */
export function decodeSegment(bytes: Uint8Array): readonly Message[] {
  if (bytes.length > chatLimits.segmentBytes) throw tooLarge('segment', chatLimits.segmentBytes);
  const map = requireMap(readSegmentValue(bytes), 'segment');
  if (map['v'] !== version) throw invalid('segment.v', `${version}: this reader knows no other version`);
  if (Object.keys(map).length !== 3) throw invalid('segment', 'v, senders and messages');
  const senders = requireList(map['senders'], 'segment.senders', chatLimits.segmentMessages).map((sender) =>
    senderId.decode(sender, 'segment.senders'),
  );
  let seen = 0;
  const senderOf = (number: number): string | null => {
    if (number === 0) return null;
    if (number > seen + 1 || number < 0 || senders[number - 1] === undefined) {
      throw invalid('message.senderId', 'a number of the sender table, in order of appearance');
    }
    seen = Math.max(seen, number);
    return senders[number - 1]!;
  };
  const messages = requireList(map['messages'], 'segment.messages', chatLimits.segmentMessages).map((message) =>
    messageFromCbor(message, senderOf),
  );
  if (seen !== senders.length || new Set(senders).size !== senders.length) {
    throw invalid('segment.senders', 'each sender once, and none that wrote nothing');
  }
  return messages;
}

function requireList(value: CborValue | undefined, field: string, limit: number): readonly CborValue[] {
  if (!Array.isArray(value)) throw invalid(field, 'a list');
  if (value.length > limit) throw tooLarge(field, limit);
  return value as readonly CborValue[];
}

/** What is in a segment, and its bytes. */
export interface EncodedSegment {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly messages: number;
  /** The earliest and the latest time in it; null where no message has one. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/**
 * Messages as segments, cut by position from the first one, so that messages which are added at the end change the last segment only. A
 * segment ends at 500 messages, or earlier once it holds 1 Mi UTF-16 units of text.
 *
 * @throws ChatModelError `invalid-chat-data`, `chat-data-too-large`
 */
export function* encodeSegments(messages: Iterable<Message>): Generator<EncodedSegment, void, undefined> {
  const encoder = new SegmentEncoder();
  try {
    let length = 0;
    let firstMs: number | null = null;
    let lastMs: number | null = null;
    for (const message of messages) {
      encoder.add(message);
      const { timeMs } = message;
      if (timeMs !== null && (firstMs === null || timeMs < firstMs)) firstMs = timeMs;
      if (timeMs !== null && (lastMs === null || timeMs > lastMs)) lastMs = timeMs;
      length += textLengthOf(message);
      if (encoder.messages < chatLimits.segmentMessages && length < chatLimits.segmentTextLength) continue;
      yield { messages: encoder.messages, bytes: encoder.finish(), firstMs, lastMs };
      length = 0;
      firstMs = lastMs = null;
    }
    if (encoder.messages > 0) yield { messages: encoder.messages, bytes: encoder.finish(), firstMs, lastMs };
  } finally {
    encoder.close();
  }
}

/** Cuts messages into runs for `encodeSegment` where {@link encodeSegments} cuts them. */
export function* cutSegments(messages: Iterable<Message>): Generator<readonly Message[], void, undefined> {
  let run: Message[] = [];
  let length = 0;
  for (const message of messages) {
    run.push(message);
    length += textLengthOf(message);
    if (run.length === chatLimits.segmentMessages || length >= chatLimits.segmentTextLength) {
      yield run;
      run = [];
      length = 0;
    }
  }
  if (run.length > 0) yield run;
}

function textLengthOf(message: Message): number {
  const { text: words } = message;
  // as it was before some of them became fields: segments are cut where they were
  const extras = storedExtras(message);
  return (words?.length ?? 0) + (extras === undefined ? 0 : jsonLengthOf(extras));
}
