import type { NoticeChannel, NoticeSettings } from '@coffer/contracts';

import type { CommandContext } from '../command-context';
import { UsageError } from '../output/usage-error';
import { connectVault } from '../vault/connect-vault';

type MutableTopic = NoticeSettings['muted'][number];

/** Shows the newest entries of the in-app feed. @throws as `connectVault` */
export async function runNoticesList(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { notices, nextCursor } = await client.listNotices({ query: {} });
  for (const { noticeId, at, kind, severity, title, text } of notices) {
    const mark = severity === 'info' ? '' : `${severity}: `;
    context.reporter.event(
      'notice',
      { noticeId, at, kind, severity, title, text },
      `${at}  ${mark}${title}\n    ${text}`,
    );
  }
  const more = nextCursor === null ? '' : ' Older ones are in the vault.';
  const count = notices.length;
  context.reporter.summary({ notices: count }, count === 0 ? 'No notice yet.' : `Notices shown: ${count}.${more}`);
}

/** Shows where and when this account is told. @throws as `connectVault` */
export async function runNoticesSettings(context: CommandContext, homePath: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  tell(context, await client.getNoticeSettings());
}

/** Adds an e-mail address, which gets a code. @throws as `connectVault`; VaultClientError `already-exists`, `not-offered` … */
export async function runNoticesEmail(context: CommandContext, homePath: string, address: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const channel = await client.addNoticeChannel({ body: { kind: 'email', address } });
  context.reporter.summary(
    { ...channel },
    `A code is on its way to ${channel.name}. Nothing else goes there until you give it: coffer notices confirm CODE`,
  );
}

/**
 * Confirms the address that waits for a code.
 *
 * @param code - eight digits, blanks allowed
 * @throws UsageError where none waits, or several do and none is named; VaultClientError `wrong-code`, `not-found`
 */
export async function runNoticesConfirm(
  context: CommandContext,
  homePath: string,
  request: { readonly code: string; readonly channel: string | undefined },
): Promise<void> {
  const code = request.code.replaceAll(/\s/g, '');
  if (!/^\d{8}$/.test(code)) throw new UsageError('A code has eight digits.');
  const { client } = await connectVault(context, homePath);
  const pending = (await client.getNoticeSettings()).channels.filter(({ state }) => state === 'pending');
  const { channelId } = theOne(pending, request.channel, 'address that waits for a code');
  const channel = await client.confirmNoticeChannel({ params: { channelId }, body: { code } });
  context.reporter.summary({ ...channel }, `${channel.name} gets this account's notices from now on.`);
}

/** Removes a channel. @param named - its id or its address @throws UsageError; as `connectVault` */
export async function runNoticesRemove(context: CommandContext, homePath: string, named: string): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { channelId, name } = theOne((await client.getNoticeSettings()).channels, named, 'place');
  await client.removeNoticeChannel({ params: { channelId } });
  context.reporter.summary({ channelId, name }, `${name} gets no more notices, but for one that says so.`);
}

/** Sets or ends the quiet hours. @param quietHours - null: none @throws as `connectVault`; VaultClientError `malformed` */
export async function runNoticesQuiet(
  context: CommandContext,
  homePath: string,
  quietHours: NoticeSettings['quietHours'],
): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { muted } = await client.getNoticeSettings();
  tell(context, await client.putNoticeSettings({ body: { quietHours, muted } }));
}

/** Silences a topic, or tells of it again. @throws as `connectVault` */
export async function runNoticesMute(
  context: CommandContext,
  homePath: string,
  { topic, isMuted }: { readonly topic: MutableTopic; readonly isMuted: boolean },
): Promise<void> {
  const { client } = await connectVault(context, homePath);
  const { quietHours, muted } = await client.getNoticeSettings();
  const others = muted.filter((one) => one !== topic);
  tell(context, await client.putNoticeSettings({ body: { quietHours, muted: isMuted ? [...others, topic] : others } }));
}

function theOne(channels: readonly NoticeChannel[], named: string | undefined, what: string): NoticeChannel {
  const found =
    named === undefined ? channels : channels.filter(({ channelId, name }) => channelId === named || name === named);
  const [first, ...more] = found;
  if (first === undefined)
    throw new UsageError(`There is no such ${what}. Nothing was changed. See: coffer notices settings`);
  if (more.length > 0)
    throw new UsageError(`There is more than one ${what}: name it by its id. See: coffer notices settings`);
  return first;
}

function tell({ reporter }: CommandContext, settings: NoticeSettings): void {
  const { channels, quietHours, muted, sendsEmail, pushKey } = settings;
  for (const channel of channels) {
    const { channelId, kind, name, state, failure } = channel;
    const trouble = failure === null ? '' : `, the last message did not arrive (${failure})`;
    const words = state === 'pending' ? 'waits for its code' : `active${trouble}`;
    reporter.event('channel', { ...channel }, `${channelId}  ${kind.padEnd(5)}  ${name}  ${words}`);
  }
  const quiet = quietHours === null ? 'none' : `${quietHours.from}-${quietHours.to} ${quietHours.timeZone}`;
  const ways =
    [...(sendsEmail ? ['e-mail'] : []), ...(pushKey === null ? [] : ['push'])].join(' and ') || 'the feed alone';
  reporter.summary(
    { channels: channels.length, quietHours: quiet, muted, sendsEmail, sendsPush: pushKey !== null },
    `Told by: ${ways}. Quiet hours: ${quiet}. Silenced: ${muted.join(', ') || 'nothing'}. What is about security is told at once, whatever this says.`,
  );
}
