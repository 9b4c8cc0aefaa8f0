import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { databaseBytes } from '../../test/sql-script';
import type { SqlDatabase } from '../sql';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';

const folder = mkdtempSync(join(tmpdir(), 'coffer-sqlite-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Sorting 8 MB does not fit into SQLite's page cache of 2 MB.
const bytes = databaseBytes(
  'CREATE TABLE t(a, b);\n',
  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 8000) INSERT INTO t SELECT i, printf('%.1000c', 'x') FROM n;\n",
);

/** Files without a name that this process holds open below the system's temporary folder. */
function namelessFiles(): number {
  const links = readdirSync('/proc/self/fd').map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.includes('etilqs_') && link.endsWith(' (deleted)')).length;
}

/** How many temporary files are open while all rows are read in an order that no index gives. */
function temporaryFilesOf(database: SqlDatabase): number {
  try {
    const rows = database.rows('SELECT a, b FROM main.t ORDER BY -a')[Symbol.iterator]();
    expect(rows.next().value).toEqual([8000, 'x'.repeat(1000)]);
    const files = namelessFiles();
    for (let next = rows.next(); next.done !== true; next = rows.next());
    return files;
  } finally {
    database.close();
  }
}

describe.runIf(process.platform === 'linux')('what SQLite sorts', () => {
  it('goes through a file without a name when the database lies in a file', () => {
    const path = join(folder, 'sorted.db');
    writeFileSync(path, bytes);
    expect(temporaryFilesOf(openSqliteFile(path))).toBe(1);
    expect(namelessFiles()).toBe(0);
  });

  it('never reaches a disk when the database is in memory', () => {
    expect(temporaryFilesOf(openSqliteBytes(bytes))).toBe(0);
  });
});
