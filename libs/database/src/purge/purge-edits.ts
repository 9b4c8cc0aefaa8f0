import type { PurgeObject } from '@coffer/purge';
import type { Database, Queryable } from '../database';
import { DatabaseError } from '../errors';
import { statement } from '../statement';
import { decodePurgeObject } from './purge-record';
import { storeObject } from './purge-rows';

/**
 * What the vault itself changes of found objects, in a transaction that has locked the account's budget row. The worker's
 * next write over the revision that it had read is refused, and it reads again.
 */
export interface PurgeEdits {
  /** Locks one object. @returns undefined where the account has none of that id */
  lock(transaction: Queryable, accountId: string, objectId: string): Promise<PurgeObject | undefined>;
  /** Stores it over the revision that was locked. @returns the object as it is stored */
  store(transaction: Queryable, accountId: string, object: PurgeObject): Promise<PurgeObject>;
  /** Whose object it is, for staff. */
  accountOf(objectId: string): Promise<string | undefined>;
}

const lockObject = statement(
  'purge_lock_object',
  'SELECT record FROM purge_objects WHERE account_id = $1 AND object_id = $2 FOR UPDATE',
);

const findAccount = statement(
  'purge_account_of',
  'SELECT account_id AS "accountId" FROM purge_objects WHERE object_id = $1',
);

/** @see PurgeEdits */
export function purgeEdits(database: Database): PurgeEdits {
  return {
    lock: async (transaction, accountId, objectId) => {
      const [row] = await transaction.rows<{ record: Uint8Array }>(lockObject, [accountId, objectId]);
      return row === undefined ? undefined : decodePurgeObject(row.record);
    },
    store: storeObject,
    accountOf: async (objectId) => {
      const owners = await database.rows<{ accountId: string }>(findAccount, [objectId]);
      if (owners.length > 1) throw new DatabaseError('failed', 'one object id names objects of two accounts');
      return owners[0]?.accountId;
    },
  };
}
