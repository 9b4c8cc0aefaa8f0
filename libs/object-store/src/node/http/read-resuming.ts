import { noPieces, resolveRange } from '../../content';
import { ObjectStoreError } from '../../errors';
import type { ByteRange, ObjectStream } from '../../object-store';

/** A store's answer to the question for a part of an object. */
export interface RangeAnswer {
  /** Size of the whole object in bytes. */
  readonly sizeBytes: number;
  /** How many bytes `content` announces. */
  readonly length: number;
  /** Names the version that is read, where the store names one. */
  readonly version?: string | undefined;
  /** The pieces, once. It throws ObjectStoreError for what the network does. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Asks for a part of an object. @param version - the answer must be of this one; undefined at first */
export type AskForRange = (
  offset: number,
  length: number | undefined,
  version: string | undefined,
) => Promise<RangeAnswer>;

const triesWithoutProgress = 4;

/**
 * Opens an object or a range of it. Where the connection breaks in the middle the rest is asked for again, of the same version,
 * until several tries in a row bring nothing. An empty object has no byte that a range could name, so a store that refuses its first
 * ones gives it empty.
 */
export async function readResuming(ask: AskForRange, range: ByteRange | undefined): Promise<ObjectStream> {
  const offset = range?.offset ?? 0;
  let first: RangeAnswer;
  try {
    first = await ask(offset, range?.length, undefined);
  } catch (error) {
    const isPastEnd = error instanceof ObjectStoreError && error.code === 'invalid-range';
    if (!isPastEnd || range?.offset !== 0) throw error;
    return { ...resolveRange(range, 0), sizeBytes: 0, content: noPieces() };
  }
  return { sizeBytes: first.sizeBytes, offset, length: first.length, content: pieces(ask, first, offset) };
}

async function* pieces(ask: AskForRange, first: RangeAnswer, offset: number): AsyncGenerator<Uint8Array, void> {
  const { length } = first;
  let done = 0;
  let tries = 0;
  let answer: RangeAnswer | undefined = first;
  while (done < length) {
    const before = done;
    try {
      answer ??= await ask(offset + done, length - done, first.version);
      if (answer.version !== first.version) throw changed();
      for await (const piece of answer.content) {
        done += piece.length;
        if (done > length) throw changed();
        yield piece;
      }
      if (done < length) throw new ObjectStoreError('unreachable', 'the store sent less than it announced');
    } catch (error) {
      tries = done > before ? 1 : tries + 1;
      const mayRetry = error instanceof ObjectStoreError && error.isRetryable && tries < triesWithoutProgress;
      if (!mayRetry) throw error;
      answer = undefined;
    }
  }
}

function changed(): ObjectStoreError {
  const message = 'the object changed in the store while it was read; try again';
  return new ObjectStoreError('unreachable', message, { isRetryable: false });
}
