import type { Message } from '../message';
import { canonicalJson } from './merge-message';

/**
 * What the ids of a source's messages are worth: `lasting` ids are the service's own, `row` ids are those of one database and can be
 * given anew on another phone, `position` ids say only how many-th a message is.
 */
export type IdKind = 'lasting' | 'row' | 'position';

/** A list of messages with what their ids are worth. */
export interface MessageList {
  readonly messages: readonly Message[];
  readonly ids: IdKind;
}

/** For each message of the left list, where in the right list its other copy is; -1 where it has none. */
export type Pairs = Int32Array;

/**
 * Finds the copies of messages in two lists of one conversation. Every message has at most one copy, so that of two equal messages in one
 * list and one in the other none is lost.
 */
export function pairMessages(left: MessageList, right: MessageList): Pairs {
  const pairing = new Pairing(left.messages, right.messages);
  const isPosition = left.ids === 'position' || right.ids === 'position';
  if (isText(left, right)) {
    for (const keyOf of [textKey, fileKey, omittedKey]) pairing.match(keyOf);
    return pairing.pairs;
  }
  if (!isPosition) pairing.match((message) => idKey(message, left.ids === 'lasting' && right.ids === 'lasting'));
  if (isPosition || left.ids === 'row' || right.ids === 'row') pairing.match(contentKey);
  if (isPosition) pairing.match(mediaKey);
  return pairing.pairs;
}

/** Whether one of two copies is a text export and the other is not. */
export const isText = (left: MessageList, right: MessageList): boolean =>
  (left.ids === 'position') !== (right.ids === 'position');

class Pairing {
  readonly pairs: Pairs;
  readonly #left: readonly Message[];
  readonly #right: readonly Message[];
  readonly #isTaken: Uint8Array;

  constructor(left: readonly Message[], right: readonly Message[]) {
    this.#left = left;
    this.#right = right;
    this.pairs = new Int32Array(left.length).fill(-1);
    this.#isTaken = new Uint8Array(right.length);
  }

  /** Pairs what has no copy yet and the same key: the first with the first, the second with the second. */
  match(keyOf: (message: Message) => string | undefined): void {
    const places = new Map<string, number[]>();
    for (const [index, message] of this.#right.entries()) {
      const key = this.#isTaken[index] === 1 ? undefined : keyOf(message);
      if (key === undefined) continue;
      const known = places.get(key);
      if (known === undefined) places.set(key, [index]);
      else known.push(index);
    }
    for (const list of places.values()) list.reverse();
    for (const [index, message] of this.#left.entries()) {
      const key = this.pairs[index] === -1 ? keyOf(message) : undefined;
      const place = key === undefined ? undefined : places.get(key)?.pop();
      if (place === undefined) continue;
      this.pairs[index] = place;
      this.#isTaken[place] = 1;
    }
  }
}

/** The instant, or the local time where that is all there is. */
export const timeKey = ({ timeMs, localTime }: Message): string => String(timeMs ?? localTime ?? '');

/** The id without what a merge before this one added to keep it apart from another. */
export function baseId(message: Message): string {
  const suffix = `~${timeKey(message)}`;
  return message.id.endsWith(suffix) ? message.id.slice(0, -suffix.length) : message.id;
}

/** A lasting id says all; one of a row says it together with when and who. */
function idKey(message: Message, isLasting: boolean): string {
  if (isLasting) return baseId(message);
  return JSON.stringify([baseId(message), timeKey(message), message.senderId, message.isFromSelf]);
}

/** A text export knows minutes, and seconds at best. */
export const minuteKey = ({ timeMs }: Message): number | null => (timeMs === null ? null : Math.floor(timeMs / 60_000));

function textKey(message: Message): string | undefined {
  const { text, senderId, isFromSelf } = message;
  return text === undefined ? undefined : JSON.stringify([minuteKey(message), senderId, isFromSelf, text]);
}

const fileName = ({ media }: Message): string | undefined =>
  media?.path === undefined ? media?.name : media.path.slice(media.path.lastIndexOf('/') + 1);

function fileKey(message: Message): string | undefined {
  const name = fileName(message);
  return name === undefined
    ? undefined
    : JSON.stringify([minuteKey(message), message.senderId, message.isFromSelf, name]);
}

function omittedKey(message: Message): string | undefined {
  const { media, senderId, isFromSelf, text } = message;
  return media === undefined ? undefined : JSON.stringify([minuteKey(message), senderId, isFromSelf, text ?? null]);
}

function contentKey(message: Message): string {
  const { kind, text, media, system, place, contacts, poll, call } = message;
  const file = media?.name ?? media?.path?.slice(media.path.lastIndexOf('/') + 1);
  return canonicalJson([whenAndWho(message), kind, text, file, system?.value, place, contacts, poll, call]);
}

/** A message with a file, whether the source has the file or left it out. */
function mediaKey(message: Message): string | undefined {
  return message.media === undefined ? undefined : canonicalJson([whenAndWho(message), message.text]);
}

/** Exports of one chat agree in their local times, whether a zone was given or not. */
const whenAndWho = ({ timeMs, localTime, senderId, isFromSelf }: Message): readonly unknown[] => [
  localTime ?? timeMs,
  senderId,
  isFromSelf,
];
