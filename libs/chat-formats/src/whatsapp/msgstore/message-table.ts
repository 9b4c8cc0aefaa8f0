import { chatLimits, type Message } from '@coffer/chat-model';
import { safeInteger, sqlText, type SqlRow } from '../../sql';
import { actionWords } from '../action-words';
import { missedCallType, whatsAppType } from '../message-types';
import { addExtras, addMark, type MessageDraft } from '../../message-draft';
import { clippedText, sqlInstant, type Facet } from '../../sql-fields';
import { addDelivery } from './delivery';
import { messageFacets } from './facets';
import type { Tables } from './list-facets';
import type { People } from './people';

/** One of the two tables in which WhatsApp keeps messages, as the rest of the reader sees it. */
export interface MessageTable {
  readonly generation: 'message' | 'messages';
  /** What the column `chat` of the order holds: row ids of `chat`, or addresses. */
  readonly chatKey: 'row' | 'address';
  /** Over `m`: what the order of messages (temp.coffer_order) is filled with. */
  readonly order: OrderSql;
  /** Columns, the row id first, and joins for a query over `m`; `read` is given those columns from index `at` on. */
  readonly columns: readonly string[];
  readonly joins: string;
  readonly read: (row: SqlRow, at: number, address: string) => Message;
}

/** Expressions over `m`, a row of a message table. */
export interface OrderSql {
  /** The conversation, as `chatKey` says; never NULL. */
  readonly chat: string;
  /** The app's own order in a conversation; rows with the same value come by their row id. */
  readonly sort: string;
  /** Milliseconds since 1970; 0 where the row has none. */
  readonly time: string;
  /** A row of `jid`, or an address. */
  readonly sender: string;
  /** Under which a row is a message that can be read. */
  readonly condition: string;
}

/** The condition under which a row of `message` is a message: the app keeps one dummy. */
export const realMessage = "m.chat_row_id IS NOT -1 AND m.key_id IS NOT '-1'";

/** The newer table `message` (since 2021). Messages are named by their row id. */
export function newerMessageTable(tables: Tables): MessageTable {
  const { schema, people } = tables;
  const column = (name: string): string => schema.column('message', name, 'm');
  const numbers = [
    ...['from_me', 'sender_jid_row_id', 'timestamp', 'message_type', 'starred'],
    ...['status', 'received_timestamp', 'receipt_server_timestamp'],
  ];
  const own = ['m.rowid', column('text_data'), ...numbers.map((name) => safeInteger(column(name)))];
  const facets = messageFacets(tables);
  return {
    generation: 'message',
    chatKey: 'row',
    order: {
      chat: `coalesce(${safeInteger('m.chat_row_id')}, 0)`,
      sort: `coalesce(${safeInteger(column('sort_id'))}, 0)`,
      time: `coalesce(${safeInteger(column('timestamp'))}, 0)`,
      sender: safeInteger(column('sender_jid_row_id')),
      condition: `${realMessage} AND ${safeInteger('m.rowid')} IS NOT NULL`,
    },
    columns: [...own, ...facets.flatMap((facet) => facet.columns)],
    joins: facets.map((facet) => facet.join).join(' '),
    read: (row, at, address) => {
      const draft = readOwnColumns(row, at, address, people);
      applyFacets(facets, row, at + own.length, draft);
      return finish(draft);
    },
  };
}

function readOwnColumns(row: SqlRow, at: number, address: string, people: People): MessageDraft {
  const type = row[at + 5];
  const draft = startDraft({
    id: String(row[at]),
    type: typeof type === 'number' ? type : 0,
    timeMs: sqlInstant(row[at + 4]),
    isFromMe: row[at + 2] === 1,
    sender: people.addressOf(row[at + 3]),
    address,
  });
  const text = clippedText(row[at + 1]);
  if (text !== undefined) draft.text = text;
  if (row[at + 6] === 1) addMark(draft, 'starred');
  addDelivery(draft, { status: row[at + 7], received: row[at + 8], serverReceived: row[at + 9] });
  return draft;
}

interface Start {
  readonly id: string;
  readonly type: number;
  readonly timeMs: number | null;
  readonly isFromMe: boolean;
  /** Who the row says sent it; only groups and system messages say. */
  readonly sender: string | undefined;
  /** The conversation's own address. */
  readonly address: string;
}

/** What both tables have in common: who, when, and which kind. */
export function startDraft({ id, type, timeMs, isFromMe, sender, address }: Start): MessageDraft {
  const known = whatsAppType(type);
  const kind = known?.kind ?? 'unsupported';
  const isSystem = kind === 'system';
  const isDirect = !(address.endsWith('@g.us') || address.endsWith('@broadcast') || address.endsWith('@newsletter'));
  const draft: MessageDraft = {
    id,
    senderId: isFromMe && !isSystem ? null : (sender ?? (isDirect && !isSystem ? address : null)),
    isFromSelf: isFromMe && !(isSystem && sender !== undefined),
    timeMs,
    kind,
  };
  if (known === undefined) draft.unsupportedType = String(type);
  if (known?.mark !== undefined) addMark(draft, known.mark);
  if (type === missedCallType) draft.call = { isMissed: true };
  return draft;
}

export function applyFacets(facets: readonly Facet[], row: SqlRow, start: number, draft: MessageDraft): void {
  let at = start;
  for (const facet of facets) {
    facet.apply(row, at, draft);
    at += facet.columns.length;
  }
}

/** Last touches that need everything: the text of a system message is its value. */
export function finish(draft: MessageDraft): Message {
  if (draft.kind === 'system') {
    draft.system ??= { action: 'unknown' };
    addExtras(draft, { event: actionWords(draft.system.action) });
    const value = sqlText(draft.text);
    if (value !== undefined && value.length <= chatLimits.textLength) draft.system = { ...draft.system, value };
    delete draft.text;
  }
  return draft;
}
