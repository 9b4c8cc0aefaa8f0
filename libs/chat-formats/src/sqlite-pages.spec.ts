import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../test/memory-bytes';
import { databaseBytes } from '../test/sql-script';
import { ChatFormatError } from './errors';
import { openSqliteBytes } from './node/sqlite-database';
import { requireSoundPages } from './sqlite-pages';

const pageBytes = 512;

/** Tables and indexes of several levels, and rows of several pages. */
const sound = databaseBytes(`
PRAGMA page_size = ${pageBytes};
CREATE TABLE message(_id INTEGER PRIMARY KEY, text_data TEXT);
CREATE TABLE other(key TEXT PRIMARY KEY, long_name_of_a_column_that_makes_the_schema_row_lie_on_two_pages BLOB, ${Array.from({ length: 40 }, (_, index) => `column_${index} TEXT`).join(', ')}) WITHOUT ROWID;
CREATE INDEX by_text ON message(text_data);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) INSERT INTO message SELECT i, hex(zeroblob(i)) FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO other(key) SELECT hex(zeroblob(i)) FROM n;
`);

const rootOf = (bytes: Uint8Array, name: string): number => {
  const database = new DatabaseSync(':memory:');
  database.deserialize(new Uint8Array(bytes));
  const row = database.prepare('SELECT rootpage FROM sqlite_master WHERE name = ?').get(name);
  database.close();
  return Number(row!['rootpage']);
};

/** A copy in which something is written at a place of a page. */
function changed(page: number, at: number, value: number): Uint8Array {
  const copy = new Uint8Array(sound);
  new DataView(copy.buffer).setUint32((page - 1) * pageBytes + at, value);
  return copy;
}

const codeOf = (bytes: Uint8Array): string => {
  try {
    requireSoundPages(bytesOf(bytes));
    return 'sound';
  } catch (error) {
    return (error as ChatFormatError).code;
  }
};

describe('requireSoundPages', () => {
  const message = rootOf(sound, 'message');

  it('takes a whole database, of any page size', () => {
    expect(codeOf(sound)).toBe('sound');
    for (const size of [1024, 4096, 65_536]) {
      const database = databaseBytes(
        `PRAGMA page_size = ${size};\nCREATE TABLE a(b);\nINSERT INTO a VALUES (zeroblob(100000));\n`,
      );
      expect(codeOf(database)).toBe('sound');
    }
  });

  it('leaves to SQLite what is no database, or too short', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array(200), sound.subarray(0, 99), sound.subarray(0, 700)]) {
      expect(codeOf(bytes)).toBe('sound');
    }
  });

  it.each([
    ['to itself', message],
    ['to the schema', 1],
    ['to the root of an index', rootOf(sound, 'by_text')],
    ['to the root of another table', rootOf(sound, 'other')],
  ])('refuses a tree that leads %s', (_what, target) => {
    expect(codeOf(changed(message, 8, target))).toBe('damaged');
  });

  it('keeps from SQLite what would make more rows of a file than it has', () => {
    const bomb = new Uint8Array(sound);
    const view = new DataView(bomb.buffer, (message - 1) * pageBytes, pageBytes);
    const child = view.getUint32(8);
    for (let cell = 0; cell < view.getUint16(3); cell++) view.setUint32(view.getUint16(12 + 2 * cell), child);
    const database = new DatabaseSync(':memory:');
    database.deserialize(new Uint8Array(bomb));
    const count = database.prepare('SELECT count(*) AS rows FROM message NOT INDEXED WHERE _id IS NOT NULL').get();
    database.close();
    // the same rows again for each cell: with more levels, more than anybody can wait for
    expect(Number(count!['rows'])).not.toBe(400);
    expect(() => openSqliteBytes(bomb)).toThrow(expect.objectContaining({ code: 'damaged' }));
  });

  it('refuses a row whose pages lead back to its first one, also where a longer row beside it was read before', () => {
    const database = databaseBytes(
      `PRAGMA page_size = ${pageBytes};\nCREATE TABLE a(b);\nINSERT INTO a VALUES (zeroblob(2000)), (zeroblob(200000));\n`,
    );
    const copy = new Uint8Array(database);
    const view = new DataView(copy.buffer);
    const first = [3, 4, 5, 6].find((page) => view.getUint32((page - 1) * pageBytes) === page + 1)!;
    expect(codeOf(copy)).toBe('sound');
    view.setUint32(first * pageBytes, first);
    expect(codeOf(copy)).toBe('damaged');
  });

  it('refuses rows that lie over one another', () => {
    const database = databaseBytes(
      `PRAGMA page_size = ${pageBytes};\nCREATE TABLE a(b);\nINSERT INTO a VALUES (zeroblob(300)), (1), (2);\n`,
    );
    const copy = new Uint8Array(database);
    const view = new DataView(copy.buffer, (rootOf(database, 'a') - 1) * pageBytes);
    view.setUint16(10, view.getUint16(8));
    view.setUint16(12, view.getUint16(8));
    expect(codeOf(copy)).toBe('damaged');
  });
});
