import type { DeliveryState, Receipt } from '@coffer/chat-model';
import { addExtras, present, type MessageDraft } from '../../message-draft';
import type { SqlValue } from '../../sql';
import { sqlInstant } from '../../sql-fields';

/** What the app's number says of a message that the owner sent, as people have seen it. Others are kept as numbers. */
const states: ReadonlyMap<SqlValue | undefined, DeliveryState> = new Map<SqlValue | undefined, DeliveryState>([
  [4, 'sent'],
  [5, 'delivered'],
  [8, 'played'],
  [13, 'read'],
]);

/** Columns of a message's own row. */
export interface DeliveryColumns {
  readonly status: SqlValue | undefined;
  readonly received: SqlValue | undefined;
  /** When the service had it. */
  readonly serverReceived: SqlValue | undefined;
}

/** How far an own message came, and when another's arrived. Neither means anything of what the service wrote. */
export function addDelivery(draft: MessageDraft, { status, received, serverReceived }: DeliveryColumns): void {
  if (draft.kind === 'system') return;
  if (!draft.isFromSelf) {
    const receivedMs = sqlInstant(received);
    if (receivedMs !== null) draft.receivedMs = receivedMs;
    return;
  }
  const delivery = draft.kind === 'call' ? undefined : states.get(status);
  const isUnknown = draft.kind !== 'call' && delivery === undefined && typeof status === 'number';
  if (delivery !== undefined) draft.delivery = delivery;
  const serverReceivedMs = sqlInstant(serverReceived);
  if (serverReceivedMs !== null) draft.serverReceivedMs = serverReceivedMs;
  addExtras(draft, { status: isUnknown && Number.isSafeInteger(status) ? status : undefined });
}

/** The times of the older table, which has them in the message's own row: in a conversation of two they are the other one's. */
export function addOwnRowReceipts(draft: MessageDraft, address: string, row: readonly (SqlValue | undefined)[]): void {
  if (!draft.isFromSelf) return;
  const [received, read, played] = row.map((value) => sqlInstant(value) ?? undefined);
  const times = present<Receipt>({
    id: undefined,
    status: undefined,
    receivedMs: received,
    readMs: read,
    playedMs: played,
  });
  if (Object.keys(times).length === 0) return;
  const isDirect = address.endsWith('@s.whatsapp.net') || address.endsWith('@lid');
  draft.receipts = [{ ...(isDirect ? { id: address } : {}), ...times }];
}
