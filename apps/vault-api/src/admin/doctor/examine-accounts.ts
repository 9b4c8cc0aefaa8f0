import { OpsFigures, statement } from '@coffer/database';
import { toHex, toRfc3339 } from '@coffer/foundation';
import { chainHolds } from '@coffer/key-vault';
import { pseudonymKey } from '../../ops/ops-key';
import type { AdminVault } from '../with-vault';
import { bad, doubtful, good, type Finding } from './finding';

const accountsAtOnce = 100;
const shown = 10;

const sealedAccounts = statement(
  'doctor-sealed-accounts',
  'SELECT account_id AS "accountId" FROM accounts WHERE sealed_at IS NOT NULL ORDER BY sealed_at',
);

/** Accounts that are sealed, or should be, under the pseudonyms of the dashboard; and repairs that wait for somebody. */
export async function examineAccounts(vault: AdminVault, isQuick: boolean): Promise<readonly Finding[]> {
  const { database } = vault;
  const sealed = (await database.rows<{ accountId: string }>(sealedAccounts)).map(({ accountId }) => accountId);
  const differing = isQuick ? [] : await differingAccounts(vault);
  return [
    sealed.length === 0
      ? good('sealed-accounts', 'No account is sealed.')
      : bad('sealed-accounts', `${sealed.length} accounts are sealed: ${await named(vault, sealed)}.`, {
          safe: 'No guess is taken against them and nothing of them is handed out. Other accounts are not concerned.',
          next: 'coffer-admin repair plan; the steps are in docs/operations/repair.md.',
        }),
    ...(isQuick ? [] : [ofDiffering(differing, await named(vault, differing))]),
    ...(await waitingRepairs(vault)),
  ];
}

function ofDiffering(differing: readonly string[], names: string): Finding {
  if (differing.length === 0) return good('budgets', 'Every account that is not sealed agrees with its ledger.');
  return bad('budgets', `${differing.length} accounts do not agree with their ledger: ${names}.`, {
    safe: 'Each is sealed at its next guess, or at the next check of vault-api.',
    next: 'Find out who can write to the database. When they are sealed: coffer-admin repair plan.',
  });
}

async function differingAccounts({ store, sealer }: AdminVault): Promise<readonly string[]> {
  const differing: string[] = [];
  for (let after: string | null = null; ;) {
    const chains: Awaited<ReturnType<typeof store.chains>> = await store.chains(after, accountsAtOnce);
    for (const chain of chains) if (!(await chainHolds(sealer, chain))) differing.push(chain.accountId);
    after = chains.at(-1)?.accountId ?? null;
    if (chains.length < accountsAtOnce) return differing;
  }
}

async function named({ database, sealer }: AdminVault, accountIds: readonly string[]): Promise<string> {
  const figures = new OpsFigures(database, await pseudonymKey(sealer));
  const names = await Promise.all(accountIds.slice(0, shown).map((accountId) => figures.pseudonym(accountId)));
  return accountIds.length > shown ? `${names.join(', ')}, …` : names.join(', ');
}

async function waitingRepairs({ repairs }: AdminVault): Promise<readonly Finding[]> {
  return (await repairs.open()).map(({ planHash, state, expiresAtMs }) => {
    const hash = toHex(planHash);
    return state === 'running'
      ? bad('repair', `The repair ${hash} was begun and not finished.`, {
          safe: 'What it has done can be done again. What it was about stays sealed.',
          next: `coffer-admin repair apply ${hash}; where it says that the plan changed, make a new one.`,
        })
      : doubtful(
          'repair',
          `The repair ${hash} waits for approvals or to be applied, until ${toRfc3339(expiresAtMs)}.`,
          {
            safe: 'Nothing was changed by it.',
            next: `coffer-admin repair approve ${hash} by a second member of staff, then repair apply.`,
          },
        );
  });
}
