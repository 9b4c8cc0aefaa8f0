import type { Extra } from '@coffer/chat-model';
import { addExtras, present, type MessageDraft } from '../message-draft';
import { safeInteger, type SqlDatabase, type SqlRow } from '../sql';
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
  if (delivery !== 'sent') addExtras(draft, { delivery });
  else if (positiveCount(viewed) !== undefined) addExtras(draft, { delivery: 'played' });
  else if (positiveCount(read) !== undefined) addExtras(draft, { delivery: 'read' });
  else addExtras(draft, { delivery: positiveCount(delivered) === undefined ? 'sent' : 'delivered' });
}

/** What the status of a receipt says its instant is of. */
const receiptTimes: ReadonlyMap<number, string> = new Map([
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
): (row: number) => readonly Extra[] {
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
      return present<Record<string, Extra>>({
        id: people.find(person)?.id,
        ...(name === undefined ? { status: typeof status === 'number' ? status : undefined } : {}),
        ...(name === undefined ? {} : { [name]: sqlInstant(time) ?? undefined }),
      });
    });
}
