import { isArrivalField } from '../arrival-codec';
import { deliveryStates, type DeliveryState } from '../delivery';
import type { Extra, Extras } from '../extras';
import { chatLimits } from '../limits';
import { messageMarks, type Edit, type MediaReference, type Message, type Reaction } from '../message';

/**
 * Two copies of one message as one: what either of them knows is in it. The fuller copy decides where they differ: one that is not
 * deleted, not unsupported, edited later, with its file, with more in it. What the other one said instead is kept in `extras`:
 * `otherTexts`, `deletedInAnotherCopy`. The order of the two makes no difference, and merging with one of them again changes nothing.
 */
export function mergeMessage(left: Message, right: Message): Message {
  const [full, spare] = compareCopies(left, right) >= 0 ? [left, right] : [right, left];
  return mergeOnto(full, spare);
}

/** As `mergeMessage`, where it is known which copy decides. */
export function mergeOnto(full: Message, spare: Message): Message {
  const isFromSelf = full.isFromSelf || spare.isFromSelf;
  const { unsupportedType: _type, ...rest } = spare;
  const merged: { -readonly [K in keyof Message]: Message[K] } = {
    ...rest,
    ...full,
    isFromSelf,
    senderId: isFromSelf ? null : (full.senderId ?? spare.senderId),
    timeMs: full.timeMs ?? spare.timeMs,
  };
  if (full.media !== undefined && spare.media !== undefined) merged.media = mergeMedia(full.media, spare.media);
  const reactions = mergeReactions(full.reactions ?? [], spare.reactions ?? []);
  if (reactions.length > 0) merged.reactions = reactions;
  const edits = mergeEdits(full.edits ?? [], spare.edits ?? []);
  if (edits.length > 0) merged.edits = edits;
  const marks = messageMarks.filter(
    (mark) => full.marks?.includes(mark) === true || spare.marks?.includes(mark) === true,
  );
  if (marks.length > 0) merged.marks = marks;
  const delivery = furtherOf(full.delivery, spare.delivery);
  if (delivery !== undefined) merged.delivery = delivery;
  // What stands in the extras of one copy under the name of a field, since it could be no value of it, gives way to the other's field.
  const facts = Object.entries({ ...spare.extras, ...full.extras, ...differences(full, spare) });
  const extras = facts.filter(([name]) => !isArrivalField(name) || !Object.hasOwn(merged, name));
  if (extras.length > 0) merged.extras = Object.fromEntries(extras);
  else delete merged.extras;
  return merged;
}

/** A message that was read in one copy was read: the other one is older. */
function furtherOf(one: DeliveryState | undefined, other: DeliveryState | undefined): DeliveryState | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return deliveryStates.indexOf(one) >= deliveryStates.indexOf(other) ? one : other;
}

/** Positive where the left copy is the fuller one; 0 for equal copies alone. */
function compareCopies(left: Message, right: Message): number {
  const [mine, theirs] = [fullness(left), fullness(right)];
  for (const [index, value] of mine.entries()) if (value !== theirs[index]) return value - theirs[index]!;
  const [one, other] = [canonicalJson(left), canonicalJson(right)];
  if (one.length !== other.length) return one.length - other.length;
  return one === other ? 0 : one > other ? 1 : -1;
}

function fullness({ kind, edits = [], marks = [], media }: Message): readonly number[] {
  return [
    kind === 'deleted' ? 0 : 1,
    kind === 'unsupported' ? 0 : 1,
    Math.max(Number.MIN_SAFE_INTEGER, ...edits.map(({ timeMs }) => timeMs)),
    marks.includes('edited') ? 1 : 0,
    media === undefined || media.isOmitted === true ? 0 : 1,
  ];
}

/** The same text for equal values, whatever the order of their properties. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_name, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([left], [right]) => (left < right ? -1 : 1)))
      : item,
  );
}

function mergeMedia(full: MediaReference, spare: MediaReference): MediaReference {
  const { isOmitted, ...rest } = { ...spare, ...full };
  // one copy has the file
  return full.isOmitted === true && spare.isOmitted === true && isOmitted ? { ...rest, isOmitted } : rest;
}

/** Every reaction once, with its latest instant. */
function mergeReactions(full: readonly Reaction[], spare: readonly Reaction[]): readonly Reaction[] {
  const all = new Map<string, Reaction>();
  for (const reaction of [...full, ...spare]) {
    const key = JSON.stringify([reaction.senderId, reaction.text]);
    const known = all.get(key);
    if (known === undefined || (reaction.timeMs ?? -Infinity) > (known.timeMs ?? -Infinity)) all.set(key, reaction);
  }
  return [...all.values()].slice(0, chatLimits.reactions);
}

/** Every edit once, the earliest first. */
function mergeEdits(full: readonly Edit[], spare: readonly Edit[]): readonly Edit[] {
  const all = new Map([...full, ...spare].map((edit) => [canonicalJson(edit), edit] as const));
  const known = new Set(
    [...all.values()].filter(({ textBefore }) => textBefore !== undefined).map(({ timeMs }) => timeMs),
  );
  return [...all]
    .filter(([, { timeMs, textBefore }]) => textBefore !== undefined || !known.has(timeMs))
    .sort(([one, left], [other, right]) => left.timeMs - right.timeMs || (one < other ? -1 : 1))
    .map(([, edit]) => edit)
    .slice(0, chatLimits.edits);
}

/** What the copy that does not decide says otherwise. */
function differences(full: Message, spare: Message): Extras {
  const texts = new Set([...textsIn(full.extras), ...textsIn(spare.extras)]);
  if (spare.text !== undefined && full.text !== undefined) texts.add(spare.text);
  texts.delete(full.text ?? spare.text ?? '');
  const isDeleted = spare.kind === 'deleted' && full.kind !== 'deleted';
  return {
    ...(texts.size > 0 ? { otherTexts: [...texts].sort() } : {}),
    ...(isDeleted ? { deletedInAnotherCopy: true } : {}),
  };
}

function textsIn(extras: Extras | undefined): readonly string[] {
  const texts: Extra | undefined = extras?.['otherTexts'];
  return Array.isArray(texts) ? texts.filter((text: unknown) => typeof text === 'string') : [];
}
