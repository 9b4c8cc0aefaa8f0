import {
  activeRecordContext,
  loginAnswerContext,
  loginStateContext,
  pendingRecordContext,
  registrationSaltContext,
  secretContext,
  type SealingContext,
  type SecretName,
} from '@coffer/key-vault';
import { channelContext } from '@coffer/notices';
import { instantMs, statement, type SqlValue, type Statement } from '../statement';

/** Columns that every page of sealed values has. */
export interface SealedColumns {
  readonly bytes: Uint8Array;
  readonly epoch: number;
}

/** One column in which sealed values lie, with the column that names their epoch. */
export interface SealedPlace {
  readonly name: string;
  readonly table: string;
  /** SQL that holds where there is a value. */
  readonly isThere: string;
  /** Before every key. */
  readonly first: readonly SqlValue[];
  /** $1 epochs below this one, $2 limit, then the key to go on after. */
  readonly next: Statement;
  /** $1 former bytes, $2 former epoch, $3 bytes, $4 epoch, then the key. */
  readonly replace: Statement;
  readonly keyOf: (row: Readonly<Record<string, unknown>>) => readonly (string | number)[];
  readonly contextOf: (row: Readonly<Record<string, unknown>>) => SealingContext;
}

/** UUIDs begin after this one, serials after 0. */
const beforeAll = '00000000-0000-0000-0000-000000000000';

interface PlaceDescription {
  readonly table: string;
  readonly column: string;
  /** Key columns with their types, and what comes before the first. */
  readonly key: readonly (readonly [column: string, type: string, before: SqlValue])[];
  /** Further columns that the context is made of, as SQL. */
  readonly facts?: string;
  /** What else must hold of a row that is changed. */
  readonly unless?: string;
  readonly contextOf: (row: never) => SealingContext;
}

/* eslint-disable no-restricted-syntax -- called where this module is loaded, with the constants below */
function placeOf({ table, column, key, facts, unless, contextOf }: PlaceDescription): SealedPlace {
  const name = `${table}.${column}`;
  const columns = key.map(([each]) => each).join(', ');
  const from = (first: number): string => key.map(([, type], at) => `$${first + at}::${type}`).join(', ');
  const kept = unless === undefined ? '' : ` AND ${unless} IS NULL`;
  return {
    ...{ name, table, isThere: `${column} IS NOT NULL` },
    first: key.map(([, , before]) => before),
    next: statement(
      `sealed-next-${name}`,
      `SELECT ${columns}, ${column} AS bytes, sealing_epoch AS epoch${facts === undefined ? '' : `, ${facts}`}
       FROM ${table} WHERE sealing_epoch < $1 AND ${column} IS NOT NULL AND (${columns}) > (${from(3)})
       ORDER BY ${columns} LIMIT $2`,
    ),
    replace: statement(
      `sealed-replace-${name}`,
      `UPDATE ${table} SET ${column} = $3, sealing_epoch = $4
       WHERE (${columns}) = (${from(5)}) AND ${column} = $1 AND sealing_epoch = $2${kept}`,
    ),
    keyOf: (row) => key.map(([each]) => row[each] as string | number),
    contextOf: contextOf as SealedPlace['contextOf'],
  };
}
/* eslint-enable no-restricted-syntax */

const account = ['account_id', 'uuid', beforeAll] as const;
const idOf = (column: string) => [column, 'uuid', beforeAll] as const;

interface AccountColumns {
  readonly account_id: string;
  readonly serial: number;
}

/**
 * Every column that holds what the KeySealer sealed. A row has one `sealing_epoch`, so of two columns of a table at most one holds
 * a value at a time: a registration its salt or its record, a login its state or its answer. A test finds tables that are missing.
 */
export const sealedPlaces: readonly SealedPlace[] = [
  placeOf({
    ...{ table: 'vault_secrets', column: 'sealed', key: [['name', 'text', '']] },
    contextOf: ({ name }: { readonly name: SecretName }) => secretContext(name),
  }),
  placeOf({
    ...{ table: 'password_records', column: 'sealed', key: [account, ['serial', 'bigint', 0]], facts: 'keyslot_id' },
    contextOf: (row: AccountColumns & { readonly keyslot_id: string }) =>
      activeRecordContext(row.account_id, row.serial, row.keyslot_id),
  }),
  placeOf({
    ...{ table: 'registrations', column: 'salt_sealed', key: [account, idOf('registration_id')], facts: 'serial' },
    unless: 'record_sealed',
    contextOf: (row: AccountColumns & { readonly registration_id: string }) =>
      registrationSaltContext(row.account_id, row.serial, row.registration_id),
  }),
  placeOf({
    ...{ table: 'registrations', column: 'record_sealed', key: [account, idOf('registration_id')], facts: 'serial' },
    unless: 'salt_sealed',
    contextOf: (row: AccountColumns & { readonly registration_id: string }) =>
      pendingRecordContext(row.account_id, row.serial, row.registration_id),
  }),
  placeOf({
    ...{ table: 'logins', column: 'state_sealed', key: [account, idOf('login_id')], unless: 'answer_sealed' },
    facts: `serial, attempt, ${instantMs('expires_at')} AS "expiresAtMs"`,
    contextOf: (
      row: AccountColumns & { readonly login_id: string; readonly attempt: number; readonly expiresAtMs: number },
    ) => {
      const { account_id: accountId, login_id: loginId, serial, attempt, expiresAtMs } = row;
      return loginStateContext(accountId, { loginId, serial, attempt, expiresAtMs });
    },
  }),
  placeOf({
    ...{ table: 'logins', column: 'answer_sealed', key: [account, idOf('login_id')], facts: 'serial' },
    unless: 'state_sealed',
    contextOf: (row: AccountColumns & { readonly login_id: string }) =>
      loginAnswerContext(row.account_id, row.login_id, row.serial),
  }),
  placeOf({
    ...{ table: 'notice_channels', column: 'target_sealed', key: [account, idOf('channel_id')] },
    contextOf: (row: { readonly account_id: string; readonly channel_id: string }) =>
      channelContext({ accountId: row.account_id, channelId: row.channel_id }),
  }),
];

/** SQL: whether anything is sealed under the epoch that `epoch` names. */
export function isNamed(epoch: string): string {
  const parts = sealedPlaces.map(
    ({ table, isThere }) => `EXISTS (SELECT FROM ${table} WHERE sealing_epoch = ${epoch} AND ${isThere})`,
  );
  return `(${parts.join(' OR ')})`;
}
