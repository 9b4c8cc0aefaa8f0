import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * The database did not do what it was asked.
 *
 * - `unavailable`: no connection, or it broke before COMMIT was sent: nothing happened.
 * - `outcome-unknown`: it broke while COMMIT was under way: it may or may not have happened. Never go on as if it had.
 * - `conflict`: serialization failure or deadlock: nothing happened, the same call may be made again.
 * - `unique-violation`: a row of this key exists; `fields.constraint` names the constraint.
 * - `migration-refused`: the history of migrations does not fit this version; nothing was applied.
 * - `not-durable`: the server would lose what it acknowledges.
 * - `failed`: any other refusal; `fields.sqlState` names it.
 *
 * What PostgreSQL itself says is not carried on: its details quote values.
 */
export class DatabaseError extends CofferError {
  declare readonly code:
    | 'unavailable'
    | 'outcome-unknown'
    | 'conflict'
    | 'unique-violation'
    | 'migration-refused'
    | 'not-durable'
    | 'failed';

  constructor(code: DatabaseError['code'], message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}

/** SQLSTATE classes that mean that the server or the way to it is gone: 08 connection, 53 resources, 57P0x shutdown. */
const unavailableStates = /^(08|53|57P0)/;

interface PostgresFailure {
  readonly code?: unknown;
  readonly constraint?: unknown;
}

/** The project's error for whatever `pg` threw. */
export function toDatabaseError(cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const { code, constraint } = (typeof cause === 'object' && cause !== null ? cause : {}) as PostgresFailure;
  const sqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null;
  if (sqlState === null || unavailableStates.test(sqlState)) {
    return new DatabaseError('unavailable', 'the database does not answer; nothing was changed', {
      fields: { sqlState },
      isRetryable: true,
    });
  }
  if (sqlState === '40001' || sqlState === '40P01') {
    return new DatabaseError('conflict', 'another transaction was in the way; nothing was changed', {
      fields: { sqlState },
      isRetryable: true,
    });
  }
  if (sqlState === '57014' || sqlState === '55P03') {
    return new DatabaseError('unavailable', 'the database took too long; nothing was changed', {
      fields: { sqlState },
      isRetryable: true,
    });
  }
  if (sqlState === '23505') {
    return new DatabaseError('unique-violation', 'a row of this key exists', {
      fields: { sqlState, constraint: typeof constraint === 'string' ? constraint : null },
    });
  }
  return new DatabaseError('failed', `${refusalOf(sqlState)} (SQLSTATE ${sqlState}); nothing was changed`, {
    fields: { sqlState },
  });
}

/** In words what an operator can mend; the address itself may hold a password and is not said. */
function refusalOf(sqlState: string): string {
  if (sqlState.startsWith('28')) return 'the database server does not let this user in: look at user and password';
  if (sqlState === '3D000') return 'the database server has no database of this name';
  if (sqlState === '42501') return 'the database user lacks a right that it needs; it has to own the database';
  return 'the database refused the statement';
}
