import { limits } from '@coffer/contracts';
import { concatBytes } from '@coffer/foundation';
import { ObjectStoreError, type ByteRange, type ObjectContent, type PutOptions } from '@coffer/object-store';

/**
 * The whole content in one array, for the gateway wants length and hash in front of the bytes. Content that is one array is given
 * back as it is: a pack has 16 MiB.
 *
 * @throws ObjectStoreError `checksum-mismatch` where it is not as long as announced, `access-denied` beyond 32 MiB (before
 *   anything is put together)
 */
export async function wholeContent(content: ObjectContent, options: PutOptions): Promise<Uint8Array<ArrayBuffer>> {
  const announced = content instanceof Uint8Array ? (options.contentLength ?? content.length) : options.contentLength;
  if (announced === undefined) throw mismatch('its length, which has to be known in advance');
  if (announced > limits.objectBytes) {
    throw new ObjectStoreError('access-denied', `the vault takes objects of at most ${limits.objectBytes} bytes`);
  }
  const parts: Uint8Array[] = [];
  if (content instanceof Uint8Array && content.buffer instanceof ArrayBuffer) {
    if (content.length !== announced) throw mismatch('its length');
    return content as Uint8Array<ArrayBuffer>;
  }
  let length = 0;
  for await (const part of content instanceof Uint8Array ? [content] : content) {
    length += part.length;
    if (length > announced) throw mismatch('its length');
    parts.push(part);
  }
  if (length !== announced) throw mismatch('its length');
  return concatBytes(...parts);
}

/** Text of a Range header; undefined for the whole. @throws ObjectStoreError `invalid-range` */
export function rangeHeader(range: ByteRange | undefined): string | undefined {
  if (range === undefined) return undefined;
  const { offset, length } = range;
  const isSound =
    Number.isSafeInteger(offset) &&
    offset >= 0 &&
    (length === undefined || (Number.isSafeInteger(length) && length > 0));
  if (!isSound) throw new ObjectStoreError('invalid-range', 'a range is an offset from 0 on and a length from 1 on');
  return length === undefined ? `bytes=${offset}-` : `bytes=${offset}-${offset + length - 1}`;
}

/** Which part of how large an object an answer holds; undefined where its headers do not say so in a sound way. */
export function extentOf(
  status: number,
  headers: Readonly<Record<'content-length' | 'content-range', string | null>>,
): { sizeBytes: number; offset: number; length: number } | undefined {
  if (status !== 206) {
    const sizeBytes = sizeOf(headers['content-length']);
    return sizeBytes === undefined ? undefined : { sizeBytes, offset: 0, length: sizeBytes };
  }
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '');
  if (match === null) return undefined;
  const [offset, last, sizeBytes] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return offset <= last && last < sizeBytes ? { sizeBytes, offset, length: last - offset + 1 } : undefined;
}

/** A size in bytes from a header; undefined where it is none. */
export function sizeOf(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The pieces of a body that must give `length` bytes. @throws ObjectStoreError `unreachable` where it gives others */
export async function* exactly(pieces: AsyncIterable<Uint8Array>, length: number): AsyncGenerator<Uint8Array, void> {
  let received = 0;
  try {
    for await (const piece of pieces) {
      received += piece.length;
      if (received > length) throw stopped(received, length);
      yield piece;
    }
  } catch (cause) {
    if (cause instanceof ObjectStoreError) throw cause;
    throw new ObjectStoreError('unreachable', 'the vault stopped in the middle of an object', { cause });
  }
  if (received !== length) throw stopped(received, length);
}

function stopped(received: number, length: number): ObjectStoreError {
  return new ObjectStoreError('unreachable', `the vault gave ${received} of ${length} bytes`);
}

/** The error for content that is not what was announced. */
export function mismatch(what: string): ObjectStoreError {
  return new ObjectStoreError('checksum-mismatch', `the content does not agree with ${what}; nothing was stored`);
}
