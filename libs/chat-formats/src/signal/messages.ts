import {
  chatLimits,
  maximumInstantMs,
  type Edit,
  type Extra,
  type Extras,
  type Message,
  type Quote,
  type Reaction,
} from '@coffer/chat-model';
import { addMark, type MessageDraft } from '../message-draft';
import { fileAsExtras, kindOfFile, readAttachment, readFilePointer } from './attachments';
import { selfId } from './places';
import type {
  ChatItem,
  Revision,
  SharedContact,
  SignalPoll,
  StandardMessage,
  Sticker,
  StoryReply,
} from './schema/chat-item';
import type { Attachment, RichText, SignalQuote, SignalReaction } from './schema/files';
import { leastDelivery } from './delivery';
import { signalEventWords } from './event-words';
import { readUpdate } from './updates';
import { vCardOf } from './vcard';

type ExtrasDraft = Record<string, Extra>;

/** Milliseconds that a date can hold, or nothing. */
function instantOf(value: number | string | undefined): number | null {
  return typeof value === 'number' && value <= maximumInstantMs ? value : null;
}

const clipped = (text: string): string =>
  text.length <= chatLimits.textLength ? text : text.slice(0, chatLimits.textLength).toWellFormed();

/** The id of a message: when and by whom, by which Signal itself knows messages. */
export const messageId = (sentMs: number | string | undefined, authorId: string | undefined): string =>
  `${digitsOf(sentMs ?? 0)}.${authorId ?? 'nobody'}`;

/** A whole number as text. V8 keeps the text that `String` makes of one, and with each message has one more to carry along. */
const digitsOf = (value: number | string): string => (typeof value === 'number' ? value.toFixed(0) : value);

/**
 * One entry of a conversation as a message. What the model has no place for goes into `extras` as it was decoded.
 *
 * @param id - of the message; see `messageId`
 */
export function messageOf(item: ChatItem, id: string): Message {
  const { authorId, sentMs, revisions } = item;
  const isFromSelf = item.outgoing !== undefined;
  const draft: MessageDraft = {
    id,
    senderId: isFromSelf || authorId === undefined || authorId === selfId ? null : authorId,
    isFromSelf,
    timeMs: instantOf(sentMs),
    kind: 'text',
  };
  const extras: ExtrasDraft = {};
  readContent(item, draft, extras);
  if (revisions !== undefined) readRevisions(revisions, draft, extras);
  if (hasAny(extras)) draft.extras = extras;
  return draft;
}

/** The revisions of a message are its earlier states, from the oldest on; each edit is dated by the state that follows it. */
function readRevisions(revisions: readonly Revision[], draft: MessageDraft, extras: ExtrasDraft): void {
  const edits: Edit[] = [];
  const rests: Extras[] = [];
  for (const [index, revision] of revisions.entries()) {
    const before: MessageDraft = { id: '', senderId: null, isFromSelf: false, timeMs: null, kind: 'text' };
    const beforeExtras: ExtrasDraft = { sentMs: revision.sentMs ?? 0 };
    readContent(revision, before, beforeExtras);
    const next = index + 1 < revisions.length ? instantOf(revisions[index + 1]!.sentMs) : draft.timeMs;
    edits.push({ timeMs: next ?? 0, ...(before.text === undefined ? {} : { textBefore: before.text }) });
    const { id: _id, senderId: _sender, isFromSelf: _self, timeMs: _time, kind: _kind, text: _text, ...more } = before;
    rests.push({ ...(more as Extras), ...beforeExtras });
  }
  draft.edits = edits;
  addMark(draft, 'edited');
  extras['revisions'] = rests;
}

/** Fields of an entry that have a place of their own. */
const placedInItem: ReadonlySet<string> = new Set<keyof ChatItem>([
  ...(['chatId', 'authorId', 'sentMs', 'revisions', 'incoming', 'outgoing', 'directionless'] as const),
  ...(['standard', 'contact', 'sticker', 'deleted', 'deletedByAdmin', 'update', 'payment'] as const),
  ...(['giftBadge', 'viewOnce', 'storyReply', 'poll'] as const),
]);
const placedInStandard: ReadonlySet<string> = new Set<keyof StandardMessage>([
  ...(['text', 'attachments', 'quote', 'reactions'] as const),
]);
const placedInIncoming: ReadonlySet<string> = new Set<keyof NonNullable<ChatItem['incoming']>>(['receivedMs']);
const placedInText: ReadonlySet<string> = new Set<keyof RichText>(['body']);

/** Keeps the fields that have no place. Most messages have few: a copy without the others would cost each of them. */
function keepOthers(fields: object, placed: ReadonlySet<string>, extras: ExtrasDraft): void {
  for (const name in fields) if (!placed.has(name)) extras[name] = fields[name as keyof typeof fields];
}

