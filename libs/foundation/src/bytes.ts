import { EncodingError } from './errors';

/**
 * Guard for byte arguments.
 *
 * @param value - what the caller passed
 * @param length - exact length in bytes; omitted where any length will do
 * @param title - name of the argument, for the message
 * @returns `value` itself
 * @throws EncodingError `invalid-encoding` if it is no Uint8Array, `invalid-length` naming both lengths
 */
export function requireBytes(value: unknown, length: number | undefined, title: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new EncodingError('invalid-encoding', `${title} must be a Uint8Array`);
  if (length !== undefined && value.length !== length) {
    throw new EncodingError('invalid-length', `${title} must have ${length} bytes, got ${value.length}`);
  }
  return value;
}

/** The parts one after the other in one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Equality in time that depends on the lengths only; fit for macs and tags. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index++) difference |= left[index]! ^ right[index]!;
  return difference === 0;
}

/** Bytewise order, shorter first where one is a prefix of the other. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index++) {
    const difference = left[index]! - right[index]!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return textEncoder.encode(text);
}

/** @throws EncodingError `invalid-encoding` where the bytes are not UTF-8 */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return textDecoder.decode(bytes);
  } catch (cause) {
    throw new EncodingError('invalid-encoding', 'not valid UTF-8', { cause });
  }
}

/** Four bytes, big-endian. @throws EncodingError `out-of-range` unless 0 <= value < 2^32 */
export function u32be(value: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new EncodingError('out-of-range', `not an unsigned 32-bit number: ${value}`);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** Reads four big-endian bytes at `offset`. @throws EncodingError `invalid-length` where they are not all there */
export function readU32be(bytes: Uint8Array, offset = 0): number {
  if (offset < 0 || offset + 4 > bytes.length) throw new EncodingError('invalid-length', 'four bytes expected');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(offset);
}
