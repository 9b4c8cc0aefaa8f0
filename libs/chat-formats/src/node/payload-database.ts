import { ChatFormatError } from '../errors';
import { packedKind } from '../payload-kind';
import type { SqlDatabase } from '../sql';
import { inMemoryLimitBytes } from './payload-bytes';
import { createSpool, removeOnClose, type Spool } from './spool';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';

/**
 * The database that a payload is: in memory, or in a private file where it is larger than that.
 *
 * @param limitBytes - largest database that is held in memory
 * @throws ChatFormatError `no-chats` where the payload is no database, `damaged`, `disk-full`
 */
export async function openPayloadDatabase(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number = inMemoryLimitBytes,
): Promise<SqlDatabase> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let spool: Spool | undefined;
  try {
    for await (const piece of chunks) {
      if (pieces.length === 0 && spool === undefined && packedKind(piece) !== 'sqlite') throw noDatabase();
      if (spool === undefined && length + piece.length > limitBytes) {
        spool = createSpool();
        for (const earlier of pieces.splice(0)) spool.write(earlier);
      }
      if (spool === undefined) pieces.push(piece);
      else spool.write(piece);
      length += piece.length;
    }
  } catch (error) {
    spool?.remove();
    throw error;
  }
  if (length === 0) throw noDatabase();
  return spool === undefined ? openSqliteBytes(joined(pieces.splice(0), length)) : openSpool(spool);
}

/** All pieces in one array: a copy, or the memory that they lie in one behind the other. */
function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const { buffer, byteOffset } = pieces[0]!;
  let end = byteOffset;
  for (const piece of pieces) {
    if (piece.buffer !== buffer || piece.byteOffset !== end) return Buffer.concat(pieces, length);
    end += piece.length;
  }
  return new Uint8Array(buffer, byteOffset, length);
}

const noDatabase = (): ChatFormatError =>
  new ChatFormatError('no-chats', 'this backup holds other files than a chat database');

function openSpool(spool: Spool): SqlDatabase {
  const path = spool.finish();
  try {
    return removeOnClose(openSqliteFile(path), spool.remove);
  } catch (error) {
    spool.remove();
    throw error;
  }
}
