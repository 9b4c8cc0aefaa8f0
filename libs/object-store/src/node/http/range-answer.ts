import { ObjectStoreError } from '../../errors';
import type { HttpAnswer, HttpRequest } from './http-service';
import type { RangeAnswer } from './read-resuming';

/** The header that asks for a part (RFC 9110, section 14.2); none for the whole. */
export function rangeHeader(offset: number, length: number | undefined): NonNullable<HttpRequest['headers']> {
  if (offset === 0 && length === undefined) return {};
  return { range: `bytes=${offset}-${length === undefined ? '' : String(offset + length - 1)}` };
}

/**
 * The part that was asked for, out of a 206 answer, or out of a 200 one: where a server has no ranges, what comes before the part is read
 * and left out.
 *
 * @returns undefined where the part starts past the end of the object
 * @throws ObjectStoreError `unreachable` where the answer holds another part
 */
export async function rangeAnswerOf(
  answer: HttpAnswer,
  offset: number,
  length: number | undefined,
): Promise<RangeAnswer | undefined> {
  return answer.status === 206 ? partOf(answer, offset) : wholeOf(answer, offset, length);
}

function partOf(answer: HttpAnswer, offset: number): RangeAnswer {
  const [, start, end, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
  if (start === undefined || Number(start) !== offset) throw unusable();
  return {
    sizeBytes: Number(total),
    length: Number(end) + 1 - offset,
    version: answer.headers.get('etag') ?? undefined,
    content: answer.content(),
  };
}

async function wholeOf(
  answer: HttpAnswer,
  offset: number,
  length: number | undefined,
): Promise<RangeAnswer | undefined> {
  const announced = answer.headers.get('content-length') ?? '';
  if (!/^\d+$/.test(announced)) throw unusable();
  const sizeBytes = Number(announced);
  if (offset > 0 && offset >= sizeBytes) {
    await answer.discard();
    return undefined;
  }
  const partLength = Math.min(length ?? sizeBytes, sizeBytes - offset);
  return {
    sizeBytes,
    length: partLength,
    version: answer.headers.get('etag') ?? undefined,
    content: cut(answer.content(), offset, partLength),
  };
}

async function* cut(
  pieces: AsyncIterable<Uint8Array>,
  offset: number,
  length: number,
): AsyncGenerator<Uint8Array, void> {
  let at = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at));
    at += piece.length;
    if (part.length > 0) yield part;
    if (at >= offset + length) return;
  }
}

function unusable(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'the store answered with another part than it was asked for', {
    isRetryable: false,
  });
}
