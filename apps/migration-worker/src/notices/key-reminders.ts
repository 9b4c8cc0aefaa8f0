import { keyChecks, type Database, type PgAccountTransaction } from '@coffer/database';
import { VaultError, type Accounts, type AccountSession, type NewNotice } from '@coffer/key-vault';
import { canBeChecked, keyCheckKind, nextCheckAtMs } from '@coffer/notices';

const dayMs = 86_400_000;

/** Which way the key comes back is not said: who reads along shall not learn whether there is a password. */
const reminder: Omit<NewNotice, 'noticeId' | 'atMs'> = {
  kind: keyCheckKind,
  severity: 'info',
  title: 'Do you still have your key?',
  text:
    'If a phone is lost, only what you recorded or remember brings your backup back. Take a minute to check it on a device of yours: ' +
    'coffer keyslots check. Nothing is sent to anybody, and nothing is blocked if you do it another day.',
  eventNumber: null,
};

/**
 * Asks accounts that are due whether their secret is still known, in the transaction that sets the next time.
 *
 * @returns how many were asked
 */
export async function remindOfKeys(
  database: Database,
  accounts: Accounts<PgAccountTransaction>,
  limit: number,
): Promise<number> {
  let asked = 0;
  for (const accountId of await keyChecks.due(database, limit)) {
    try {
      if (await accounts.within(accountId, ask)) asked += 1;
    } catch (error) {
      if (!(error instanceof VaultError) || error.code === 'vault-sealed') throw error;
      // An account that is sealed or busy must not keep others waiting.
      await putOff(database, accountId);
    }
  }
  return asked;
}

async function ask(session: AccountSession<PgAccountTransaction>): Promise<boolean> {
  const { nowMs, transaction, budget } = session;
  const { sql, accountId } = transaction;
  const row = await keyChecks.read(sql, accountId);
  if (row === undefined || row.nextAtMs > nowMs) return false;
  const kinds = (await transaction.keyslots()).filter(({ state }) => state === 'active').map(({ kind }) => kind);
  if (!canBeChecked(kinds, budget.remaining)) {
    await keyChecks.next(sql, accountId, nowMs + dayMs, null);
    return false;
  }
  if (!(await keyChecks.next(sql, accountId, nextCheckAtMs(row.provenAtMs, nowMs), nowMs))) return false;
  await session.notify(reminder);
  return true;
}

async function putOff(database: Database, accountId: string): Promise<void> {
  const row = await keyChecks.read(database, accountId);
  if (row !== undefined) await keyChecks.next(database, accountId, row.nextAtMs + dayMs, null);
}
