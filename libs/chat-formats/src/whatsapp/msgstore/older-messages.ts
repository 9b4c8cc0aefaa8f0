import { chatLimits, type Quote } from '@coffer/chat-model';
import { safeInteger, safeReal, sqlCount, sqlText, type SqlRow, type SqlValue } from '../../sql';
import { whatsAppType } from '../message-types';
import { addExtras, addMark, mediaOf, present, type MessageDraft } from '../../message-draft';
import { clippedText, positiveCount, sha256FromBase64, sqlInstant } from '../../sql-fields';
import { placeOf } from './facets';
import { addDelivery, addOwnRowReceipts } from './delivery';
import { finish, startDraft, type MessageTable } from './message-table';
import type { Schema } from '../../sql-schema';

/** The condition under which a row of `messages` is a message: the app keeps one dummy. */
export const realOlderMessage = "m.key_remote_jid IS NOT '-1'";

/** `status` of a row that the service wrote; the action is then in `media_size`. */
const systemStatus = 6;
const calls = ['8', '10', '90'];
const mostMentions = 1024;
/** Columns that `addQuote` reads; times follow. */
const quoteColumns = 7;

/**
 * The older table `messages`, one row with everything: types are text, a caption stands beside the media's name, and a
 * quoted message is a row of `messages_quotes`.
 */
export function olderMessageTable(schema: Schema): MessageTable {
  const column = (name: string): string => schema.column('messages', name, 'm');
  const numbers = ['key_from_me', 'timestamp', 'status', 'media_size', 'media_duration', 'starred', 'forwarded'];
  const times = [
    ...['received_timestamp', 'receipt_server_timestamp'],
    ...['receipt_device_timestamp', 'read_device_timestamp', 'played_device_timestamp'],
  ];
  const texts = [
    'data',
    'media_wa_type',
    'remote_resource',
    'media_mime_type',
    'media_name',
    'media_caption',
    'media_hash',
    'mentioned_jids',
  ];
  const hasQuotes = schema.isRowId('messages_quotes', '_id') && schema.hasColumns('messages', 'quoted_row_id');
  const quoted = (name: string): string => (hasQuotes ? schema.column('messages_quotes', name, 'q') : 'NULL');
  return {
    generation: 'messages',
    chatKey: 'address',
    order: {
      chat: "coalesce(CAST(m.key_remote_jid AS TEXT), '')",
      sort: '0',
      time: `coalesce(${safeInteger(column('timestamp'))}, 0)`,
      sender: `CAST(${column('remote_resource')} AS TEXT)`,
      condition: `${realOlderMessage} AND ${safeInteger('m.rowid')} IS NOT NULL`,
    },
    columns: [
      'm.rowid',
      ...texts.map(column),
      ...numbers.map((name) => safeInteger(column(name))),
      ...['latitude', 'longitude'].map((name) => safeReal(column(name))),
      ...['data', 'media_wa_type', 'remote_resource', 'key_remote_jid'].map(quoted),
      ...['_id', 'key_from_me'].map((name) => safeInteger(quoted(name))),
      hasQuotes ? targetSql(schema) : 'NULL',
      ...times.map((name) => safeInteger(column(name))),
    ],
    joins: hasQuotes ? 'LEFT JOIN main.messages_quotes q ON q._id = m.quoted_row_id AND m.quoted_row_id > 0' : '',
    read: (row, at, address) => readRow(row.slice(at), address),
  };
}

/** The quoted message's row, where the index that the app makes finds it. */
function targetSql(schema: Schema): string {
  if (!schema.hasColumns('messages', 'key_id', 'key_from_me') || !schema.hasColumns('messages_quotes', 'key_id')) {
    return 'NULL';
  }
  return (
    '(SELECT t.rowid FROM main.messages t WHERE q._id IS NOT NULL AND t.key_remote_jid = m.key_remote_jid ' +
    'AND t.key_from_me = q.key_from_me AND t.key_id = q.key_id LIMIT 1)'
  );
}

