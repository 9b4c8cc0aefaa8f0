import type { CborValue } from '@coffer/foundation';
import { liftArrival, storedExtras } from './arrival-codec';
import type { Arrival } from './delivery';
import type { Extras } from './extras';
import { extras, writeFlatExtras } from './extras-codec';
import {
  choice,
  decimal,
  flag,
  integer,
  invalid,
  list,
  nullable,
  pattern,
  record,
  text,
  type FieldCodec,
} from './field-codecs';
import { chatLimits, maximumInstantMs } from './limits';
import {
  messageKinds,
  messageMarks,
  type Call,
  type Edit,
  type MediaReference,
  type Message,
  type Place,
  type Poll,
  type Quote,
  type Reaction,
  type SystemEvent,
} from './message';
import type { SegmentWriter } from './segment-writer';

const id = text(chatLimits.idLength);
const body = text(chatLimits.textLength);
const title = text(chatLimits.titleLength);
const count = integer(0, Number.MAX_SAFE_INTEGER);
export const instant = integer(-maximumInstantMs, maximumInstantMs);

const media = record<MediaReference>(
  {
    path: text(chatLimits.pathLength),
    name: title,
    mimeType: title,
    sizeBytes: count,
    sha256Hex: pattern(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
    widthPixels: count,
    heightPixels: count,
    durationSeconds: count,
    isOmitted: flag,
  },
  [],
);
const quote = record<Quote>({ messageId: id, senderId: id, text: body, kind: choice(messageKinds) }, []);
const reaction = record<Reaction>({ senderId: nullable(id), text: title, timeMs: instant }, ['senderId', 'text']);
const edit = record<Edit>({ timeMs: instant, textBefore: body }, ['timeMs']);
const system = record<SystemEvent>({ action: id, participantIds: list(id, chatLimits.participants), value: body }, [
  'action',
]);
const place = record<Place>(
  { latitude: decimal(-90, 90), longitude: decimal(-180, 180), name: title, address: title },
  ['latitude', 'longitude'],
);
const call = record<Call>({ isVideo: flag, isMissed: flag, durationSeconds: count }, []);
const poll = record<Poll>({ options: list(title, chatLimits.pollOptions) }, ['options']);

type Rest = Omit<Message, 'id' | 'senderId' | 'isFromSelf' | 'timeMs' | 'kind' | 'text' | keyof Arrival>;

const rest: FieldCodec<Rest> = record<Rest>(
  {
    localTime: pattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/, 'a local time'),
    unsupportedType: id,
    media,
    quote,
    reactions: list(reaction, chatLimits.reactions),
    edits: list(edit, chatLimits.edits),
    system,
    place,
    contacts: list(text(chatLimits.contactLength), chatLimits.contacts),
    call,
    poll,
    marks: list(choice(messageMarks), messageMarks.length),
    extras,
  },
  [],
);

const kindNumbers: ReadonlyMap<string, number> = new Map(messageKinds.map((kind, number) => [kind, number]));
/** Most messages have nothing in `rest`, or `extras` alone: seen without a walk over twelve codecs. */
const plainProperties = 6;

/**
 * `[id, sender, isFromSelf, timeMs, kind, text, rest]`: sender is a number that the segment's table of senders explains, 0
 * for none; kind is the index in `messageKinds`; text and rest are null where absent.
 */
export function messageToCbor(message: Message, numberOf: (senderId: string) => number): CborValue {
  requireUnsupportedType(message);
  const kind = kindNumbers.get(message.kind);
  if (kind === undefined) throw invalid('message.kind', 'one of the known values');
  const { text: words } = message;
  const fields = othersOf(message) > 0 ? restToCbor(message) : null;
  return [
    id.encode(message.id, 'message.id'),
    message.senderId === null ? 0 : numberOf(message.senderId),
    message.isFromSelf,
    message.timeMs === null ? null : instant.encode(message.timeMs, 'message.timeMs'),
    kind,
    words === undefined ? null : body.encode(words, 'message.text'),
    fields !== null && Object.keys(fields).length === 0 ? null : fields,
  ];
}

