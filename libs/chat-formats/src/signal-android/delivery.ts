import type { DeliveryState, Receipt } from '@coffer/chat-model';
import { addExtras, present, type MessageDraft } from '../message-draft';
import { safeInteger, type SqlDatabase, type SqlRow, type SqlValue } from '../sql';
import { positiveCount, sqlInstant } from '../sql-fields';
import type { Schema } from '../sql-schema';
import { readAndroidType } from './message-type';
import type { MessageTable } from './messages';
import type { AndroidPeople } from './people';

const mostReceipts = 1024;

/** How far an own message came, and whether one that was received is unread. @param row - of the query of messages */
export function addDelivery(draft: MessageDraft, row: SqlRow): void {
  const [type] = row.slice(3);
  const [delivered, read, viewed, seen] = row.slice(-4);
  if (draft.kind === 'system' || draft.kind === 'call') return;
  if (!draft.isFromSelf) {
    if (seen === 0) addExtras(draft, { isUnread: true });
    return;
  }
  const { delivery } = readAndroidType(typeof type === 'number' ? type : 0);
  if (delivery === 'sent') draft.delivery = reached(delivered, read, viewed);
  else if (delivery !== undefined) draft.delivery = delivery;
}

type Count = SqlValue | undefined;

function reached(delivered: Count, read: Count, viewed: Count): DeliveryState {
  if (positiveCount(viewed) !== undefined) return 'played';
  if (positiveCount(read) !== undefined) return 'read';
  return positiveCount(delivered) === undefined ? 'sent' : 'delivered';
}

/** What the status of a receipt says its instant is of. */
const receiptTimes: ReadonlyMap<number, 'receivedMs' | 'readMs' | 'playedMs'> = new Map([
  [1, 'receivedMs'],
  [2, 'readMs'],
  [3, 'playedMs'],
]);

/** In groups, the newest of what each member's device told. */
export function readReceipts(
  database: SqlDatabase,
  schema: Schema,
  table: MessageTable,
  people: AndroidPeople,
): (row: number) => readonly Receipt[] {
  const who = ['recipient_id', 'address'].find((name) => schema.hasColumns('group_receipts', name));
  if (table === 'sms' || who === undefined) return () => [];
  if (!schema.hasColumns('group_receipts', 'mms_id', 'status', 'timestamp')) return () => [];
  const rows = database.query(
    `SELECT r."${who}", ${safeInteger('r.status')}, ${safeInteger('r.timestamp')} FROM main.group_receipts r ` +
      `WHERE r.mms_id = ? ORDER BY r._rowid_ LIMIT ${mostReceipts}`,
  );
  return (row) =>
    rows(row).map(([person, status, time]) => {
      const name = typeof status === 'number' ? receiptTimes.get(status) : undefined;
      const atMs = sqlInstant(time) ?? undefined;
      return present<Receipt>({
        id: people.find(person)?.id,
        status: name === undefined && typeof status === 'number' ? status : undefined,
        receivedMs: name === 'receivedMs' ? atMs : undefined,
        readMs: name === 'readMs' ? atMs : undefined,
        playedMs: name === 'playedMs' ? atMs : undefined,
      });
    });
}