function readRow(row: SqlRow, address: string): ReturnType<MessageTable['read']> {
  const [id, data, typeText, resource, mimeType, name, caption, hash, mentioned, ...rest] = row;
  const [fromMe, timestamp, status, size, duration, starred, forwarded, latitude, longitude, ...quote] = rest;
  const type = sqlText(typeText) ?? '0';
  const isSystem = status === systemStatus && !calls.includes(type);
  const draft = startDraft({
    id: String(id),
    type: isSystem ? 7 : Number.isInteger(Number(type)) ? Number(type) : -1,
    timeMs: sqlInstant(timestamp),
    isFromMe: fromMe === 1,
    sender: clippedText(resource, chatLimits.idLength),
    address,
  });
  const text = clippedText(data);
  if (text !== undefined) draft.text = text;
  if (isSystem) draft.system = { action: String(sqlCount(size) ?? 'unknown') };
  else addContent(draft, { mimeType, name, caption, hash, size, duration });
  const place = latitude === 0 && longitude === 0 ? undefined : placeOf(latitude, longitude, name);
  if (place !== undefined) draft.place = place;
  addQuote(draft, quote);
  const [received, serverReceived, ...receipts] = quote.slice(quoteColumns);
  addDelivery(draft, { status, received, serverReceived });
  addOwnRowReceipts(draft, address, receipts);
  addMentions(draft, sqlText(mentioned));
  if (starred === 1) addMark(draft, 'starred');
  if (typeof forwarded === 'number' && forwarded > 0) addMark(draft, 'forwarded');
  return finish(draft);
}

/** Addresses with commas between, as the newer table's neighbour has them by row. */
function addMentions(draft: MessageDraft, addresses: string | undefined): void {
  const mentions = (addresses ?? '')
    .split(',', mostMentions)
    .map((address) => address.trim().slice(0, chatLimits.idLength))
    .filter((address) => address.includes('@'));
  if (mentions.length > 0) addExtras(draft, { mentions });
}

type Content = Readonly<
  Record<'mimeType' | 'name' | 'caption' | 'hash' | 'size' | 'duration', SqlRow[number] | undefined>
>;

/** Captions, durations and file facts mean something else, or nothing, with each kind. */
function addContent(draft: MessageDraft, content: Content): void {
  // a caption beside text is the title of a linked page
  if (draft.kind === 'text') return;
  if (draft.kind === 'call') addCall(draft, content);
  else if (draft.kind === 'contact') addContact(draft, content);
  else if (draft.kind === 'location' || draft.kind === 'live-location') setText(draft, draft.text ?? content.caption);
  else addMedia(draft, content);
}

function addCall(draft: MessageDraft, { caption, duration }: Content): void {
  draft.call = {
    ...draft.call,
    ...(sqlText(caption) === 'video' ? { isVideo: true } : {}),
    ...present({ durationSeconds: sqlCount(duration) }),
  };
}

function addContact(draft: MessageDraft, { name }: Content): void {
  if (draft.text !== undefined) draft.contacts = [draft.text];
  delete draft.text;
  setText(draft, name);
}

function addMedia(draft: MessageDraft, { mimeType, name, caption, hash, size, duration }: Content): void {
  const media = mediaOf({
    mimeType: clippedText(mimeType, chatLimits.titleLength),
    name: clippedText(name, chatLimits.titleLength),
    sha256Hex: sha256FromBase64(hash),
    sizeBytes: positiveCount(size),
    durationSeconds: positiveCount(duration),
  });
  if (media !== undefined) draft.media = media;
  setText(draft, caption);
}

function setText(draft: MessageDraft, value: SqlValue | undefined): void {
  const text = clippedText(value);
  if (text !== undefined) draft.text = text;
}

function addQuote(draft: MessageDraft, [data, type, resource, address, id, fromMe, target]: SqlRow): void {
  if (typeof id !== 'number') return;
  const sender = clippedText(resource, chatLimits.idLength) ?? clippedText(address, chatLimits.idLength);
  const typeNumber = Number(sqlText(type) ?? '0');
  draft.quote = present<Quote>({
    messageId: typeof target === 'number' ? String(target) : undefined,
    senderId: fromMe === 1 ? undefined : sender,
    text: clippedText(data),
    kind: whatsAppType(typeNumber)?.kind ?? 'unsupported',
  });
}
