import type { Transform } from 'node:stream';
import { ChatFormatError } from '../errors';
import { releaseMemory } from './release-memory';

export interface InflatedPiecesOptions {
  /** All pieces are wanted at once. Else each is valid until the next: it loses its memory, which then holds the next one. */
  readonly areKept?: boolean;
}

/**
 * Pieces through a stream of node:zlib. The next one is asked for when the one before was taken in, so it may lie in the same memory. All
 * pieces are asked for, also those behind the end of what was compressed: the check at their end is part of the reading.
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
  const reading: Reading = { isOver: false, failure: undefined };
  // A failure destroys the stream, and so ends the loop below by throwing; behind the loop none of the stream is of interest.
  inflate.on('error', () => undefined);
  const fed = feed(packed, inflate, reading);
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      yield piece;
      if (!areKept) releaseMemory(piece);
    }
    reading.isOver = true;
    await fed;
    if (reading.failure !== undefined) throw reading.failure;
    while (packed.next().done !== true);
  } catch (error) {
    const cause = reading.failure ?? error;
    throw cause instanceof ChatFormatError ? cause : damaged(cause);
  } finally {
    reading.isOver = true;
    // A stream that has come to its own end may still read a piece from behind it, so the next is nobody's until then.
    await fed;
    inflate.destroy();
    packed.return?.();
  }
}

interface Reading {
  /** Nothing more that the stream gives is wanted. */
  isOver: boolean;
  /** What the pieces threw. */
  failure: Error | undefined;
}

async function feed(packed: Iterator<Uint8Array, unknown>, inflate: Transform, reading: Reading): Promise<void> {
  try {
    for (let next = packed.next(); next.done !== true; next = packed.next()) {
      await written(inflate, next.value);
      if (reading.isOver || inflate.destroyed) return;
    }
    inflate.end();
  } catch (error) {
    reading.failure = error as Error;
    inflate.destroy(reading.failure);
  }
}

/** Settled once the stream has taken in all of a piece, or was destroyed: what it failed of, its reader is told. */
function written(inflate: Transform, piece: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    inflate.once('close', resolve);
    inflate.write(piece, () => {
      inflate.off('close', resolve);
      resolve();
    });
  });
}
