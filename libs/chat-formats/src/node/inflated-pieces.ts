import type { Transform } from 'node:stream';
import { ChatFormatError } from '../errors';
import { releaseMemory } from './release-memory';

export interface InflatedPiecesOptions {
  /** All pieces are wanted at once. Else each is valid until the next: it loses its memory, which then holds the next one. */
  readonly areKept?: boolean;
}

/**
 * Pieces through a stream of node:zlib. The next one is asked for when the one before was taken in, so it may lie in the same memory.
 *
 * @param packed - closed where the reading ends before it does, if it can be
 * @param damaged - the error where the stream cannot decompress them; a ChatFormatError of the pieces themselves passes as it is
 */
export async function* inflatedPieces(
  packed: Iterator<Uint8Array, unknown>,
  inflate: Transform,
  damaged: (cause: unknown) => ChatFormatError,
  { areKept = false }: InflatedPiecesOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const reading = { isOver: false };
  // A failure destroys the stream, and so ends the loop below by throwing; behind the loop none is of interest.
  inflate.on('error', () => undefined);
  const fed = feed(packed, inflate, reading);
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      yield piece;
      if (!areKept) releaseMemory(piece);
    }
  } catch (error) {
    throw error instanceof ChatFormatError ? error : damaged(error);
  } finally {
    reading.isOver = true;
    // A stream that has come to its own end may still read a piece from behind it, so the next is nobody's until then.
    await fed;
    inflate.destroy();
    packed.return?.();
  }
}

async function feed(
  packed: Iterator<Uint8Array, unknown>,
  inflate: Transform,
  reading: { readonly isOver: boolean },
): Promise<void> {
  try {
    for (let next = packed.next(); next.done !== true; next = packed.next()) {
      await written(inflate, next.value);
      if (reading.isOver) return;
    }
    inflate.end();
  } catch (error) {
    inflate.destroy(error as Error);
  }
}

/** Settled once the stream has taken in all of a piece, or was destroyed, after which it may say no more. */
function written(inflate: Transform, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    inflate.once('close', resolve);
    inflate.write(piece, (error) => {
      inflate.off('close', resolve);
      if (error) reject(error);
      else resolve();
    });
  });
}
