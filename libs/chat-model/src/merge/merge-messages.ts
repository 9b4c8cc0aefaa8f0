import type { Message } from '../message';
import { canonicalJson, mergeMessage, mergeOnto } from './merge-message';
import { baseId, isText, pairMessages, timeKey, type IdKind, type MessageList } from './message-pairs';

/** Whether two values have the same content; the copies of one message mostly do. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  const [mine, theirs] = [left as Readonly<Record<string, unknown>>, right as Readonly<Record<string, unknown>>];
  return names.every((name) => Object.hasOwn(theirs, name) && isSame(mine[name], theirs[name]));
}

/** A message of the result before it has its id: its copy in either list. */
interface Entry {
  readonly left: Message | undefined;
  readonly right: Message | undefined;
  /** For order: the message's instant, or that of the one before it. */
  readonly timeMs: number;
}

/**
 * Two lists of one conversation's messages as one, the oldest first: each message once, in an order that keeps that of both lists
 * where they agree. Ids stay unique; quotes go on naming the message that they named.
 */
export function mergeMessages(left: MessageList, right: MessageList): MessageList {
  const entries = joinLists(left, right);
  const ids: IdKind = left.ids === right.ids ? left.ids : left.ids === 'position' ? right.ids : left.ids;
  const names =
    ids === 'position' ? entries.map((_, index) => String(index + 1)) : chooseIds(entries, left.ids, right.ids);
  // a text export knows less of every message, and less exactly
  const merge = !isText(left, right)
    ? mergeMessage
    : (one: Message, other: Message): Message =>
        left.ids === 'position' ? mergeOnto(other, one) : mergeOnto(one, other);
  const renamed = { left: new Map<string, string>(), right: new Map<string, string>() };
  for (const [index, entry] of entries.entries()) {
    for (const side of ['left', 'right'] as const) {
      const message = entry[side];
      if (message !== undefined && message.id !== names[index]) renamed[side].set(message.id, names[index]!);
    }
  }
  const messages = entries.map((entry, index) => {
    const [one, other] = [follow(entry.left, renamed.left), follow(entry.right, renamed.right)];
    const merged = one === undefined ? other! : other === undefined || isSame(one, other) ? one : merge(one, other);
    return merged.id === names[index] ? merged : { ...merged, id: names[index]! };
  });
  return { messages, ids };
}

/** How many messages `mergeMessages` would give. */
export function countMerged(left: MessageList, right: MessageList): number {
  let pairs = 0;
  for (const place of pairMessages(left, right)) if (place !== -1) pairs++;
  return left.messages.length + right.messages.length - pairs;
}

/** The same message, whose quote names the quoted one by its new id. */
function follow(message: Message | undefined, renamed: ReadonlyMap<string, string>): Message | undefined {
  const quoted = message?.quote?.messageId;
  const name = quoted === undefined ? undefined : renamed.get(quoted);
  return name === undefined ? message : { ...message!, quote: { ...message!.quote, messageId: name } };
}

/** Walks through both lists; where they name the same message in another order, the earlier one comes first. */
function joinLists(left: MessageList, right: MessageList): readonly Entry[] {
  const pairs = pairMessages(left, right);
  const back = new Int32Array(right.messages.length).fill(-1);
  pairs.forEach((place, index) => {
    if (place !== -1) back[place] = index;
  });
  const times = { left: timesOf(left.messages), right: timesOf(right.messages) };
  const isOut = { left: new Uint8Array(left.messages.length), right: new Uint8Array(right.messages.length) };
  const entries: Entry[] = [];
  const emit = (atLeft: number, atRight: number): void => {
    if (atLeft !== -1) isOut.left[atLeft] = 1;
    if (atRight !== -1) isOut.right[atRight] = 1;
    const known = [times.left[atLeft], times.right[atRight]].filter((time) => time !== undefined);
    entries.push({ left: left.messages[atLeft], right: right.messages[atRight], timeMs: Math.min(...known) });
  };
  let [i, j] = [0, 0];
  for (;;) {
    while (isOut.left[i] === 1) i++;
    while (isOut.right[j] === 1) j++;
    const [hasLeft, hasRight] = [i < left.messages.length, j < right.messages.length];
    if (!hasLeft && !hasRight) return entries;
    const [place, origin] = [hasLeft ? pairs[i]! : -1, hasRight ? back[j]! : -1];
    if (!hasRight) emit(i, place);
    else if (!hasLeft) emit(origin, j);
    else if (place === j) emit(i, j);
    else if (place === -1 && origin !== -1) emit(i, -1);
    else if (origin === -1 && place !== -1) emit(-1, j);
    else if (isBefore(left.messages[i]!, times.left[i]!, right.messages[j]!, times.right[j]!)) emit(i, place);
    else emit(origin, j);
  }
}

/** Instants for order; a message without one goes with the message before it. */
function timesOf(messages: readonly Message[]): readonly number[] {
  let last = Number.MIN_SAFE_INTEGER;
  return messages.map(({ timeMs, localTime }) => {
    const instantMs = timeMs ?? (localTime === undefined ? Number.NaN : Date.parse(`${localTime}Z`));
    if (!Number.isNaN(instantMs)) last = instantMs;
    return last;
  });
}

function isBefore(left: Message, leftMs: number, right: Message, rightMs: number): boolean {
  if (leftMs !== rightMs) return leftMs < rightMs;
  const byId = compareIds(left.id, right.id);
  return byId === 0 ? canonicalJson(left) <= canonicalJson(right) : byId < 0;
}

/** Numbers in their order, other ids as text. */
function compareIds(left: string, right: string): number {
  const isNumbers = /^\d+$/.test(left) && /^\d+$/.test(right);
  if (isNumbers && left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}

/**
 * An id for each entry. Where two messages of different times have one id, the earlier one keeps it and the other has its time added;
 * an id that is a position is none beside ids of another kind.
 */
function chooseIds(entries: readonly Entry[], leftIds: IdKind, rightIds: IdKind): readonly string[] {
  const wanted = entries.map(({ left, right }) => {
    const ids = [
      ...(left === undefined || leftIds === 'position' ? [] : [baseId(left)]),
      ...(right === undefined || rightIds === 'position' ? [] : [baseId(right)]),
    ].sort(compareIds);
    return ids[0] ?? `text:${(left ?? right)!.id}`;
  });
  const taken = new Set(wanted);
  // mostly nothing is to be settled, and then the order of all messages need not be known
  if (taken.size === wanted.length) return wanted;
  taken.clear();
  const names: string[] = [];
  const order = entries.map((_, index) => index);
  const messageOf = (index: number): Message => (entries[index]!.left ?? entries[index]!.right)!;
  order.sort((one, other) => {
    const [before, after] = [messageOf(one), messageOf(other)];
    return isBefore(before, entries[one]!.timeMs, after, entries[other]!.timeMs) ? -1 : 1;
  });
  for (const index of order) {
    let name = wanted[index]!;
    if (taken.has(name)) name = `${name}~${timeKey(messageOf(index))}`;
    for (let number = 2; taken.has(name); number++) name = `${wanted[index]!}~${number}`;
    taken.add(name);
    names[index] = name;
  }
  return names;
}