/** What an entry says: one of the content fields is there, or none that is known. */
function readContent(content: ChatItem | Revision, draft: MessageDraft, extras: ExtrasDraft): void {
  const { standard, contact, sticker, deleted, deletedByAdmin, update } = content;
  const { payment, giftBadge, viewOnce, storyReply, poll, incoming, outgoing } = content;
  keepOthers(content, placedInItem, extras);
  if (incoming !== undefined) readIncoming(incoming, draft, extras);
  if (outgoing !== undefined) readOutgoing(outgoing, draft, extras);
  if (standard !== undefined) readStandard(standard, draft, extras);
  else if (update !== undefined) readUpdateInto(update, draft, extras);
  else if (contact !== undefined) {
    readContact(contact.contact ?? {}, draft, extras);
    readReactions(contact.reactions, draft);
    keepUnknown(contact, extras);
  } else if (sticker !== undefined) {
    readSticker(sticker.sticker ?? {}, draft, extras);
    readReactions(sticker.reactions, draft);
    keepUnknown(sticker, extras);
  } else if (viewOnce !== undefined) {
    readViewOnce(viewOnce.attachment, draft, extras);
    readReactions(viewOnce.reactions, draft);
    keepUnknown(viewOnce, extras);
  } else if (storyReply !== undefined) readStoryReply(storyReply, draft, extras);
  else if (poll !== undefined) readPoll(poll, draft, extras);
  else if (deleted !== undefined) draft.kind = 'deleted';
  else if (deletedByAdmin !== undefined) {
    draft.kind = 'deleted';
    addMark(draft, 'deleted-by-admin');
    extras['deletedByAdmin'] = deletedByAdmin as Extras;
  } else if (payment !== undefined) unsupported('payment', payment, draft, extras);
  else if (giftBadge !== undefined) unsupported('gift-badge', giftBadge, draft, extras);
  else unsupported('unknown', undefined, draft, extras);
}

/** When it was received stands as in other formats; the rest as it was decoded. */
function readIncoming(incoming: NonNullable<ChatItem['incoming']>, draft: MessageDraft, extras: ExtrasDraft): void {
  const receivedMs = instantOf(incoming.receivedMs);
  if (receivedMs !== null) draft.receivedMs = receivedMs;
  else if (incoming.receivedMs !== undefined) extras['receivedMs'] = incoming.receivedMs;
  const others: ExtrasDraft = {};
  keepOthers(incoming, placedInIncoming, others);
  if (hasAny(others)) extras['incoming'] = others;
}

/** The state of each recipient as it was decoded, and the least of them. */
function readOutgoing(outgoing: NonNullable<ChatItem['outgoing']>, draft: MessageDraft, extras: ExtrasDraft): void {
  extras['outgoing'] = outgoing as unknown as Extras;
  const delivery = leastDelivery(outgoing.sendStatus ?? []);
  if (delivery !== undefined) draft.delivery = delivery;
}

/** A kind that the model does not have: named, with all that the source says of it. */
function unsupported(type: string, content: object | undefined, draft: MessageDraft, extras: ExtrasDraft): void {
  draft.kind = 'unsupported';
  draft.unsupportedType = type;
  if (content !== undefined) extras[type] = content as Extras;
}

function readStandard(standard: StandardMessage, draft: MessageDraft, extras: ExtrasDraft): void {
  const { text, attachments, quote, reactions } = standard;
  if (text !== undefined) readText(text, draft, extras);
  if (attachments !== undefined) readAttachments(attachments, draft, extras);
  if (quote !== undefined) readQuote(quote, draft, extras);
  readReactions(reactions, draft);
  keepOthers(standard, placedInStandard, extras);
}

function readText(text: RichText, draft: MessageDraft, extras: ExtrasDraft): void {
  if (text.body !== undefined) draft.text = clipped(text.body);
  const others: ExtrasDraft = {};
  keepOthers(text, placedInText, others);
  if (hasAny(others)) extras['text'] = others;
  if (text.ranges !== undefined) keepMentions(text.ranges, extras);
}

/** Who is mentioned, in the order of the text, as other formats say it; where exactly stays with the other ranges. */
function keepMentions(ranges: NonNullable<RichText['ranges']>, extras: ExtrasDraft): void {
  const mentions = ranges
    .filter(({ mention }) => mention !== undefined)
    .toSorted((left, right) => Number(left.start ?? 0) - Number(right.start ?? 0))
    .map(({ mention }) => mention!);
  if (mentions.length > 0) extras['mentions'] = mentions;
}

/** The model has one file in a message: the first; the others are kept beside it. */
function readAttachments(attachments: readonly Attachment[], draft: MessageDraft, extras: ExtrasDraft): void {
  const [first, ...others] = attachments;
  if (first === undefined) return;
  draft.kind = kindOfFile(first);
  readFirst(first, draft, extras);
  if (others.length > 0) extras['attachments'] = others.map(fileAsExtras);
}

function readFirst(attachment: Attachment, draft: MessageDraft, extras: ExtrasDraft): void {
  const read = readAttachment(attachment);
  if (read.media !== undefined) draft.media = read.media;
  if (hasAny(read.extras)) extras['attachment'] = read.extras;
}

