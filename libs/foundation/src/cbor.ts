import { encode, rfc8949EncodeOptions } from 'cborg';
import { CborReader, type CborLimits } from './cbor-reader';
import { EncodingError } from './errors';

/** What the deterministic codec carries: no floats, no tags, no undefined; map keys are text. */
export type CborValue =
  null | boolean | number | bigint | string | Uint8Array | readonly CborValue[] | { readonly [key: string]: CborValue };

/**
 * Deterministic CBOR (RFC 8949, section 4.2.1): shortest integers and lengths, definite lengths, map keys in bytewise order.
 *
 * @throws EncodingError `invalid-encoding` on a number that is no safe integer (bigint reaches to 2^64-1) or on undefined
 */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  try {
    return plain(
      encode(value, { ...rfc8949EncodeOptions, typeEncoders: { number: refuseFloat, undefined: refuseUndefined } }),
    );
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError('invalid-encoding', 'value has no deterministic CBOR form', { cause });
  }
}

/**
 * What stands before the values of a list, for lists that are written value by value. @param length - how many there are
 *
 * @throws EncodingError `out-of-range` unless 0 <= length < 2^32
 */
export function cborListHead(length: number): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(length) || length < 0 || length > 0xffff_ffff) {
    throw new EncodingError('out-of-range', `no length of a list: ${length}`);
  }
  const head = encodeCbor(length);
  // A length is written as the number is, under the major type of lists (RFC 8949, section 3.1).
  head[0]! |= 4 << 5;
  return head;
}

/** Under Node the library gives a Buffer, whose slice() shares memory and which may lie in a pool: bytes of our own do neither. */
function plain(encoded: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = encoded;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === encoded.length;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(encoded);
}

/**
 * Reads one value of deterministic CBOR that fills `bytes` exactly. Every other encoding of the same value is refused, so
 * that a signature over the bytes is a signature over the value.
 *
 * Maps come back as objects without a prototype. Integers outside the safe range come back as bigint.
 *
 * @throws EncodingError `invalid-encoding` (no CBOR, trailing bytes, tags, floats, non-text keys), `not-canonical`
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): CborValue {
  const reader = new CborReader(bytes, limits);
  const value = reader.value();
  reader.end();
  return value;
}

function refuseFloat(value: number): null {
  if (!Number.isSafeInteger(value)) throw new EncodingError('out-of-range', 'not a safe integer');
  return null;
}

function refuseUndefined(): null {
  throw new EncodingError('invalid-encoding', 'undefined has no place in deterministic CBOR');
}
