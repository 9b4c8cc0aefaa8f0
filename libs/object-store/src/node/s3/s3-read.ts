import { Readable } from 'node:stream';

import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';

import { ObjectStoreError } from '../../errors';
import type { AskForRange, RangeAnswer } from '../http/read-resuming';
import { bodyError, s3Error, s3Failure } from './s3-error';

/**
 * Asks for parts of an object. What follows the first part is asked for by the version that the first one was of, so that it comes also
 * where another version or a delete marker lies above it by then; and by its ETag, where the bucket has no versions or the credentials
 * may name none.
 */
export function askForRange(client: S3Client, target: { readonly Bucket: string; readonly Key: string }): AskForRange {
  let versionId: string | undefined;
  return async (offset, length, etag) => {
    const end = length === undefined ? '' : String(offset + length - 1);
    const isWhole = offset === 0 && length === undefined;
    const request = {
      ...target,
      ...(isWhole ? {} : { Range: `bytes=${offset}-${end}` }),
      ...(etag === undefined ? {} : { IfMatch: etag }),
    };
    try {
      const answer = await send(client, request, etag === undefined ? undefined : versionId);
      versionId = answer.VersionId;
      return rangeAnswer(answer);
    } catch (error) {
      throw s3Error(error);
    }
  };
}

async function send(
  client: S3Client,
  request: GetObjectCommandInput,
  versionId: string | undefined,
): Promise<GetObjectCommandOutput> {
  if (versionId === undefined) return client.send(new GetObjectCommand(request));
  try {
    return await client.send(new GetObjectCommand({ ...request, VersionId: versionId }));
  } catch (error) {
    if (s3Failure(error)?.status !== 403) throw error;
    return client.send(new GetObjectCommand(request));
  }
}

/** An answer of S3 to the question for a part of an object. */
function rangeAnswer(answer: GetObjectCommandOutput): RangeAnswer {
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
