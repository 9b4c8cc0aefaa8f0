import { compareBytes, EncodingError, type CborValue } from '@coffer/foundation';

const deepest = 16;
/** Below this many bytes a loop reads text faster than the platform's decoder. */
const shortTextBytes = 24;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads what `SegmentWriter` writes: deterministic CBOR (RFC 8949, section 4.2.1) of safe integers, text, lists, maps,
 * booleans and null. As `decodeCbor` of libs/foundation it takes one encoding of a value and no other; it checks that on the
 * way instead of encoding again, because restoring reads millions of messages.
 */
class SegmentReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws EncodingError `invalid-encoding` where bytes are left over */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new EncodingError('invalid-encoding', 'bytes are left over');
  }

  /** @throws EncodingError `invalid-encoding`, `not-canonical` */
  value(depth = 0): CborValue {
    if (depth > deepest) throw new EncodingError('invalid-encoding', 'nested too deeply');
    const initial = this.#byte();
    switch (initial >> 5) {
      case 0:
        return this.#argument(initial);
      case 1:
        return this.#negative(initial);
      case 3:
        return this.#text(this.#argument(initial));
      case 4:
        return this.#list(this.#argument(initial), depth);
      case 5:
        return this.#map(this.#argument(initial), depth);
      default:
        return simple(initial);
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw cut();
    return byte;
  }

  /** The number in a head; only its shortest form is taken. */
  #argument(initial: number): number {
    const short = initial & 31;
    if (short < 24) return short;
    if (short > 27) throw new EncodingError('invalid-encoding', 'a length without end');
    const lengthBytes = 1 << (short - 24);
    let value = 0;
    for (let index = 0; index < lengthBytes; index++) value = value * 256 + this.#byte();
    if (value < (short === 24 ? 24 : 256 ** (lengthBytes / 2))) throw notCanonical();
    if (!Number.isSafeInteger(value)) throw new EncodingError('invalid-encoding', 'a number that is too large');
    return value;
  }

  #negative(initial: number): number {
    const value = -1 - this.#argument(initial);
    if (!Number.isSafeInteger(value)) throw new EncodingError('invalid-encoding', 'a number that is too large');
    return value;
  }

  #text(length: number): string {
    const start = this.#at;
    const end = start + length;
    if (end > this.#bytes.length) throw cut();
    this.#at = end;
    if (length < shortTextBytes) {
      let text = '';
      let at = start;
      for (; at < end && this.#bytes[at]! < 0x80; at++) text += String.fromCharCode(this.#bytes[at]!);
      if (at === end) return text;
    }
    try {
      return decoder.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      throw new EncodingError('invalid-encoding', 'text that is not UTF-8', { cause });
    }
  }

  #list(length: number, depth: number): CborValue {
    // each item has at least one byte: a length from outside allocates nothing
    if (length > this.#bytes.length - this.#at) throw cut();
    const list: CborValue[] = [];
    for (let index = 0; index < length; index++) list.push(this.value(depth + 1));
    return list;
  }

  #map(length: number, depth: number): CborValue {
    if (2 * length > this.#bytes.length - this.#at) throw cut();
    const map = Object.create(null) as Record<string, CborValue>;
    let before: Uint8Array | undefined;
    for (let index = 0; index < length; index++) {
      const start = this.#at;
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new EncodingError('invalid-encoding', 'a map key that is no text');
      const encodedKey = this.#bytes.subarray(start, this.#at);
      if (before !== undefined && compareBytes(before, encodedKey) >= 0) throw notCanonical();
      before = encodedKey;
      map[key] = this.value(depth + 1);
    }
    return map;
  }
}

function simple(initial: number): CborValue {
  if (initial === 0xf4) return false;
  if (initial === 0xf5) return true;
  if (initial === 0xf6) return null;
  throw new EncodingError('invalid-encoding', 'a type that no segment has');
}

const cut = (): EncodingError => new EncodingError('invalid-encoding', 'the bytes end early');
const notCanonical = (): EncodingError => new EncodingError('not-canonical', 'not deterministic CBOR');

/**
 * The one value that fills `bytes` exactly.
 *
 * @throws EncodingError `invalid-encoding`, `not-canonical`
 */
export function readSegmentValue(bytes: Uint8Array): CborValue {
  const reader = new SegmentReader(bytes);
  const value = reader.value();
  reader.end();
  return value;
}
