import { Readable } from 'node:stream';

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

import { ObjectStoreError } from '../errors';
import type { ByteRange, ObjectStream } from '../object-store';
import { bodyError, s3Error } from './s3-error';

/** Asks for a part of an object. @param etag - the answer must be of this version; undefined at first */
export type AskForRange = (
  offset: number,
  length: number | undefined,
  etag: string | undefined,
) => Promise<GetObjectCommandOutput>;

const triesWithoutProgress = 4;

/**
 * Opens an object or a range of it. Where the connection breaks in the middle the rest is asked for again, of the same version,
 * until several tries in a row bring nothing.
 */
export async function readResuming(ask: AskForRange, range: ByteRange | undefined): Promise<ObjectStream> {
  const offset = range?.offset ?? 0;
  const first = await ask(offset, range?.length, undefined);
  const length = first.ContentLength ?? 0;
  return { sizeBytes: totalSize(first, length), offset, length, content: pieces(ask, first, offset, length) };
}

async function* pieces(
  ask: AskForRange,
  first: GetObjectCommandOutput,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void> {
  let done = 0;
  let tries = 0;
  let answer: GetObjectCommandOutput | undefined = first;
  while (done < length) {
    const before = done;
    try {
      answer ??= await ask(offset + done, length - done, first.ETag);
      for await (const piece of bodyOf(answer)) {
        done += piece.length;
        yield piece;
      }
      if (done < length) throw new ObjectStoreError('unreachable', 'the store sent less than it announced');
    } catch (error) {
      const reason = bodyError(error);
      tries = done > before ? 1 : tries + 1;
      const mayRetry = reason instanceof ObjectStoreError && reason.isRetryable && tries < triesWithoutProgress;
      if (!mayRetry) throw reason;
      answer = undefined;
    }
  }
}

async function* bodyOf(answer: GetObjectCommandOutput): AsyncGenerator<Uint8Array, void> {
  if (!(answer.Body instanceof Readable))
    throw s3Error(new ObjectStoreError('unreachable', 'an answer without a body'));
  for await (const piece of answer.Body as AsyncIterable<Uint8Array>) yield plain(piece);
}

function plain(piece: Uint8Array): Uint8Array {
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** `Content-Range: bytes 0-9/1234` tells the size of the whole object; without it the answer is the whole. */
function totalSize(answer: GetObjectCommandOutput, length: number): number {
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return total === undefined ? length : Number(total);
}
