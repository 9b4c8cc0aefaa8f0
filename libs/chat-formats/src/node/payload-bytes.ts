import { ChatFormatError } from '../errors';
import type { OpenedBackup } from '../backup';

/** Largest database that is held in memory; a larger one goes through a private file. */
export const inMemoryLimitBytes = 1024 * 1024 * 1024;

/**
 * The whole payload in one array; the backup is closed.
 *
 * @throws ChatFormatError `too-large` beyond 1 GiB, and whatever reading the payload throws
 */
export async function collect(backup: OpenedBackup): Promise<Uint8Array> {
  try {
    return await collectChunks(backup.payload.chunks(), inMemoryLimitBytes);
  } finally {
    backup.close();
  }
}

/**
 * All pieces in one array.
 *
 * @throws ChatFormatError `too-large` beyond `limitBytes`, and whatever reading throws
 */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of chunks) {
    pieces.push(piece);
    length += piece.length;
    if (length > limitBytes) throw new ChatFormatError('too-large', 'this content is too large to be held in memory');
  }
  return Buffer.concat(pieces, length);
}
