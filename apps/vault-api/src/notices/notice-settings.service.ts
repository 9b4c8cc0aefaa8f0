import {
  limits,
  type NewNoticeChannel,
  type NoticeChannel,
  type NoticePreferences,
  type NoticeSettings,
} from '@coffer/contracts';
import { noticeChannels, type NoticeChannelRow } from '@coffer/database';
import { equalBytes, fromBase64Url, newUuid, toBase64Url, toRfc3339, utf8 } from '@coffer/foundation';
import { isOfPushService, isPushPoint } from '@coffer/notice-channels';
import { ChannelSecrets, encodeTarget, isEmailAddress, isTimeZone, type ChannelTarget } from '@coffer/notices';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../platform/problem';
import { VaultParts } from '../platform/vault-parts';
import { channelNotices } from './channel-notices';
import { fromQuietHours, toQuietHours } from './quiet-hours-text';

const dayMs = 86_400_000;

/** Where and when an account is told. A sign-in is enough: whoever changes it is told of by every channel that was there before. */
@Injectable()
export class NoticeSettingsService {
  readonly #parts: VaultParts;
  readonly #secrets: ChannelSecrets;

  constructor(@Inject(VaultParts) parts: VaultParts) {
    this.#parts = parts;
    this.#secrets = new ChannelSecrets(parts.sealer);
  }

  async view(accountId: string): Promise<NoticeSettings> {
    const { database, config, pushPublicKey } = this.#parts;
    const rows = await noticeChannels.list(database, accountId);
    const { quietHours, muted } = await noticeChannels.settings(database, accountId);
    return {
      channels: await Promise.all(rows.map((row) => this.#toChannel(accountId, row))),
      quietHours: quietHours === null ? null : fromQuietHours(quietHours),
      muted: [...muted],
      sendsEmail: config.channels.email !== undefined,
      pushKey: pushPublicKey === undefined ? null : toBase64Url(pushPublicKey),
    };
  }

  /** @throws ProblemError `malformed` where the time zone is not known */
  async prefer(accountId: string, { quietHours, muted }: NoticePreferences): Promise<NoticeSettings> {
    if (quietHours !== null && !isTimeZone(quietHours.timeZone)) {
      throw malformed('quietHours.timeZone', 'a name of the IANA time zone database expected, as in Europe/Berlin');
    }
    await this.#parts.accounts.within(accountId, async ({ transaction, nowMs }) => {
      const settings = {
        quietHours: quietHours === null ? null : toQuietHours(quietHours),
        muted: [...new Set(muted)],
      };
      await noticeChannels.set(transaction.sql, accountId, settings, nowMs);
    });
    return this.view(accountId);
  }

