import type { Edit, Extra, Message, Reaction } from '@coffer/chat-model';
import { addExtras, addMark, type MessageDraft } from '../message-draft';
import { signalEventWords } from '../signal/event-words';
import { messageId } from '../signal/messages';
import { selfId } from '../signal/places';
import { safeInteger, type SqlDatabase, type SqlRow, type SqlValue } from '../sql';
import { clippedText, positiveCount, sqlInstant } from '../sql-fields';
import type { Schema } from '../sql-schema';
import { addDelivery, readReceipts } from './delivery';
import { addLinkPreviews } from './link-previews';
import { addLongText, addParts, addQuoteExtras, readParts, type TextOf } from './parts';
import { readAndroidType } from './message-type';
import type { AndroidPeople } from './people';
import { readPolls } from './polls';
import { addSharedContacts } from './shared-contacts';
import { addRanges, readMentions, readRanges } from './text-ranges';

/** A table of messages: one in newer versions of the app, two in older ones. */
export type MessageTable = 'message' | 'sms' | 'mms';

/** Reads messages of one table. */
export interface MessageReader {
  /** SQL over the table as `m`: the thread, when the message came and when it was sent, and which rows are messages. */
  readonly chat: string;
  readonly received: string;
  readonly sent: string;
  readonly condition: string;
  read(row: number): Message | undefined;
}

/** What a reader of messages is made of. */
export interface MessageTables {
  readonly database: SqlDatabase;
  readonly schema: Schema;
  readonly people: AndroidPeople;
  /** Who the owner is, where the backup says it. */
  readonly selfAci: string | undefined;
  readonly textOf: TextOf;
}

export function readMessages(
  { database, schema, people, selfAci, textOf }: MessageTables,
  table: MessageTable,
): MessageReader {
  const has = (column: string): boolean => schema.hasColumns(table, column);
  const first = (...columns: readonly string[]): string => {
    const found = columns.find(has);
    return found === undefined ? 'NULL' : `m."${found}"`;
  };
  const integer = (...columns: readonly string[]): string => {
    const column = first(...columns);
    return column === 'NULL' ? column : safeInteger(column);
  };
  // in `mms` the column `date` is the instant of sending, in `sms` that of receiving
  const sent = integer('date_sent', 'date');
  const author = first('from_recipient_id', 'recipient_id', 'address');
  const columns = [
    ...[sent, integer('date_received', 'date'), author, integer('type', 'msg_box'), first('body')],
    ...[integer('quote_id'), first('quote_author'), first('quote_body')],
    ...[
      integer('remote_deleted'),
      integer('view_once', 'reveal_duration'),
      integer('expires_in'),
      integer('story_type'),
    ],
    ...[integer('has_delivery_receipt', 'delivery_receipt_count'), integer('has_read_receipt', 'read_receipt_count')],
    ...[integer('viewed', 'viewed_receipt_count'), integer('read')],
  ];
  const own = columns.length;
  columns.push(first('link_previews', 'previews'), first('shared_contacts'));
  columns.push(first('message_ranges'), first('quote_mentions', 'quote_body_ranges'));
  const message = database.query(`SELECT ${columns.join(', ')} FROM main.${table} m WHERE m._id = ?`);
  const parts = readParts(database, schema, table);
  const receiptsOf = readReceipts(database, schema, table, people);
  const reactions = readReactions(database, schema, table, people, selfAci);
  const edits = readEdits(database, schema, table);
  const idOf = (key: SqlValue | undefined): string | undefined => {
    const id = people.find(key)?.id;
    return id === selfAci && id !== undefined ? selfId : id;
  };
  const mentions = readMentions(database, schema, table, idOf);
  const addPoll = readPolls(database, schema, table, idOf);
  return {
    chat: integer('thread_id'),
    received: integer('date_received', 'date'),
    sent,
    // earlier states of an edited message are rows of their own
    condition: has('latest_revision_id') ? 'm.latest_revision_id IS NULL' : 'TRUE',
    read: (row) => {
      const [values] = message(row);
      if (values === undefined) return undefined;
      const draft = draftOf(values, idOf);
      addDelivery(draft, values.slice(0, own));
      const receipts = receiptsOf(row);
      if (receipts.length > 0) draft.receipts = receipts;
      const [previews, contacts, ranges, quoteRanges] = values.slice(own);
      const found = addSharedContacts(draft, contacts, addLinkPreviews(draft, previews, parts(row)));
      const ofQuote = readRanges(quoteRanges);
      if (ofQuote.length > 0) addQuoteExtras(draft, { text: { ranges: ofQuote } });
      addRanges(draft, mentions(row), readRanges(ranges));
      addPoll(row, draft);
      addParts(draft, found);
      addLongText(draft, found.longText, textOf);
      const given = reactions(row);
      if (given.length > 0) draft.reactions = given;
      addEdits(draft, edits(row));
      return draft;
    },
  };
}

