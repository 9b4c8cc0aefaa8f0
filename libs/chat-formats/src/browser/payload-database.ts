import { ChatFormatError } from '../errors';
import { packedKind } from '../payload-kind';
import type { SqlDatabase } from '../sql';
import type { Sqlite } from './sqlite';

/** Largest database that is opened, in bytes: it is held in the memory of SQLite, which has 2 GiB at most. */
export const databaseLimitBytes = 1024 * 1024 * 1024;

/**
 * The database that a payload is, in memory.
 *
 * @throws ChatFormatError `no-chats` where the payload is no database, `damaged`, `too-large`
 */
export function openPayloadDatabase(sqlite: Sqlite, chunks: AsyncIterable<Uint8Array>): Promise<SqlDatabase> {
  return sqlite.open(onlyDatabase(chunks), databaseLimitBytes);
}

async function* onlyDatabase(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  let isFirst = true;
  for await (const piece of chunks) {
    if (isFirst && packedKind(piece) !== 'sqlite') throw noDatabase();
    isFirst = false;
    yield piece;
  }
  if (isFirst) throw noDatabase();
}

const noDatabase = (): ChatFormatError =>
  new ChatFormatError('no-chats', 'this backup holds other files than a chat database');