  /** @throws ProblemError `malformed`, `not-offered`, `already-exists`, `too-many-channels` */
  async add(accountId: string, channel: NewNoticeChannel): Promise<NoticeChannel> {
    const target = this.#toTarget(channel);
    const channelId = newUuid();
    await this.#parts.accounts.within(accountId, async (session) => {
      const { sql } = session.transaction;
      await this.#requireRoom(accountId, await noticeChannels.list(sql, accountId), target);
      if (target.kind === 'email') {
        const named = await noticeChannels.emailsSince(sql, accountId, session.nowMs - dayMs);
        if (named >= limits.emailsPerDay) throw tooMany('Too many addresses were named today. Try again tomorrow.');
      }
      const sealed = await this.#secrets.seal({ accountId, channelId }, target);
      await noticeChannels.add(sql, accountId, { channelId, kind: target.kind, target: sealed, atMs: session.nowMs });
      if (target.kind === 'push') await session.notify(channelNotices.added('push'));
    });
    return this.#find(accountId, channelId);
  }

  /** @throws ProblemError `not-found` where it does not wait for a code any more, `wrong-code` */
  async confirm(accountId: string, channelId: string, code: string): Promise<NoticeChannel> {
    // A wrong code is counted, so its transaction commits.
    const isRight = await this.#parts.accounts.within(accountId, async (session) => {
      const { sql } = session.transaction;
      const channels = await noticeChannels.list(sql, accountId);
      const pending = channels.find((channel) => channel.channelId === channelId && channel.state === 'pending');
      const lifeMs = limits.addressConfirmationSeconds * 1000;
      if (pending === undefined || session.nowMs - pending.createdAtMs >= lifeMs) {
        throw new ProblemError('not-found', 'No address waits for this code any more. Name the address again.');
      }
      if (!equalBytes(utf8(code), utf8(await this.#secrets.code({ accountId, channelId })))) {
        await noticeChannels.countWrongCode(sql, accountId, channelId, limits.addressCodes);
        return false;
      }
      await noticeChannels.confirm(sql, accountId, channelId, session.nowMs);
      await session.notify(channelNotices.added('email'));
      return true;
    });
    if (!isRight) {
      throw new ProblemError(
        'wrong-code',
        `This is not the code. After ${limits.addressCodes} wrong ones the address must be named again.`,
      );
    }
    return this.#find(accountId, channelId);
  }

  /** A confirmed channel gets the notice of its own end. @throws ProblemError `not-found` */
  async remove(accountId: string, channelId: string): Promise<void> {
    await this.#parts.accounts.within(accountId, async (session) => {
      const { sql } = session.transaction;
      const channels = await noticeChannels.list(sql, accountId);
      const found = channels.find((channel) => channel.channelId === channelId);
      if (found === undefined) throw new ProblemError('not-found', 'There is no such channel.');
      if (found.state === 'active') await session.notify(channelNotices.removed(found.kind));
      await noticeChannels.remove(sql, accountId, channelId);
    });
  }

  #toTarget(channel: NewNoticeChannel): ChannelTarget {
    const { email, push } = this.#parts.config.channels;
    if (channel.kind === 'email') {
      if (email === undefined) throw new ProblemError('not-offered', 'This deployment sends no e-mail.');
      if (!isEmailAddress(channel.address)) throw malformed('address', 'one e-mail address expected');
      return channel;
    }
    if (push === undefined) throw new ProblemError('not-offered', 'This deployment sends no push messages.');
    const [p256dh, auth] = [fromBase64Url(channel.p256dh), fromBase64Url(channel.auth)];
    if (!isOfPushService(channel.endpoint, push.services)) throw malformed('endpoint', 'a known push service expected');
    if (!isPushPoint(p256dh)) throw malformed('p256dh', 'an uncompressed point of P-256 expected');
    return { kind: 'push', endpoint: channel.endpoint, p256dh, auth };
  }

  async #requireRoom(accountId: string, channels: readonly NoticeChannelRow[], target: ChannelTarget): Promise<void> {
    const alike = channels.filter(({ kind }) => kind === target.kind);
    const wanted = encodeTarget(target);
    for (const { channelId, target: sealed } of alike) {
      if (equalBytes(encodeTarget(await this.#secrets.open({ accountId, channelId }, sealed)), wanted)) {
        throw new ProblemError(
          'already-exists',
          'The account gets its notices there already, or has yet to confirm it.',
        );
      }
    }
    if (alike.length >= limits.noticeChannels) throw tooMany('Remove one of this kind first.');
  }

  async #find(accountId: string, channelId: string): Promise<NoticeChannel> {
    const rows = await noticeChannels.list(this.#parts.database, accountId);
    const row = rows.find((one) => one.channelId === channelId);
    if (row === undefined) throw new ProblemError('not-found', 'The channel was removed meanwhile.');
    return this.#toChannel(accountId, row);
  }

  async #toChannel(accountId: string, row: NoticeChannelRow): Promise<NoticeChannel> {
    const { channelId, kind, state, failure, createdAtMs, confirmedAtMs, lastSentAtMs, failedAtMs } = row;
    const target = await this.#secrets.open({ accountId, channelId }, row.target);
    return {
      ...{ channelId, kind, state, failure },
      name: target.kind === 'email' ? target.address : new URL(target.endpoint).host,
      createdAt: toRfc3339(createdAtMs),
      confirmedAt: instant(confirmedAtMs),
      lastSentAt: instant(lastSentAtMs),
      failedAt: instant(failedAtMs),
    };
  }
}

function instant(atMs: number | null): string | null {
  return atMs === null ? null : toRfc3339(atMs);
}

function malformed(path: string, message: string): ProblemError {
  return new ProblemError('malformed', `${path}: ${message}. Nothing was changed.`, { problems: [{ path, message }] });
}

function tooMany(advice: string): ProblemError {
  return new ProblemError('too-many-channels', advice);
}
