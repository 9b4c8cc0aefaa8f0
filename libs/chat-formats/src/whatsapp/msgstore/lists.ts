import { safeInteger, type SqlDatabase, type SqlRow } from '../../sql';
import type { MessageDraft } from '../../message-draft';
import type { Facet } from '../../sql-fields';
import type { Schema } from '../../sql-schema';

interface ListTable {
  /** Name of the temporary table that leads from messages to rows. */
  readonly name: string;
  readonly table: string;
  /** The column of `table` that names the message. */
  readonly messageColumn: string;
  /** SQL over `t` for the message's row, where the column leads to it by way of another table. */
  readonly messageSql?: string;
  /** Further columns without which the table is of no use. */
  readonly needs: readonly string[];
  /** Expressions over `t`, the table, and whatever `join` brings. */
  readonly select: string;
  readonly join?: string;
  /** Most rows that are read for one message. */
  readonly limit: number;
  readonly apply: (rows: readonly SqlRow[], draft: MessageDraft) => void;
}

/**
 * A facet from a table with any number of rows for a message. Databases come without the indexes that would find them, and
 * cannot be given one: a temporary table does it.
 */
export function listFacet(database: SqlDatabase, schema: Schema, list: ListTable): Facet | undefined {
  if (!schema.hasRows(list.table, list.messageColumn, ...list.needs)) return undefined;
  const index = `temp.coffer_${list.name}`;
  const message = list.messageSql ?? safeInteger(`t.${list.messageColumn}`);
  database.execute(`CREATE TABLE ${index}(message INTEGER, row INTEGER, PRIMARY KEY (message, row)) WITHOUT ROWID`);
  database.execute(
    `INSERT INTO ${index} SELECT ${message}, t.rowid FROM main.${list.table} t WHERE ${message} IS NOT NULL ORDER BY 1, 2`,
  );
  const find = database.query(
    `SELECT ${list.select} FROM ${index} x CROSS JOIN main.${list.table} t ON t.rowid = x.row ${list.join ?? ''} ` +
      `WHERE x.message = ? ORDER BY x.row LIMIT ${list.limit}`,
  );
  return {
    columns: [`iif(EXISTS (SELECT 1 FROM ${index} x WHERE x.message = m.rowid), m.rowid, NULL)`],
    join: '',
    apply: (row, at, draft) => {
      const messageRow = row[at];
      if (typeof messageRow === 'number') list.apply(find(messageRow), draft);
    },
  };
}
