import { replayBudget, verifyChain } from '@coffer/evidence';
import { expect } from 'vitest';
import type { VaultBench } from '../vault-bench';
import type { HistoryAccount } from './history-account';

interface Row {
  readonly account: string;
  readonly events: readonly string[];
  readonly leaves: readonly number[];
  readonly stored: readonly string[];
  readonly remaining: number;
  readonly attempt: number;
  readonly serial: number;
  readonly isSealed: boolean;
}

/** What the chains of all accounts came to. */
export interface ChainFigures {
  readonly events: number;
  readonly guesses: number;
  readonly proven: number;
  readonly activated: number;
  readonly shredded: number;
}

/**
 * Holds each account's chain against what its device saw, its budget against the replay of its chain, and the logins that the
 * database has evaluated against the guesses that were spent. No account may have been sealed: nobody edited anything.
 */
export async function requireHonestBooks(
  bench: VaultBench,
  accounts: readonly HistoryAccount[],
): Promise<ChainFigures> {
  const rows = await bench.sql<Row>(
    `SELECT b.account_id AS account, b.remaining, b.attempt::int, b.active_serial::float8 AS serial,
       a.sealed_at IS NOT NULL AS "isSealed",
       ARRAY(SELECT encode(event, 'hex') FROM ledger_events WHERE account_id = b.account_id ORDER BY number) AS events,
       ARRAY(SELECT coalesce(leaf_index, 9e15)::float8 FROM ledger_events e LEFT JOIN ledger_leaves l USING (account_id, number)
         WHERE e.account_id = b.account_id ORDER BY number) AS leaves,
       ARRAY(SELECT login_id::text FROM logins WHERE account_id = b.account_id AND registration_id IS NULL
         AND ke2 IS NOT NULL) AS stored
     FROM budgets b JOIN accounts a USING (account_id)`,
  );
  const byAccount = new Map(rows.map((row) => [row.account, row]));
  const figures = { events: 0, guesses: 0, proven: 0, activated: 0, shredded: 0 };
  for (const { device, witness } of accounts) {
    const { accountId } = await device.account();
    const row = byAccount.get(accountId)!;
    expect(row.isSealed).toBe(false);
    const { events } = verifyChain(
      row.events.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
      { account: accountId },
    );
    const { remaining, attempt, serial } = replayBudget(events);
    expect({ remaining, attempt, serial }).toEqual({
      ...{ remaining: row.remaining, attempt: row.attempt, serial: row.serial },
    });
    witness.requireHonest(events, row.leaves, row.stored);
    const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
    figures.events += events.length;
    figures.guesses += count('guess');
    figures.proven += count('proven');
    figures.activated += count('keyslot-proven');
    figures.shredded += count('keyslot-shredded');
  }
  return figures;
}
