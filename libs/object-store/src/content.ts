import { createSha256, type IncrementalHash } from '@coffer/crypto';
import { concatBytes, equalBytes } from '@coffer/foundation';

import { ObjectStoreError } from './errors';
import type { ByteRange, ObjectContent, PutOptions } from './object-store';

/** The part of an object that a range names, resolved against its size. */
export interface ResolvedRange {
  /** In bytes. */
  readonly offset: number;
  /** In bytes; 0 only in an empty object. */
  readonly length: number;
}

/**
 * @param range - the whole object where it is undefined
 * @param sizeBytes - of the object
 * @throws ObjectStoreError `invalid-range` where it starts past the end or is no range
 */
export function resolveRange(range: ByteRange | undefined, sizeBytes: number): ResolvedRange {
  requireRange(range);
  const offset = range?.offset ?? 0;
  if (offset > 0 && offset >= sizeBytes) {
    throw new ObjectStoreError('invalid-range', `the range starts at ${offset}, the object has ${sizeBytes} bytes`);
  }
  return { offset, length: Math.min(range?.length ?? sizeBytes, sizeBytes - offset) };
}

/** Checks a range before the size is known. @throws ObjectStoreError `invalid-range` */
export function requireRange(range: ByteRange | undefined): void {
  if (range === undefined) return;
  const isSound =
    Number.isSafeInteger(range.offset) &&
    range.offset >= 0 &&
    (range.length === undefined || (Number.isSafeInteger(range.length) && range.length >= 1));
  if (!isSound) throw new ObjectStoreError('invalid-range', 'a range is an offset from 0 on and a length from 1 on');
}

/** Refuses at once what can be seen to be wrong without reading. @throws ObjectStoreError `checksum-mismatch` */
export function requireAnnounced(content: ObjectContent, options: PutOptions): void {
  const isWhole = content instanceof Uint8Array;
  if (!isWhole && options.contentLength === undefined) {
    throw new ObjectStoreError('checksum-mismatch', 'content that comes in pieces needs its length in advance');
  }
  if (isWhole && options.contentLength !== undefined && options.contentLength !== content.length)
    throw lengthMismatch();
}

/**
 * The content piece by piece, checked while it passes: it throws in place of ending where length or SHA-256 differ from what
 * was announced, and as soon as there is more than was announced.
 *
 * @param newHash - SHA-256 of the platform
 * @throws ObjectStoreError `checksum-mismatch`
 */
export async function* checkedPieces(
  content: ObjectContent,
  options: PutOptions,
  newHash: () => IncrementalHash = createSha256,
): AsyncGenerator<Uint8Array, void> {
  requireAnnounced(content, options);
  const announced = content instanceof Uint8Array ? content.length : (options.contentLength ?? 0);
  const state = options.sha256 === undefined ? undefined : newHash();
  let length = 0;
  for await (const piece of content instanceof Uint8Array ? [content] : content) {
    length += piece.length;
    if (length > announced) throw lengthMismatch();
    state?.update(piece);
    yield piece;
  }
  if (length !== announced) throw lengthMismatch();
  if (options.sha256 !== undefined && state !== undefined && !equalBytes(state.digest(), options.sha256)) {
    throw hashMismatch();
  }
}

/** All pieces in one array. */
export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return concatBytes(...parts);
}

/** What an empty object gives. */
export async function* noPieces(): AsyncGenerator<Uint8Array, void> {
  // It has no pieces.
}

function lengthMismatch(): ObjectStoreError {
  return new ObjectStoreError('checksum-mismatch', 'the content is not as long as announced; nothing was stored');
}

function hashMismatch(): ObjectStoreError {
  return new ObjectStoreError('checksum-mismatch', 'the content is not what its SHA-256 announced; nothing was stored');
}
