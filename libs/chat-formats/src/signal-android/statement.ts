/** What a statement of a backup may do here: name a table's columns, or give one row. Everything else is not done. */
export type AllowedStatement =
  | { readonly kind: 'table'; readonly table: string; readonly columns: readonly string[] }
  | {
      readonly kind: 'row';
      readonly table: string;
      readonly columns: readonly string[] | undefined;
      readonly values: number;
    };

/** Longest text of a statement that is looked at, in UTF-16 units. */
const statementLimit = 64 * 1024;
const columnLimit = 500;
const name = '(?:"([A-Za-z_][A-Za-z0-9_]{0,127})"|([A-Za-z_][A-Za-z0-9_]{0,127}))';
const tablePattern = new RegExp(`^\\s*CREATE\\s+TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${name}\\s*\\(`, 'i');
const rowPattern = new RegExp(
  `^\\s*INSERT\\s+INTO\\s+${name}\\s*(?:\\(([^()]*)\\)\\s*)?VALUES\\s*\\(([\\s?,]*)\\)\\s*;?\\s*$`,
  'i',
);
const namePattern = new RegExp(`^\\s*${name}\\s*$`);
const constraints = /^\s*(?:CONSTRAINT|PRIMARY\s+KEY|UNIQUE|CHECK|FOREIGN\s+KEY)\b/i;

/**
 * Reads a statement by an allow-list: `CREATE TABLE name (column …, …)` and `INSERT INTO name [(column, …)] VALUES (?, …)`. It is
 * never run: what comes out are names of letters, digits and `_`, and counts.
 *
 * @returns undefined for every other statement
 */
export function readAllowedStatement(sql: string): AllowedStatement | undefined {
  if (sql.length > statementLimit) return undefined;
  const row = rowPattern.exec(sql);
  if (row !== null) {
    const [, quoted, bare, list, marks] = row;
    const columns = list === undefined ? undefined : readNames(list);
    if (list !== undefined && columns === undefined) return undefined;
    const values = marks!.replaceAll(/\s/g, '');
    if (!/^\?(?:,\?)*$/.test(values)) return undefined;
    return { kind: 'row', table: quoted ?? bare!, columns, values: (values.length + 1) / 2 };
  }
  const table = tablePattern.exec(sql);
  if (table === null) return undefined;
  const columns = columnNames(sql.slice(table[0].length));
  return columns === undefined ? undefined : { kind: 'table', table: table[1] ?? table[2]!, columns };
}

function readNames(list: string): readonly string[] | undefined {
  const names: string[] = [];
  for (const part of list.split(',')) {
    const found = namePattern.exec(part);
    if (found === null || names.length === columnLimit) return undefined;
    names.push(found[1] ?? found[2]!);
  }
  return names;
}

/** The first word of each definition; constraints of the table come last and are no columns. */
function columnNames(definitions: string): readonly string[] | undefined {
  const parts = splitDefinitions(definitions);
  if (parts === undefined || parts.length > columnLimit) return undefined;
  const names: string[] = [];
  for (const part of parts) {
    if (constraints.test(part)) continue;
    const found = new RegExp(`^\\s*${name}(?:\\s|$)`).exec(part);
    if (found === null) return undefined;
    names.push(found[1] ?? found[2]!);
  }
  return names.length === 0 || new Set(names.map((each) => each.toLowerCase())).size < names.length ? undefined : names;
}

/** Cuts at commas that stand in no parentheses and no quotes, up to the parenthesis that ends the list. */
function splitDefinitions(text: string): readonly string[] | undefined {
  const parts: string[] = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === "'" || character === '"' || character === '`') {
      at = text.indexOf(character, at + 1);
      if (at < 0) return undefined;
    } else if (character === '(') depth++;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    } else if (character === ')' && --depth < 0) {
      return [...parts, text.slice(start, at)];
    }
  }
  return undefined;
}
