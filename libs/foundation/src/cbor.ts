import { decode, encode, rfc8949EncodeOptions, Tokenizer, type DecodeOptions } from 'cborg';
import { equalBytes } from './bytes';
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
    // Under Node the library gives a Buffer, whose slice() shares memory: a copy of our own is a plain Uint8Array.
    return new Uint8Array(
      encode(value, { ...rfc8949EncodeOptions, typeEncoders: { number: refuseFloat, undefined: refuseUndefined } }),
    );
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError('invalid-encoding', 'value has no deterministic CBOR form', { cause });
  }
}

/**
 * Reads one value of deterministic CBOR that fills `bytes` exactly. Every other encoding of the same value is refused, so
 * that a signature over the bytes is a signature over the value.
 *
 * Maps come back as objects without a prototype. Integers outside the safe range come back as bigint.
 *
 * @throws EncodingError `invalid-encoding` (no CBOR, trailing bytes, tags, floats, non-text keys), `not-canonical`
 */
export function decodeCbor(bytes: Uint8Array): CborValue {
  let value: CborValue;
  try {
    const options = holdsMark(bytes) ? { ...decodeOptions, tokenizer: new MarkKeeper(bytes) } : decodeOptions;
    value = withoutPrototypes(decode(bytes, options), 0);
  } catch (cause) {
    if (cause instanceof EncodingError) throw cause;
    throw new EncodingError('invalid-encoding', 'not CBOR', { cause });
  }
  if (!equalBytes(encodeCbor(value), bytes)) throw new EncodingError('not-canonical', 'not deterministic CBOR');
  return value;
}

const decodeOptions: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  rejectDuplicateMapKeys: true,
  useMaps: true,
};

const byteOrderMark = [0xef, 0xbb, 0xbf] as const;

/** Whether U+FEFF may stand at the start of a text somewhere in the bytes. */
function holdsMark(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(byteOrderMark[0]); at >= 0; at = bytes.indexOf(byteOrderMark[0], at + 1)) {
    if (byteOrderMark.every((byte, offset) => bytes[at + offset] === byte)) return true;
  }
  return false;
}

/** The library drops U+FEFF at the start of a text, as if it were a byte order mark: people do write it. */
class MarkKeeper extends Tokenizer {
  constructor(bytes: Uint8Array) {
    super(bytes, { ...decodeOptions, retainStringBytes: true });
  }

  override next(): ReturnType<Tokenizer['next']> {
    const token = super.next();
    const { byteValue } = token;
    if (byteValue !== undefined && byteOrderMark.every((byte, at) => byteValue[at] === byte)) {
      token.value = `\ufeff${String(token.value)}`;
    }
    return token;
  }
}

const maximumDepth = 32;

function withoutPrototypes(value: unknown, depth: number): CborValue {
  if (depth > maximumDepth) throw new EncodingError('invalid-encoding', 'CBOR nested too deeply');
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'string')
    return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => withoutPrototypes(item, depth + 1));
  if (value instanceof Map) {
    const object = Object.create(null) as Record<string, CborValue>;
    for (const [key, item] of value) {
      if (typeof key !== 'string') throw new EncodingError('invalid-encoding', 'CBOR map key is no text');
      object[key] = withoutPrototypes(item, depth + 1);
    }
    return object;
  }
  throw new EncodingError('invalid-encoding', 'CBOR type not allowed here');
}

function refuseFloat(value: number): null {
  if (!Number.isSafeInteger(value)) throw new EncodingError('out-of-range', 'not a safe integer');
  return null;
}

function refuseUndefined(): null {
  throw new EncodingError('invalid-encoding', 'undefined has no place in deterministic CBOR');
}
