import { concatBytes } from '@coffer/foundation';
import { ChatFormatError } from './errors';

/**
 * All pieces in one array.
 *
 * @throws ChatFormatError `too-large` beyond `limitBytes`, and whatever reading throws
 */
export async function collectChunks(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of chunks) {
    // a piece is valid until the next
    pieces.push(new Uint8Array(piece));
    length += piece.length;
    if (length > limitBytes) throw new ChatFormatError('too-large', 'this content is too large to be held in memory');
  }
  return concatBytes(...pieces);
}
