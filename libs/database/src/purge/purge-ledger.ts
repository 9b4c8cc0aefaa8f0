import type { AccountSession, Accounts, NewNotice } from '@coffer/key-vault';
import type { PurgeNotice } from '@coffer/purge';
import { PgAccountTransaction } from '../vault/pg-account-transaction';
import type { PurgeLedger } from './purge-rows';

type NoticeWords = Pick<NewNotice, 'severity' | 'title' | 'text'>;

const words: Readonly<Record<PurgeNotice['kind'], NoticeWords>> = {
  'plaintext-reappeared': {
    severity: 'warning',
    title: 'An unencrypted backup came back',
    text: 'A copy that had been deleted is there again, perhaps written by an old phone. It goes only after its bytes are in your encrypted backup.',
  },
  'plaintext-waiting': {
    severity: 'info',
    title: 'An unencrypted backup is not in your encrypted backup yet',
    text: 'It stays where it is until a device of yours takes it in, or you release it by its name, size and date.',
  },
  'purge-needs-auth': {
    severity: 'warning',
    title: 'A cloud no longer lets us in',
    text: 'Unencrypted backups may still lie there. Sign in to that cloud again, and the purge goes on.',
  },
  'purge-finished': {
    severity: 'info',
    title: 'Your unencrypted backups are gone',
    text: 'Every copy that could be reached was deleted and looked for twice. The deletion certificate lists each of them.',
  },
  'purge-failed': {
    severity: 'warning',
    title: 'An unencrypted backup could not be deleted',
    text: 'Several tries failed. It is still there; staff can see why and try again.',
  },
};

/** The purge's way into an account's chain and feed, with the locks and checks of the vault's own acts. */
export function purgeLedger(accounts: Accounts<PgAccountTransaction>): PurgeLedger {
  return {
    open: async (transaction, accountId) => {
      const session = await accounts.join(new PgAccountTransaction(accountId, transaction), accountId);
      return {
        append: ({ kind, details }) => session.append(kind, details),
        notify: (notice) => notify(session, notice),
      };
    },
  };
}

async function notify(session: AccountSession<PgAccountTransaction>, { kind }: PurgeNotice): Promise<void> {
  await session.notify({ kind, ...words[kind], eventNumber: null });
}
