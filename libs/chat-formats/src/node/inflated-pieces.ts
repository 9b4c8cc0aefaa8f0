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
  // a failure destroys the stream, and so ends the loop below by throwing; there is none where the stream ended first
  void feed(packed, inflate).catch((error: unknown) => inflate.destroy(error as Error));
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      yield piece;
      if (!areKept) releaseMemory(piece);
    }
  } catch (error) {
    throw error instanceof ChatFormatError ? error : damaged(error);
  } finally {
    packed.return?.();
  }
}

async function feed(packed: Iterator<Uint8Array, unknown>, inflate: Transform): Promise<void> {
  for (let next = packed.next(); next.done !== true; next = packed.next()) await written(inflate, next.value);
  inflate.end();
}

/** Settled once the stream has taken in all of a piece. */
const written = (inflate: Transform, piece: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => inflate.write(piece, (error) => (error ? reject(error) : resolve())));
