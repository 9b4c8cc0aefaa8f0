import { Readable } from 'node:stream';

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

import { ObjectStoreError } from '../errors';
import type { RangeAnswer } from './http/read-resuming';
import { bodyError } from './s3-error';

/** An answer of S3 to the question for a part of an object. */
export function rangeAnswer(answer: GetObjectCommandOutput): RangeAnswer {
  const length = answer.ContentLength ?? 0;
  // `Content-Range: bytes 0-9/1234` tells the size of the whole object; without it the answer is the whole.
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return {
    sizeBytes: total === undefined ? length : Number(total),
    length,
    version: answer.ETag,
    content: bodyOf(answer),
  };
}

async function* bodyOf(answer: GetObjectCommandOutput): AsyncGenerator<Uint8Array, void> {
  if (!(answer.Body instanceof Readable)) throw new ObjectStoreError('unreachable', 'an answer without a body');
  try {
    for await (const piece of answer.Body as AsyncIterable<Uint8Array>) yield plain(piece);
  } catch (error) {
    throw bodyError(error);
  }
}

function plain(piece: Uint8Array): Uint8Array {
  return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
}
