import type { MutableTopic } from '@coffer/contracts';
import type { Sealed } from '@coffer/key-vault';
import type { ChannelKind, DeliveryFailure, QuietHours } from '@coffer/notices';
import type { Queryable } from '../database';
import * as sql from './notice-statements';

/** A channel as its account sees it. */
export interface NoticeChannelRow {
  readonly channelId: string;
  readonly kind: ChannelKind;
  readonly state: 'pending' | 'active';
  readonly target: Sealed;
  readonly createdAtMs: number;
  readonly wrongCodes: number;
  readonly confirmedAtMs: number | null;
  readonly lastSentAtMs: number | null;
  readonly failure: DeliveryFailure | null;
  readonly failedAtMs: number | null;
}

/** When and about what an account is told by its channels. */
export interface NoticeSettingsRow {
  readonly quietHours: QuietHours | null;
  readonly muted: readonly MutableTopic[];
}

/** Columns of `notice_settings`, all NULL where there is no row. */
export interface SettingsColumns {
  readonly quietFrom: number | null;
  readonly quietTo: number | null;
  readonly timeZone: string | null;
  readonly muted: readonly MutableTopic[] | null;
}

/** @see NoticeSettingsRow */
export function toSettings({ quietFrom, quietTo, timeZone, muted }: SettingsColumns): NoticeSettingsRow {
  const isQuiet = quietFrom !== null && quietTo !== null && timeZone !== null;
  return {
    quietHours: isQuiet ? { fromMinute: quietFrom, toMinute: quietTo, timeZone } : null,
    muted: muted ?? [],
  };
}

type ChannelColumns = Omit<NoticeChannelRow, 'target'> & { readonly targetBytes: Uint8Array; readonly epoch: number };

/** An account's channels and settings. Changes are made in a transaction that holds the account's budget row. */
export const noticeChannels = {
  /** Those that are pending or active, oldest first. */
  list: async (queryable: Queryable, accountId: string): Promise<readonly NoticeChannelRow[]> => {
    const rows = await queryable.rows<ChannelColumns>(sql.listChannels, [accountId]);
    return rows.map(({ targetBytes, epoch, ...row }) => ({ ...row, target: { bytes: targetBytes, epoch } }));
  },
  /** E-mail addresses that the account has named since an instant, removed ones too. */
  emailsSince: async (queryable: Queryable, accountId: string, sinceMs: number): Promise<number> => {
    const [row] = await queryable.rows<{ named: number }>(sql.countEmails, [accountId, sinceMs]);
    return row?.named ?? 0;
  },
  /** Adds one; an e-mail address is pending, and a message that asks for its confirmation goes into the outbox with it. */
  add: async (
    queryable: Queryable,
    accountId: string,
    channel: { readonly channelId: string; readonly kind: ChannelKind; readonly target: Sealed; readonly atMs: number },
  ): Promise<void> => {
    const { channelId, kind, target, atMs } = channel;
    const state = kind === 'email' ? 'pending' : 'active';
    await queryable.change(sql.insertChannel, [accountId, channelId, kind, state, target.bytes, target.epoch, atMs]);
    if (state === 'pending') await queryable.change(sql.insertConfirmation, [accountId, channelId, atMs]);
  },
  /** @returns whether it was pending */
  confirm: async (queryable: Queryable, accountId: string, channelId: string, atMs: number): Promise<boolean> =>
    (await queryable.change(sql.confirmChannel, [accountId, channelId, atMs])) === 1,
  /** Counts a wrong code; with the `most`th the channel ends. */
  countWrongCode: async (queryable: Queryable, accountId: string, channelId: string, most: number): Promise<void> => {
    await queryable.change(sql.countWrongCode, [accountId, channelId, most]);
    await queryable.change(sql.dropMessages, [accountId, channelId]);
  },
  /** @returns whether there was one to remove */
  remove: async (queryable: Queryable, accountId: string, channelId: string): Promise<boolean> => {
    const isRemoved = (await queryable.change(sql.removeChannel, [accountId, channelId])) === 1;
    await queryable.change(sql.dropMessages, [accountId, channelId]);
    return isRemoved;
  },
  settings: async (queryable: Queryable, accountId: string): Promise<NoticeSettingsRow> => {
    const [row] = await queryable.rows<SettingsColumns>(sql.readSettings, [accountId]);
    return toSettings(row ?? { quietFrom: null, quietTo: null, timeZone: null, muted: null });
  },
  set: async (
    queryable: Queryable,
    accountId: string,
    { quietHours, muted }: NoticeSettingsRow,
    atMs: number,
  ): Promise<void> => {
    const { fromMinute, toMinute, timeZone } = quietHours ?? { fromMinute: null, toMinute: null, timeZone: null };
    await queryable.change(sql.writeSettings, [accountId, fromMinute, toMinute, timeZone, muted, atMs]);
  },
} as const;