/** How many properties it has that are part of `rest`. */
function othersOf(message: Message): number {
  return Object.keys(message).length - (message.text === undefined ? plainProperties - 1 : plainProperties);
}

/** How many of its properties stand in `extras` of a segment, with `extras` itself. */
function placesIn({ extras: facts, receivedMs, serverReceivedMs, delivery, receipts }: Message): number {
  let count = facts === undefined ? 0 : 1;
  if (receivedMs !== undefined) count++;
  if (serverReceivedMs !== undefined) count++;
  if (delivery !== undefined) count++;
  if (receipts !== undefined) count++;
  return count;
}

/**
 * Writes what `messageToCbor` gives, byte for byte, and mostly without the values in between: a backup writes millions of messages.
 *
 * @throws ChatModelError `invalid-chat-data`, `chat-data-too-large`, perhaps with a part of the message written
 */
export function writeMessage(writer: SegmentWriter, message: Message, numberOf: (senderId: string) => number): void {
  const { text: words, timeMs, senderId } = message;
  const facts = storedExtras(message);
  const others = othersOf(message);
  const kind = kindNumbers.get(message.kind);
  if (others > placesIn(message) || kind === undefined) {
    writer.value(messageToCbor(message, numberOf));
    return;
  }
  requireUnsupportedType(message);
  writer
    .openList(7)
    .value(id.encode(message.id, 'message.id'))
    .integer(senderId === null ? 0 : numberOf(senderId))
    .value(message.isFromSelf)
    .value(timeMs === null ? null : instant.encode(timeMs, 'message.timeMs'))
    .integer(kind)
    .value(words === undefined ? null : body.encode(words, 'message.text'));
  if (others > 0 && facts !== undefined) writeExtrasAlone(writer, facts);
  else writer.value(null);
}

function writeExtrasAlone(writer: SegmentWriter, facts: Extras): void {
  writer.openMap(1).text('extras');
  if (!writeFlatExtras(writer, facts)) writer.value(extras.encode(facts, 'message.extras'));
}

function restToCbor(message: Message): Readonly<Record<string, CborValue>> {
  const fields = rest.encode(message, 'message') as Readonly<Record<string, CborValue>>;
  const facts = storedExtras(message);
  return facts === message.extras || facts === undefined
    ? fields
    : { ...fields, extras: extras.encode(facts, 'message.extras') };
}

/** The inverse of `messageToCbor`. @throws ChatModelError `invalid-chat-data`, `chat-data-too-large` */
export function messageFromCbor(value: CborValue, senderOf: (number: number) => string | null): Message {
  if (!Array.isArray(value) || value.length !== 7) throw invalid('message', 'a list of seven');
  const [messageId, sender, isFromSelf, time, kindNumber, words, fields] = value as readonly CborValue[];
  const kind = typeof kindNumber === 'number' ? messageKinds[kindNumber] : undefined;
  if (kind === undefined) throw invalid('message.kind', 'one of the known values');
  if (typeof isFromSelf !== 'boolean') throw invalid('message.isFromSelf', 'true or false');
  if (typeof sender !== 'number') throw invalid('message.senderId', 'a number of the sender table');
  const message: Message = {
    id: id.decode(messageId!, 'message.id'),
    senderId: senderOf(sender),
    isFromSelf,
    timeMs: time === null ? null : instant.decode(time!, 'message.timeMs'),
    kind,
    ...(words === null ? {} : { text: body.decode(words!, 'message.text') }),
    ...(fields === null ? {} : liftArrival(requireSomething(rest.decode(fields!, 'message')))),
  };
  requireUnsupportedType(message);
  return message;
}

function requireSomething(fields: Rest): Rest {
  if (Object.keys(fields).length === 0) throw invalid('message', 'without an empty map');
  return fields;
}

function requireUnsupportedType(message: Message): void {
  if ((message.kind === 'unsupported') !== (message.unsupportedType !== undefined)) {
    throw invalid('message.unsupportedType', 'there exactly where the kind is unsupported');
  }
}
