import type { ChannelKind, DeliveryFailure, Outbox, OutboxKey, OutboxMessage, ToldNotice } from '@coffer/notices';
import type { Database } from '../database';
import { toSettings, type SettingsColumns } from './notice-channels';
import * as sql from './notice-statements';

/** The outbox, and what goes with time. */
export interface PgOutbox extends Outbox {
  /**
   * Forgets addresses that nobody confirmed within so many seconds, channels that ended, and messages of such; at most `limit` rows
   * of a kind.
   */
  sweep(limit: number, confirmationSeconds: number): Promise<void>;
}

type ClaimedColumns = Omit<ToldNotice, 'noticeId'> &
  SettingsColumns & {
    readonly createdAtMs: number;
    readonly attempt: number;
    readonly nowMs: number;
    readonly channelKind: ChannelKind;
    readonly targetBytes: Uint8Array;
    readonly epoch: number;
    readonly isNotice: boolean;
  };

const keyOf = ({ accountId, channelId, noticeId }: OutboxKey): readonly string[] => [accountId, channelId, noticeId];

/** @see PgOutbox */
export function outbox(database: Database): PgOutbox {
  return {
    due: (limit) => database.rows<OutboxKey>(sql.dueMessages, [limit]),
    claim: async (key, leaseSeconds) => {
      const [row] = await database.rows<ClaimedColumns>(sql.claimMessage, [...keyOf(key), leaseSeconds]);
      return row === undefined ? undefined : toMessage(key, row);
    },
    putOff: async (key, untilMs, isTry) => {
      await database.change(sql.putOffMessage, [...keyOf(key), untilMs, isTry ? 0 : 1]);
    },
    settle: (key, outcome) => settle(database, key, outcome),
    sweep: async (limit, confirmationSeconds) => {
      await database.change(sql.sweepPending, [limit, confirmationSeconds]);
      await database.change(sql.sweepEnded, [limit]);
      await database.change(sql.sweepOutbox, [limit]);
    },
  };
}

function toMessage(key: OutboxKey, row: ClaimedColumns): OutboxMessage {
  const { createdAtMs, attempt, nowMs, channelKind, targetBytes, epoch, isNotice } = row;
  const { atMs, kind, severity, title, text } = row;
  const { accountId, channelId, noticeId } = key;
  return {
    ...{ accountId, channelId, noticeId, createdAtMs, attempt, nowMs },
    channel: { kind: channelKind, target: { bytes: targetBytes, epoch } },
    notice: isNotice ? { noticeId, atMs, kind, severity, title, text } : null,
    ...toSettings(row),
  };
}

async function settle(database: Database, key: OutboxKey, outcome: 'sent' | DeliveryFailure | null): Promise<void> {
  const channel = [key.accountId, key.channelId];
  await database.transaction(async (transaction) => {
    await transaction.rows(sql.lockChannel, channel);
    await transaction.change(sql.deleteMessage, keyOf(key));
    if (outcome !== null) await transaction.change(sql.markChannel, [...channel, outcome]);
    await transaction.change(sql.endChannel, [...channel, outcome === 'gone']);
    await transaction.change(sql.dropMessages, channel);
  });
}
