import type { BudgetState, LedgerEvent } from '@coffer/evidence';
import type { AccountEvidence, AccountRow, EvidentEvent, KeyslotRow, NewLeaf, NewStartRow } from '@coffer/key-vault';
import type { Queryable } from '../database';
import { toAccount, type AccountColumns } from '../vault/rows';
import * as sql from './repair-statements';

type Of<Row> = Row & { readonly accountId: string };

type AccountColumnsOfRepair = Of<AccountColumns> & {
  readonly [Name in keyof BudgetState]: BudgetState[Name] | null;
} & Pick<AccountEvidence, 'vetoedUntilMs' | 'recordSerial' | 'queued' | 'nowMs'>;

type EventColumns = Of<Omit<EvidentEvent, 'figures'>> & BudgetState & Pick<LedgerEvent, 'kind' | 'atMs'>;

/** What the rows of some accounts say, in the order of their ids; accounts that are not there are left out. */
export async function readEvidence(
  queryable: Queryable,
  accountIds: readonly string[],
): Promise<readonly AccountEvidence[]> {
  const asked = [accountIds];
  const accounts = await queryable.rows<AccountColumnsOfRepair>(sql.findAccounts, asked);
  const events = await rowsOf<EventColumns>(queryable, sql.findEvents, accountIds);
  const leaves = await rowsOf<NewLeaf>(queryable, sql.findAccountLeaves, accountIds);
  const keyslots = await rowsOf<Of<KeyslotRow>>(queryable, sql.findKeyslots, accountIds);
  const newStarts = await rowsOf<Of<NewStartRow>>(queryable, sql.findNewStarts, accountIds);
  return accounts.map((row) => {
    const { accountId, vetoedUntilMs, recordSerial, queued, nowMs } = row;
    return {
      row: toRow(row),
      budget: toBudget(row),
      ...{ vetoedUntilMs, recordSerial, queued, nowMs },
      events: (events.get(accountId) ?? []).map(toEvent),
      leaves: leaves.get(accountId) ?? [],
      keyslots: (keyslots.get(accountId) ?? []).map(withoutAccount),
      newStarts: (newStarts.get(accountId) ?? []).map(withoutAccount),
    };
  });
}

async function rowsOf<Row extends { readonly accountId: string }>(
  queryable: Queryable,
  statement: typeof sql.findEvents,
  accountIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Row[]>> {
  return Map.groupBy(await queryable.rows<Row>(statement, [accountIds]), ({ accountId }) => accountId);
}

function toRow(row: AccountColumnsOfRepair): AccountRow {
  return toAccount(row.accountId, row);
}

function toBudget({ remaining, attempt, nextAtMs, serial }: AccountColumnsOfRepair): BudgetState | null {
  if (remaining === null || attempt === null || serial === null) return null;
  return { remaining, attempt, nextAtMs, serial };
}

function toEvent({ number, event, mac, hash, salt, ...columns }: EventColumns): EvidentEvent {
  const { kind, atMs, remaining, attempt, nextAtMs, serial } = columns;
  return { number, event, mac, hash, salt, figures: { kind, atMs, remaining, attempt, nextAtMs, serial } };
}

function withoutAccount<Row extends object>({ accountId: _accountId, ...row }: Of<Row>): Omit<Of<Row>, 'accountId'> {
  return row;
}
