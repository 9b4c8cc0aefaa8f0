import type { Conversation, Message, MessageKind, MessageMark } from '@coffer/chat-model';

/** What a history can hold, and how it is seen in one message (or one conversation) of the model. */
export interface Feature {
  readonly name: string;
  readonly isIn: (message: Message, conversation: Conversation) => boolean;
}

const kind = (name: string, ...kinds: readonly MessageKind[]): Feature => ({
  name,
  isIn: (message) => kinds.includes(message.kind),
});
const mark = (name: string, value: MessageMark): Feature => ({
  name,
  isIn: ({ marks }) => marks?.includes(value) === true,
});
const field = (name: string, isIn: (message: Message) => unknown): Feature => ({
  name,
  isIn: (message) => isIn(message) !== undefined,
});
/** Facts that WhatsApp's reader puts into `extras` under names of its own. */
const fact = (name: string, key: string): Feature => field(name, ({ extras }) => extras?.[key]);

/** The rows of docs/conformance.md. */
export const features: readonly Feature[] = [
  kind('text', 'text'),
  { name: 'instants', isIn: ({ timeMs }) => timeMs !== null },
  { name: 'groups', isIn: (_message, conversation) => conversation.kind === 'group' },
  {
    name: 'names of people',
    isIn: (_message, { participants }) => participants.some(({ name }) => name !== undefined),
  },
  { name: 'who the owner is', isIn: ({ isFromSelf }) => isFromSelf },
  kind('images', 'image'),
  kind('videos', 'video'),
  kind('voice messages and audio', 'audio'),
  kind('GIFs', 'gif'),
  kind('stickers', 'sticker'),
  kind('documents', 'document'),
  { name: 'captions', isIn: ({ media, text }) => media !== undefined && text !== undefined },
  field('path of a file', ({ media }) => media?.path),
  field('SHA-256 of a file', ({ media }) => media?.sha256Hex),
  field('a file that was left out is said', ({ media }) => media?.isOmitted),
  kind('contacts', 'contact'),
  { name: 'contacts as vCards', isIn: ({ contacts = [] }) => contacts.length > 0 },
  kind('locations', 'location'),
  kind('live locations', 'live-location'),
  field('coordinates', ({ place }) => place),
  field('name of a place', ({ place }) => place?.name),
  field('replies', ({ quote }) => quote),
  field('the message that a reply quotes, by its id', ({ quote }) => quote?.messageId),
  field('reactions', ({ reactions }) => reactions),
  field('when somebody reacted', ({ reactions }) => reactions?.find(({ timeMs }) => timeMs !== undefined)),
  mark('edited', 'edited'),
  field('when it was edited', ({ edits }) => edits),
  field('the text before an edit', ({ edits }) => edits?.find(({ textBefore }) => textBefore !== undefined)),
  kind('deleted messages', 'deleted'),
  mark('deleted by an admin', 'deleted-by-admin'),
  mark('forwarded', 'forwarded'),
  mark('starred', 'starred'),
  mark('view once', 'view-once'),
  kind('calls', 'call'),
  field('length of a call', ({ call }) => call?.durationSeconds),
  field('missed calls', ({ call }) => call?.isMissed),
  kind('events', 'system'),
  { name: 'events in words', isIn: ({ system, extras }) => (system?.value ?? (system && extras?.event)) !== undefined },
  field('who an event is about', ({ system }) => system?.participantIds),
  kind('polls', 'poll'),
  field('options of a poll', ({ poll }) => poll),
  fact('votes of a poll', 'pollVotes'),
  kind('albums', 'album'),
  fact('the messages of an album', 'albumMessageIds'),
  fact('orders', 'order'),
  fact('products', 'product'),
  fact('templates', 'template'),
  fact('buttons of templates', 'buttons'),
  fact('who is mentioned', 'mentions'),
  fact('previews of links', 'linkPreviews'),
  fact('thumbnails', 'thumbnail'),
  field('how far an own message came', ({ delivery }) => delivery),
  field('when a message was received', ({ receivedMs }) => receivedMs),
  field('receipts', ({ receipts }) => receipts),
  fact('labels', 'labels'),
  fact('when a message disappears', 'ephemeral'),
  fact('who deleted it, and when', 'revoked'),
  kind('unknown kinds, marked', 'unsupported'),
  field('facts without a place here', ({ extras }) => extras),
  { name: 'archived conversations', isIn: (_message, { isArchived }) => isArchived === true },
];
