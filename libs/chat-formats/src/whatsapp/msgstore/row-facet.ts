import type { Facet } from '../../sql-fields';
import type { Tables } from './list-facets';

/** A facet from a table with at most one row for a message. */
export function rowFacet(
  { schema }: Tables,
  table: string,
  columns: readonly string[],
  apply: Facet['apply'],
  extra: { readonly columns: readonly string[]; readonly join: string } = { columns: [], join: '' },
): Facet | undefined {
  if (!schema.isRowId(table, 'message_row_id') || !schema.hasRows(table)) return undefined;
  const alias = `x_${table}`;
  return {
    columns: [
      `${alias}.message_row_id IS NOT NULL`,
      ...columns.map((column) => schema.column(table, column, alias)),
      ...extra.columns,
    ],
    join: `LEFT JOIN main.${table} ${alias} ON ${alias}.message_row_id = m.rowid ${extra.join}`,
    apply: (row, at, draft) => {
      if (row[at] === 1) apply(row, at + 1, draft);
    },
  };
}
