import type { ReactNode } from 'react';

/** One column of a table. The first column names its row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly isNumber?: boolean;
}

export interface DataTableProps<Row> {
  /** What the table holds; said to assistive technology, and shown where `isCaptionShown`. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** In place of a table without rows. */
  readonly empty: ReactNode;
}

/** A table that scrolls sideways inside itself, by keyboard too. */
export function DataTable<Row>({ caption, columns, rows, keyOf, empty }: DataTableProps<Row>): ReactNode {
  if (rows.length === 0) return empty;
  return (
    <div
      role="region"
      aria-label={`${caption}, table`}
      tabIndex={0}
      className="relative -mx-4 overflow-x-auto px-4 focus-visible:outline-offset-[-2px] sm:-mx-5 sm:px-5"
    >
      <table className="w-full border-collapse text-[0.9375rem]">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber = false }) => (
              <th
                key={title}
                scope="col"
                className={`border-b border-edge px-2 py-2 align-bottom text-sm font-medium whitespace-nowrap text-muted first:ps-0 ${isNumber ? 'text-end' : 'text-start'}`}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-b border-line last:border-0">
              {columns.map(({ title, cell, isNumber = false }, index) => {
                const look = `px-2 py-2 font-normal first:ps-0 ${isNumber ? 'text-end whitespace-nowrap tabular-nums' : 'text-start'}`;
                return index === 0 ? (
                  <th key={title} scope="row" className={look}>
                    {cell(row)}
                  </th>
                ) : (
                  <td key={title} className={look}>
                    {cell(row)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
