import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { readAllowedStatement } from './statement';

describe('readAllowedStatement', () => {
  it.each([
    ['CREATE TABLE t (_id INTEGER PRIMARY KEY, body TEXT)', ['_id', 'body']],
    ['create table if not exists "t"("a" TEXT, b)', ['a', 'b']],
    ["CREATE TABLE t (a TEXT DEFAULT 'x, (y', b DECIMAL(10, 2), UNIQUE(a, b) ON CONFLICT REPLACE)", ['a', 'b']],
    [
      'CREATE TABLE t (a INTEGER REFERENCES u (_id) ON DELETE CASCADE, b, FOREIGN KEY(b) REFERENCES u(_id), CHECK (a > 0))',
      ['a', 'b'],
    ],
    [
      'CREATE TABLE t (\n  a INTEGER,\n  unique_id INTEGER,\n  CONSTRAINT c PRIMARY KEY (a)\n) WITHOUT ROWID',
      ['a', 'unique_id'],
    ],
  ])('reads the columns of %j', (sql, columns) => {
    expect(readAllowedStatement(sql)).toEqual({ kind: 'table', table: 't', columns });
  });
  it.each([
    ['INSERT INTO t VALUES (?,?,?)', undefined, 3],
    ['INSERT INTO t VALUES(?)', undefined, 1],
    ['INSERT INTO "t" (a, "b") VALUES ( ? , ? );', ['a', 'b'], 2],
  ])('reads the row of %j', (sql, columns, values) => {
    expect(readAllowedStatement(sql)).toEqual({ kind: 'row', table: 't', columns, values });
  });
  it.each([
    '',
    'DROP TABLE message',
    'DELETE FROM message',
    "ATTACH DATABASE '/etc/passwd' AS p",
    'CREATE INDEX i ON t (a)',
    'CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END',
    'CREATE VIEW t AS SELECT 1',
    'CREATE VIRTUAL TABLE t USING fts5(body)',
    'CREATE TABLE t AS SELECT * FROM sqlite_master',
    'CREATE TABLE main.t (a)',
    'CREATE TABLE t (a, a)',
    'CREATE TABLE t (a, A)',
    'CREATE TABLE t ()',
    'CREATE TABLE t (a',
    "CREATE TABLE t (a DEFAULT 'x)",
    'CREATE TABLE "t; DROP TABLE u" (a)',
    'CREATE TABLE [t] (a)',
    'INSERT INTO t SELECT * FROM u',
    "INSERT INTO t VALUES (?, 'x')",
    'INSERT INTO t VALUES (?, (SELECT 1))',
    'INSERT INTO t VALUES (?); DROP TABLE t',
    'INSERT INTO t VALUES (?,)',
    'INSERT INTO t VALUES (??)',
    'INSERT INTO t (a, b()) VALUES (?,?)',
    'INSERT OR REPLACE INTO t VALUES (?)',
    'REPLACE INTO t VALUES (?)',
    'PRAGMA writable_schema = ON',
    'WITH RECURSIVE r(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM r) INSERT INTO t SELECT x FROM r',
    `CREATE TABLE t (${'a, '.repeat(40_000)}b)`,
  ])('does nothing with %.80j', (sql) => {
    expect(readAllowedStatement(sql)).toBeUndefined();
  });
  property.prop([fc.string({ maxLength: 80 })])('never gives a name that is more than a name', (text) => {
    for (const sql of [`CREATE TABLE ${text} (a)`, `CREATE TABLE t (${text})`, `INSERT INTO t (${text}) VALUES (?)`]) {
      const read = readAllowedStatement(sql);
      for (const name of [read?.table ?? 't', ...(read?.columns ?? [])]) expect(name).toMatch(/^[A-Za-z_]\w*$/);
    }
  });
});
