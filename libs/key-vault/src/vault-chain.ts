import type { LedgerEventKind } from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import type { Accounts } from './accounts';
import type { EventDetails } from './event-maker';
import type { AccountRow } from './ports/rows';
import type { AccountTransaction } from './ports/vault-store';

/** Issuer of the vault's own identity. No provider has it: an issuer of tokens is an http or https URL. */
export const vaultIssuer = 'urn:coffer:vault';

/**
 * The account whose chain records what is done to the vault as a whole: repairs, sealing epochs. It is made with the first such
 * event, locks, chains and is checked like any other, and nobody can sign in to it.
 */
export function vaultAccount(accounts: Pick<Accounts, 'ensure'>, vaultId: Uint8Array): Promise<AccountRow> {
  return accounts.ensure(vaultIssuer, toBase64Url(vaultId));
}

/**
 * Records an event of the vault itself, in one transaction with what `work` writes.
 *
 * @param work - further statements of the same transaction; throws to undo all of it
 * @returns the event's number
 * @throws VaultError `vault-sealed`, `account-sealed`
 */
export async function recordVaultEvent<Transaction extends AccountTransaction>(
  accounts: Accounts<Transaction>,
  vaultId: Uint8Array,
  event: { readonly kind: LedgerEventKind; readonly details: EventDetails },
  work: (transaction: Transaction) => Promise<void> = async () => Promise.resolve(),
): Promise<number> {
  const { accountId } = await vaultAccount(accounts, vaultId);
  return accounts.within(accountId, async (session) => {
    await work(session.transaction);
    return session.append(event.kind, event.details);
  });
}