/** Bits of a message's type above those that say what it is: of one that was sent as all are, encrypted and over the service. */
const ordinaryFlags = 0xa00000;
const flagsOf = (type: number): number => type - (type % 32);

function draftOf(row: SqlRow, idOf: (key: SqlValue | undefined) => string | undefined): MessageDraft {
  const [
    sent,
    received,
    author,
    typeValue,
    body,
    quoteSent,
    quoteAuthor,
    quoteBody,
    isDeleted,
    viewOnce,
    expires,
    story,
  ] = row;
  const type = typeof typeValue === 'number' ? typeValue : 0;
  const { isFromSelf, kind, action, call, unsupported } = readAndroidType(type);
  const authorId = isFromSelf ? selfId : idOf(author);
  const timeMs = sqlInstant(sent);
  const extras: Record<string, Extra> = {};
  if (kind !== undefined || flagsOf(type) !== ordinaryFlags) extras['type'] = type;
  const receivedMs = sqlInstant(received);
  const expiresInMs = positiveCount(expires);
  if (expiresInMs !== undefined) extras['expiresInMs'] = expiresInMs;
  const storyType = positiveCount(story);
  if (storyType !== undefined) extras['storyType'] = storyType;
  const draft: MessageDraft = {
    id: messageId(timeMs ?? 0, authorId),
    senderId: authorId === undefined || authorId === selfId ? null : authorId,
    isFromSelf,
    timeMs,
    kind: isDeleted === 1 ? 'deleted' : (kind ?? 'text'),
  };
  const text = clippedText(body);
  // the body of an event is data of the app's own, in base64
  if (draft.kind === 'system') {
    draft.system = { action: action ?? 'unknown' };
    const event = signalEventWords(draft.system.action);
    if (event !== undefined) extras['event'] = event;
    if (text !== undefined) extras['body'] = text;
  } else if (text !== undefined) draft.text = text;
  if (draft.kind === 'call' && call !== undefined) draft.call = call;
  if (draft.kind === 'unsupported') draft.unsupportedType = unsupported ?? 'unknown';
  if (positiveCount(viewOnce) !== undefined) addMark(draft, 'view-once');
  if (typeof quoteSent === 'number' && quoteSent > 0) draft.quote = quoteOf(quoteSent, idOf(quoteAuthor), quoteBody);
  if (receivedMs !== null) draft.receivedMs = receivedMs;
  addExtras(draft, extras);
  return draft;
}

function quoteOf(
  sentMs: number,
  senderId: string | undefined,
  body: SqlValue | undefined,
): NonNullable<Message['quote']> {
  const text = clippedText(body);
  return {
    messageId: messageId(sentMs, senderId),
    ...(senderId === undefined ? {} : { senderId }),
    ...(text === undefined ? {} : { text }),
  };
}

function readReactions(
  database: SqlDatabase,
  schema: Schema,
  table: MessageTable,
  people: AndroidPeople,
  selfAci: string | undefined,
): (row: number) => readonly Reaction[] {
  if (!schema.hasColumns('reaction', 'message_id', 'author_id', 'emoji', 'date_sent')) return () => [];
  const isSplit = schema.hasColumns('reaction', 'is_mms');
  const which = isSplit && table !== 'message' ? ` AND r.is_mms = ${table === 'mms' ? 1 : 0}` : '';
  const rows = database.query(
    `SELECT r.author_id, r.emoji, ${safeInteger('r.date_sent')} FROM main.reaction r WHERE r.message_id = ?${which} ` +
      'ORDER BY r._rowid_ LIMIT 10000',
  );
  return (row) =>
    rows(row).map(([author, emoji, sent]): Reaction => {
      const id = people.find(author)?.id;
      const timeMs = sqlInstant(sent);
      return {
        senderId: id === undefined || id === selfAci ? null : id,
        text: clippedText(emoji, 256) ?? '',
        ...(timeMs === null ? {} : { timeMs }),
      };
    });
}

interface State {
  readonly sentMs: number | null;
  readonly text: string | undefined;
}

/** Earlier states of a message, from the oldest on. */
function readEdits(database: SqlDatabase, schema: Schema, table: MessageTable): (row: number) => readonly State[] {
  if (!schema.hasColumns(table, 'latest_revision_id', 'date_sent', 'body')) return () => [];
  const rows = database.query(
    `SELECT ${safeInteger('m.date_sent')}, m.body FROM main.${table} m WHERE m.latest_revision_id = ? ORDER BY m._id LIMIT 1000`,
  );
  return (row) => rows(row).map(([sent, body]) => ({ sentMs: sqlInstant(sent), text: clippedText(body) }));
}

function addEdits(draft: MessageDraft, states: readonly State[]): void {
  if (states.length === 0) return;
  draft.edits = states.map(({ text }, index): Edit => {
    const next = index + 1 < states.length ? states[index + 1]!.sentMs : draft.timeMs;
    return { timeMs: next ?? 0, ...(text === undefined ? {} : { textBefore: text }) };
  });
  addMark(draft, 'edited');
}
