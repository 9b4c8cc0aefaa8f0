import type { NewNotice } from '@coffer/key-vault';
import type { ChannelKind } from '@coffer/notices';

type Notice = Omit<NewNotice, 'noticeId' | 'atMs'>;

const words = { email: 'an e-mail address', push: 'a browser' } as const;

/** What an account is told of its own channels, by the others and by the one that goes. */
export const channelNotices = {
  added: (kind: ChannelKind): Notice => ({
    kind: 'notice-channel-added',
    severity: 'info',
    title: 'Notices go to another place too',
    text: `From now on ${words[kind]} gets this account’s notices as well. If it was not you, remove it: coffer notices settings`,
    eventNumber: null,
  }),
  removed: (kind: ChannelKind): Notice => ({
    kind: 'notice-channel-removed',
    severity: 'warning',
    title: 'Notices no longer go to one place',
    text: `Somebody signed in to this account removed ${words[kind]} from those that get its notices. If it was not you, sign out other devices at your identity provider, change its password, and look at the feed.`,
    eventNumber: null,
  }),
} as const;