function readViewOnce(attachment: Attachment | undefined, draft: MessageDraft, extras: ExtrasDraft): void {
  draft.kind = attachment === undefined ? 'image' : kindOfFile(attachment);
  addMark(draft, 'view-once');
  if (attachment !== undefined) readFirst(attachment, draft, extras);
}

function readQuote(quote: SignalQuote, draft: MessageDraft, extras: ExtrasDraft): void {
  const { targetSentMs, authorId, text, ...rest } = quote;
  const { body, ...textRest } = text ?? {};
  draft.quote = {
    ...(targetSentMs === undefined ? {} : { messageId: messageId(targetSentMs, authorId) }),
    ...(authorId === undefined ? {} : { senderId: authorId }),
    ...(body === undefined ? {} : { text: clipped(body) }),
  } satisfies Quote;
  const more = { ...(rest as Extras), ...(hasAny(textRest) ? { text: textRest as unknown as Extras } : {}) };
  if (hasAny(more)) extras['quote'] = more;
}

/** In the order in which they were given. */
function readReactions(reactions: readonly SignalReaction[] | undefined, draft: MessageDraft): void {
  if (reactions === undefined || reactions.length === 0) return;
  const order = ({ sortOrder }: SignalReaction): number => Number(sortOrder ?? 0);
  draft.reactions = reactions
    .toSorted((left, right) => order(left) - order(right))
    .map(({ emoji, authorId, sentMs }): Reaction => {
      const timeMs = instantOf(sentMs);
      return {
        senderId: authorId === undefined || authorId === selfId ? null : authorId,
        text: emoji ?? '',
        ...(timeMs === null ? {} : { timeMs }),
      };
    });
}

function readContact(contact: SharedContact, draft: MessageDraft, extras: ExtrasDraft): void {
  draft.kind = 'contact';
  draft.contacts = [vCardOf(contact)];
  const { avatar } = contact;
  if (avatar !== undefined) extras['avatar'] = avatar as Extras;
  keepUnknown(contact, extras);
}

function readSticker({ data, ...rest }: Sticker, draft: MessageDraft, extras: ExtrasDraft): void {
  draft.kind = 'sticker';
  const read = readFilePointer(data);
  if (read.media !== undefined) draft.media = read.media;
  if (hasAny(read.extras)) extras['attachment'] = read.extras;
  if (hasAny(rest)) extras['sticker'] = rest as Extras;
}

function readStoryReply(reply: StoryReply, draft: MessageDraft, extras: ExtrasDraft): void {
  const { text, emoji, reactions, ...rest } = reply;
  const { text: words, ...textRest } = text ?? {};
  if (words !== undefined) readText(words, draft, extras);
  else if (emoji !== undefined) draft.text = emoji;
  readReactions(reactions, draft);
  extras['storyReply'] = { ...(rest as Extras), ...(textRest as Extras), isEmoji: emoji !== undefined };
}

function readPoll(poll: SignalPoll, draft: MessageDraft, extras: ExtrasDraft): void {
  const { question, options = [], reactions, ...rest } = poll;
  draft.kind = 'poll';
  if (question !== undefined) draft.text = clipped(question);
  draft.poll = { options: options.map(({ text = '' }) => text) };
  readReactions(reactions, draft);
  const pollVotes = options.flatMap(({ text: option = '', votes = [] }, index) =>
    votes.map(({ voter, ...more }): Extras => {
      const by = voter === undefined ? {} : voter === selfId ? { isFromSelf: true } : { senderId: voter };
      return { option, index, ...by, ...(more as Extras) };
    }),
  );
  if (pollVotes.length > 0) extras['pollVotes'] = pollVotes;
  const others = options.flatMap(({ text: _text, votes: _votes, ...more }, option) =>
    hasAny(more) ? [{ option, ...(more as Extras) }] : [],
  );
  const facts = { ...(rest as Extras), ...(others.length === 0 ? {} : { options: others }) };
  if (hasAny(facts)) extras['poll'] = facts;
}

function readUpdateInto(update: NonNullable<ChatItem['update']>, draft: MessageDraft, extras: ExtrasDraft): void {
  const { system, call, extras: more } = readUpdate(update);
  draft.kind = call === undefined ? 'system' : 'call';
  if (call !== undefined) draft.call = call;
  if (system !== undefined) draft.system = system;
  const event = system === undefined ? undefined : signalEventWords(system.action);
  Object.assign(extras, more, event === undefined ? {} : { event });
}

/** Fields that this version does not know are never lost. */
function keepUnknown({ unknown }: { readonly unknown?: unknown }, extras: ExtrasDraft): void {
  if (unknown !== undefined)
    extras['unknown'] = [...((extras['unknown'] as Extra[] | undefined) ?? []), ...(unknown as Extra[])];
}

function hasAny(value: object): boolean {
  for (const _name in value) return true;
  return false;
}
