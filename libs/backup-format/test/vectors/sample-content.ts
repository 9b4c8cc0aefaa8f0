import { DatabaseSync } from 'node:sqlite';

import { utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';

/** Text that compresses well: numbered lines. @param length - in bytes */
export function linesOfText(length: number): Uint8Array<ArrayBuffer> {
  const line = (number: number): string => `line ${number}: the quick brown fox jumps over the lazy dog\n`;
  return utf8(Array.from({ length: Math.ceil(length / 50) }, (_, number) => line(number)).join('')).slice(0, length);
}

/** Bytes that do not compress. @param length - in bytes */
export function noise(name: string, length: number): Uint8Array<ArrayBuffer> {
  return seed(`noise ${name}`, length);
}

/** A small SQLite database of 4 KiB pages, as SQLite has it in memory: without counters and version in its header. */
export function sqliteDatabase(rows: number): Uint8Array<ArrayBuffer> {
  const database = new DatabaseSync(':memory:');
  database.exec('PRAGMA page_size = 4096; CREATE TABLE message (id INTEGER PRIMARY KEY, text TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO message (id, text) VALUES (?, ?)');
  for (let id = 1; id <= rows; id++) insert.run(id, `message ${id}: the quick brown fox`);
  const bytes = new Uint8Array(database.serialize());
  database.close();
  return bytes;
}
