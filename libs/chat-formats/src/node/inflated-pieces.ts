import { pipeline, Readable, type Transform } from 'node:stream';
import { ChatFormatError } from '../errors';

/**
 * Pieces through a stream of node:zlib, which takes the pieces as it needs them.
 *
 * @param damaged - the error where the stream cannot decompress them; a ChatFormatError of the pieces themselves passes as it is
 */
export async function* inflatedPieces(
  packed: Iterable<Uint8Array>,
  inflate: Transform,
  damaged: (cause: unknown) => ChatFormatError,
): AsyncGenerator<Uint8Array, void, undefined> {
  let failure: unknown;
  // a failure destroys both streams, and so ends the loop below by throwing
  pipeline(Readable.from(packed, { objectMode: false }), inflate, (error) => (failure = error));
  try {
    for await (const piece of inflate) yield piece as Uint8Array;
  } catch (error) {
    const cause = failure ?? error;
    throw cause instanceof ChatFormatError ? cause : damaged(cause);
  }
}
