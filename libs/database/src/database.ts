import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Pool, type PoolClient, type QueryResult } from 'pg';
import { DatabaseError, toDatabaseError } from './errors';
import { PrismaClient } from './generated/client';
import type { SqlValue, Statement } from './statement';
import { rowTypes } from './row-types';

export interface DatabaseOptions {
  /** `postgresql://…`; holds the password, so never print it. */
  readonly url: string;
  /** Connections of this process; default 16. */
  readonly connections?: number;
  /** Told once for each pooled connection that broke while idle. */
  readonly onIdleError?: (error: DatabaseError) => void;
}

/** What runs statements: a transaction, or the pool one statement at a time. */
export interface Queryable {
  /** Rows of one prepared statement. @throws DatabaseError */
  rows<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** How many rows a statement changed. @throws DatabaseError */
  change(statement: Statement, values?: readonly SqlValue[]): Promise<number>;
}

/** A connection that lives until it is closed; for session locks. `onLost` is told once when it breaks. */
export interface Session extends Queryable {
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The way to PostgreSQL for one process. */
export interface Database extends Queryable {
  /** Prisma over the same connections, for what is not hot. */
  readonly prisma: PrismaClient;
  /**
   * Runs `work` in one READ COMMITTED transaction with `synchronous_commit = on`; rolls back if it throws.
   *
   * When this resolves, COMMIT is known. @throws DatabaseError `outcome-unknown` where it is not
   */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** A connection of its own. @throws DatabaseError `unavailable` */
  session(onLost: () => void): Promise<Session>;
  close(): Promise<void>;
}

/** Opens the pool; connects with the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const settings = {
    connectionString: options.url,
    types: rowTypes,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
    lock_timeout: 5_000,
    idle_in_transaction_session_timeout: 15_000,
    application_name: 'coffer',
    keepAlive: true,
    // See: [Note: one round trip]
    pipeline: true,
  };
  const pool = new Pool({ ...settings, max: options.connections ?? 16 });
  pool.on('error', (error) => options.onIdleError?.(toDatabaseError(error)));
  // A connection that breaks while it is lent out tells its borrower by refusing the statement; the event besides that would
  // otherwise end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let prisma: PrismaClient | undefined;
  return {
    ...queryable((statement, values) => pool.query(config(statement, values))),
    get prisma() {
      return (prisma ??= new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) }));
    },
    transaction: async (work) => {
      const client = await pool.connect().catch((cause: unknown) => {
        throw toDatabaseError(cause);
      });
      let broken = true;
      try {
        const result = await inTransaction(client, work);
        broken = false;
        return result;
      } catch (error) {
        // a connection whose state is not known is closed, never given back
        broken = !(error instanceof TransactionRolledBack);
        throw error instanceof TransactionRolledBack ? error.reason : error;
      } finally {
        client.release(broken);
      }
    },
    session: (onLost) => openSession(settings, onLost),
    close: async () => {
      await prisma?.$disconnect();
      await pool.end();
    },
  };
}

/** Internal: `work` threw, and ROLLBACK was acknowledged, so the connection is as good as new. */
class TransactionRolledBack extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('rolled back');
    this.reason = reason;
  }
}

/**
 * [Note: one round trip] What is asked without waiting in between travels together: PostgreSQL takes one statement after the
 * other, each with a snapshot of its own. A transaction's first reads leave with its BEGIN. Whatever writes waits until BEGIN is
 * known, for where that was refused it would stand alone and be committed by itself; after a statement that failed nothing of the
 * transaction is done any more, whatever was sent behind it.
 */
async function inTransaction<T>(client: PoolClient | Client, work: (transaction: Queryable) => Promise<T>): Promise<T> {
  let result: T;
  let isOver = false;
  try {
    const begun = client.query('BEGIN; SET LOCAL synchronous_commit = on').catch((cause: unknown) => {
      throw toDatabaseError(cause);
    });
    begun.catch(() => undefined);
    const run: Run = async (statement, values) => {
      if (!onlyReads(statement)) await begun;
      // One of several that were begun together may have failed, and the others have not been sent yet.
      if (isOver) throw new DatabaseError('failed', 'the transaction has ended');
      const [, answer] = await Promise.all([begun, client.query(config(statement, values))]);
      return answer;
    };
    try {
      result = await work(queryable(run));
      await begun;
    } finally {
      isOver = true;
    }
  } catch (reason) {
    const rolledBack = await client.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    if (rolledBack) throw new TransactionRolledBack(reason);
    throw reason instanceof Error ? reason : toDatabaseError(reason);
  }
  try {
    const answer = await client.query('COMMIT');
    // PostgreSQL answers ROLLBACK to the COMMIT of a transaction that failed
    if (answer.command !== 'COMMIT') throw new DatabaseError('failed', 'the transaction was rolled back');
  } catch (cause) {
    if (cause instanceof DatabaseError) throw cause;
    const refused = toDatabaseError(cause);
    if (refused.code !== 'unavailable') throw refused;
    throw new DatabaseError('outcome-unknown', 'the connection broke at COMMIT; it is not known whether it happened', {
      isRetryable: true,
    });
  }
  return result;
}

async function openSession(settings: object, onLost: () => void): Promise<Session> {
  const client = new Client(settings);
  let isOpen = true;
  const lose = (): void => {
    if (isOpen) onLost();
    isOpen = false;
  };
  client.on('error', lose);
  client.on('end', lose);
  try {
    await client.connect();
  } catch (cause) {
    isOpen = false;
    throw toDatabaseError(cause);
  }
  return {
    ...queryable((statement, values) => client.query(config(statement, values))),
    transaction: async (work) => {
      try {
        return await inTransaction(client, work);
      } catch (error) {
        throw error instanceof TransactionRolledBack ? error.reason : error;
      }
    },
    close: async () => {
      isOpen = false;
      await client.end().catch(() => undefined);
    },
  };
}

function onlyReads({ text }: Statement): boolean {
  return text.startsWith('SELECT ');
}

type Run = (statement: Statement, values: readonly SqlValue[]) => Promise<QueryResult>;

function queryable(run: Run): Queryable {
  const guarded: Run = async (statement, values) => {
    try {
      return await run(statement, values);
    } catch (cause) {
      throw toDatabaseError(cause);
    }
  };
  return {
    rows: async <Row extends object>(statement: Statement, values: readonly SqlValue[] = []) =>
      (await guarded(statement, values)).rows as Row[],
    change: async (statement, values = []) => (await guarded(statement, values)).rowCount ?? 0,
  };
}

function config(statement: Statement, values: readonly SqlValue[]): { name: string; text: string; values: unknown[] } {
  return { name: statement.name, text: statement.text, values: values.map(toParameter) };
}

/** `pg` takes bytes as Buffer only; the view shares the memory. */
function toParameter(value: SqlValue): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return value.map((item: SqlValue) => toParameter(item));
  return value;
}
