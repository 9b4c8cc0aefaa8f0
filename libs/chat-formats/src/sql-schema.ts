import { sqlText, type SqlDatabase } from './sql';

/** Which tables and columns a database really has. Views and virtual tables count as absent. */
export interface Schema {
  hasTable(table: string): boolean;
  hasColumns(table: string, ...columns: readonly string[]): boolean;
  /** Whether the table is there, has these columns, and has a row. */
  hasRows(table: string, ...columns: readonly string[]): boolean;
  /** Whether the column is the table's INTEGER PRIMARY KEY, so that a join on it meets at most one row. */
  isRowId(table: string, column: string): boolean;
  /** `prefix.column`, or NULL where there is no such column. */
  column(table: string, column: string, prefix: string): string;
}

interface TableInfo {
  readonly columns: ReadonlySet<string>;
  readonly rowId: string | undefined;
}

/** Reads the schema once. Names of tables are constants of this lib, never text from the database. */
export function readSchema(database: SqlDatabase): Schema {
  const real = new Set<string>();
  // views and virtual tables have no root page
  for (const [name] of database.rows("SELECT name FROM main.sqlite_master WHERE type = 'table' AND rootpage > 0")) {
    real.add(sqlText(name) ?? '');
  }
  const known = new Map<string, TableInfo | undefined>();
  const info = (table: string): TableInfo | undefined => {
    if (!known.has(table)) known.set(table, real.has(table) ? readTable(database, table) : undefined);
    return known.get(table);
  };
  const hasColumns = (table: string, ...columns: readonly string[]): boolean =>
    columns.every((column) => info(table)?.columns.has(column) === true);
  return {
    hasTable: (table) => info(table) !== undefined,
    hasColumns,
    hasRows: (table, ...columns) =>
      info(table) !== undefined &&
      hasColumns(table, ...columns) &&
      !isEmpty(database.rows(`SELECT 1 FROM main.${table} LIMIT 1`)),
    isRowId: (table, column) => info(table)?.rowId === column,
    column: (table, column, prefix) => (hasColumns(table, column) ? `${prefix}.${column}` : 'NULL'),
  };
}

function readTable(database: SqlDatabase, table: string): TableInfo {
  const columns = new Set<string>();
  const keys: string[] = [];
  let isInteger = false;
  // hidden = 0: neither generated columns, whose expressions are foreign code, nor hidden ones
  for (const [name, type, key] of database.rows(
    "SELECT name, type, pk FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0",
    table,
  )) {
    const column = sqlText(name) ?? '';
    columns.add(column);
    if (key === 0) continue;
    keys.push(column);
    isInteger = sqlText(type)?.toUpperCase() === 'INTEGER';
  }
  return { columns, rowId: keys.length === 1 && isInteger ? keys[0] : undefined };
}

function isEmpty(rows: Iterable<unknown>): boolean {
  for (const _row of rows) return false;
  return true;
}
