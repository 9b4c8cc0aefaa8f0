import { fromBase64Url, fromUtf8, toBase64Url, utf8 } from '@coffer/foundation';
import { ProblemError } from '../platform/problem';

/** A position in a listing as opaque text. */
export function toCursor(position: readonly (string | number)[]): string {
  return toBase64Url(utf8(JSON.stringify(position)));
}

/**
 * Reads a position back.
 *
 * @param types - `typeof` of each part
 * @throws ProblemError `malformed`
 */
export function fromCursor(cursor: string, types: readonly ('string' | 'number')[]): readonly (string | number)[] {
  try {
    const position: unknown = JSON.parse(fromUtf8(fromBase64Url(cursor)));
    const isSound =
      Array.isArray(position) &&
      position.length === types.length &&
      position.every((part: unknown, index) => typeof part === types[index] && isPart(part));
    if (isSound) return position as (string | number)[];
  } catch {
    // what cannot be read is no cursor
  }
  throw new ProblemError('malformed', 'The cursor is not one that a former page gave.');
}

function isPart(part: unknown): boolean {
  return typeof part === 'number' ? Number.isSafeInteger(part) : /^[0-9a-f-]{1,64}$/.test(String(part));
}
