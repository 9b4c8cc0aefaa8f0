import { Readable } from 'node:stream';

import { GetObjectCommand, type GetObjectCommandOutput, type S3Client } from '@aws-sdk/client-s3';
import { ConnectorError, type FoundObject } from '@coffer/purge';

import type { ContentRange } from '../plaintext-connector';
import type { RequestBudget } from './request-budget';
import { s3Error } from './s3-trouble';

/** A bucket, and how it is talked to. */
export interface S3Place {
  readonly client: S3Client;
  readonly bucket: string;
  readonly budget: RequestBudget;
}

/** What an answer says about locks. @returns end of the lock; undefined where there is none */
export function lockOf(answer: {
  readonly ObjectLockRetainUntilDate?: Date | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}): number | undefined {
  if (answer.ObjectLockLegalHoldStatus === 'ON') return Number.MAX_SAFE_INTEGER;
  return answer.ObjectLockRetainUntilDate?.getTime();
}

const triesWithoutProgress = 4;

/**
 * Streams exactly one version, or a part of it. Where the connection breaks in the middle the rest is asked for again.
 *
 * @throws ConnectorError `absent`, `changed`, …
 */
export async function* readVersion(
  place: S3Place,
  object: Pick<FoundObject, 'providerObjectId' | 'copyId' | 'etag' | 'sizeBytes'>,
  range: ContentRange | undefined,
): AsyncGenerator<Uint8Array, void> {
  const start = range?.offset ?? 0;
  const end = Math.min(object.sizeBytes, start + (range?.length ?? object.sizeBytes));
  let tries = 0;
  for (let at = start; at < end;) {
    const before = at;
    const answer = await askForPart(place, object, at, end - 1);
    try {
      if (!(answer.Body instanceof Readable)) throw new ConnectorError('unreachable', 'an answer without a body');
      for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
        at += piece.length;
        yield new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
      }
      if (at < end) throw new ConnectorError('unreachable', 'the provider sent less than it announced');
    } catch (error) {
      tries = at > before ? 1 : tries + 1;
      if (tries >= triesWithoutProgress) throw s3Error(error);
    }
  }
}

/** Asks for bytes of one version. @param last - the last byte, itself included */
export async function askForPart(
  { client, bucket, budget }: S3Place,
  object: Pick<FoundObject, 'providerObjectId' | 'copyId' | 'etag'>,
  first: number,
  last: number,
): Promise<GetObjectCommandOutput> {
  return budget.send(() =>
    client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: object.providerObjectId,
        Range: `bytes=${first}-${last}`,
        ...(object.copyId === '' ? {} : { VersionId: object.copyId }),
        ...(object.etag === null ? {} : { IfMatch: object.etag }),
      }),
    ),
  );
}
