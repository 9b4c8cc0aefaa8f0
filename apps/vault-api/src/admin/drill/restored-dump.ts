import { randomBytes } from '@coffer/crypto';
import { DatabaseError, openDatabase, PgSealedRows, PgSealingStore, PgVaultState, statement } from '@coffer/database';
import type { Database } from '@coffer/database';
import { equalBytes } from '@coffer/foundation';
import type { SealedRows, VaultStateRow } from '@coffer/key-vault';
import { AdminError } from '../admin-error';

/** A dump that was restored somewhere else. */
export interface RestoredDump {
  readonly rows: SealedRows;
  /** The newest epoch that it names. */
  readonly epoch: number;
  /** Leaves of its ledger. */
  readonly treeSize: number;
}

const takeLock = statement('drill-take-lock', 'SELECT pg_advisory_lock($1::bigint)');
const tryLock = statement('drill-try-lock', 'SELECT pg_try_advisory_lock($1::bigint) AS held');
const findTree = statement(
  'drill-tree',
  `SELECT (SELECT tree_size FROM ledger_state WHERE id = 1) AS "treeSize", (SELECT count(*) FROM ledger_leaves) AS leaves`,
);

/**
 * Runs `work` on the dump behind a URL; every connection to it is read-only.
 *
 * @param live - the vault's own database
 * @throws AdminError `not-a-dump` where it is the vault's own database, empty, of another vault, of another version or not whole;
 *   DatabaseError `unavailable`
 */
export async function withRestoredDump<T>(
  url: string,
  live: Database,
  state: Pick<VaultStateRow, 'vaultId'>,
  work: (dump: RestoredDump) => Promise<T>,
): Promise<T> {
  const dump = openDatabase({ url: readOnly(url), connections: 1 });
  try {
    await requireApart(live, dump);
    return await work(await lookInto(dump, state));
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.code !== 'failed') throw error;
    throw new AdminError('not-a-dump', 'This database was not made by this version of Coffer; nothing was recorded.', {
      cause: error,
    });
  } finally {
    await dump.close();
  }
}

/** @throws AdminError `not-a-dump` where it is no URL of PostgreSQL */
function readOnly(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^postgres(?:ql)?:$/.test(parsed.protocol)) {
    throw new AdminError('not-a-dump', 'The dump is named by a URL: postgresql://user@host:port/name.');
  }
  parsed.searchParams.set('options', '-c default_transaction_read_only=on');
  return parsed.href;
}

/** A lock that is held in the one and cannot be had in the other: then both are the same database. */
async function requireApart(live: Database, dump: Database): Promise<void> {
  const key = Number(new DataView(randomBytes(8).buffer).getBigUint64(0) >> 12n);
  const session = await live.session(() => undefined);
  try {
    await session.rows(takeLock, [key]);
    const [lock] = await dump.rows<{ held: boolean }>(tryLock, [key]);
    if (lock?.held === true) return;
    throw new AdminError(
      'not-a-dump',
      'This is the database of the vault itself. Restore the dump beside it, then name that one.',
    );
  } finally {
    await session.close();
  }
}

async function lookInto(dump: Database, { vaultId }: Pick<VaultStateRow, 'vaultId'>): Promise<RestoredDump> {
  const found = await new PgVaultState(dump).stateIfAny();
  if (found === undefined) throw new AdminError('not-a-dump', 'There is no vault in this database.');
  if (!equalBytes(found.vaultId, vaultId)) throw new AdminError('not-a-dump', 'This is a dump of another vault.');
  const known = await new PgSealingStore(dump).followed();
  const epoch = known.epochs.at(-1)?.epoch ?? 0;
  const [tree] = await dump.rows<{ treeSize: number | null; leaves: number }>(findTree);
  const treeSize = tree?.treeSize ?? 0;
  if (tree?.leaves !== treeSize) {
    throw new AdminError('not-a-dump', 'The dump is not whole: leaves of its ledger are missing.');
  }
  return { rows: new PgSealedRows(dump), epoch, treeSize };
}
