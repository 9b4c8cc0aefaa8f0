import type { BackupWarning } from '../../backup';
import type { MsgstoreChats } from './msgstore';

/** What should be known of a database that was read. */
export function msgstoreWarnings({ unreadMessages }: Pick<MsgstoreChats, 'unreadMessages'>): readonly BackupWarning[] {
  if (unreadMessages === 0) return [];
  const are = unreadMessages === 1 ? 'message is' : 'messages are';
  return [
    {
      code: 'unread-messages',
      message:
        'this database holds its messages in two tables, since the app was changing from one form to the other, and does not say which ' +
        `are in both; ${unreadMessages} ${are} in the table that is not read, and not shown. Nothing of the file was changed: keep it`,
    },
  ];
}
