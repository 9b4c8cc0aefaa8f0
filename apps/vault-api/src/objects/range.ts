import type { ByteRange } from '@coffer/object-store';

/**
 * Reads a Range header of one range (RFC 9110, section 14.1.2), which the contract has already checked for its form.
 *
 * @param header - `bytes=a-b`, `bytes=a-` or `bytes=-n`
 * @param sizeBytes - asked for the suffix form only
 * @returns undefined where no byte can satisfy it
 */
export async function parseRange(header: string, sizeBytes: () => Promise<number>): Promise<ByteRange | undefined> {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === '') return suffix(Number(last), await sizeBytes());
  const offset = Number(first);
  if (last === '') return Number.isSafeInteger(offset) ? { offset } : undefined;
  const length = Number(last) - offset + 1;
  return Number.isSafeInteger(offset) && Number.isSafeInteger(length) && length >= 1 ? { offset, length } : undefined;
}

function suffix(wanted: number, sizeBytes: number): ByteRange | undefined {
  const length = Math.min(wanted, sizeBytes);
  return length === 0 ? undefined : { offset: sizeBytes - length, length };
}
