import { compareBytes } from './bytes';
import type { CborValue } from './cbor';
import { EncodingError } from './errors';

const deepest = 32;

/** What a reader takes less of than the codec carries. */
export interface CborLimits {
  /** Whether byte strings and integers outside the safe range are refused; they are not unless told. */
  readonly isPlain?: boolean;
  /** Lists and maps within each other; 32 unless told. */
  readonly deepest?: number;
  /** Whether byte strings are views of the bytes that are read; they are copies unless told. */
  readonly isShared?: boolean;
}
/** Below this many bytes a loop reads text faster than the platform's decoder. */
const shortTextBytes = 24;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads one value of deterministic CBOR (RFC 8949, section 4.2.1). It checks on the way that every head is the shortest and
 * every map in order, instead of encoding again what it read: a snapshot has megabytes, and a restore reads millions of messages.
 */
export class CborReader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #isPlain: boolean;
  readonly #deepest: number;
  readonly #isShared: boolean;
  #at = 0;

  constructor(bytes: Uint8Array, limits: CborLimits = {}) {
    this.#isPlain = limits.isPlain ?? false;
    this.#deepest = limits.deepest ?? deepest;
    this.#isShared = limits.isShared ?? false;
    // A plain view: slices of a Buffer would share its memory and be Buffers.
    this.#bytes = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
  }

  /** @throws EncodingError `invalid-encoding` where bytes are left over */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new EncodingError('invalid-encoding', 'bytes are left over');
  }

  /** @throws EncodingError `invalid-encoding`, `not-canonical` */
  value(depth = 0): CborValue {
    if (depth > this.#deepest) throw new EncodingError('invalid-encoding', 'CBOR nested too deeply');
    const initial = this.#byte();
    switch (initial >> 5) {
      case 0:
        return this.#integer(this.#argument(initial));
      case 1:
        return this.#integer(this.#negative(initial));
      case 2:
        if (this.#isPlain) throw notHere();
        return this.#byteString(this.#length(initial));
      case 3:
        return this.#text(this.#length(initial));
      case 4:
        return this.#list(this.#length(initial), depth);
      case 5:
        return this.#map(this.#length(initial), depth);
      default:
        return simple(initial);
    }
  }

  #byteString(length: number): Uint8Array {
    const view = this.#next(length);
    return this.#isShared ? view : view.slice();
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw cut();
    return byte;
  }

  /** The number in a head; only its shortest form is taken. */
  #argument(initial: number): number | bigint {
    const short = initial & 31;
    if (short < 24) return short;
    if (short > 27) throw new EncodingError('invalid-encoding', 'a length without end, or reserved');
    const lengthBytes = 1 << (short - 24);
    const start = this.#at;
    let value = 0;
    for (let index = 0; index < lengthBytes; index++) value = value * 256 + this.#byte();
    if (value < (short === 24 ? 24 : 256 ** (lengthBytes / 2))) throw notCanonical();
    if (Number.isSafeInteger(value)) return value;
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + start, 8).getBigUint64(0);
  }

  #negative(initial: number): number | bigint {
    const argument = this.#argument(initial);
    const value = typeof argument === 'bigint' ? -1n - argument : -1 - argument;
    return typeof value === 'bigint' || Number.isSafeInteger(value) ? value : BigInt(value);
  }

  #integer(value: number | bigint): number | bigint {
    if (this.#isPlain && typeof value === 'bigint') {
      throw new EncodingError('invalid-encoding', 'a number that is too large');
    }
    return value;
  }

  #length(initial: number): number {
    const length = this.#argument(initial);
    if (typeof length === 'bigint') throw cut();
    return length;
  }

  #text(length: number): string {
    const bytes = this.#next(length);
    if (length < shortTextBytes) {
      let text = '';
      let at = 0;
      for (; at < length && bytes[at]! < 0x80; at++) text += String.fromCharCode(bytes[at]!);
      if (at === length) return text;
    }
    try {
      return decoder.decode(bytes);
    } catch (cause) {
      throw new EncodingError('invalid-encoding', 'text that is not UTF-8', { cause });
    }
  }

  #next(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw cut();
    this.#at = start + length;
    return this.#bytes.subarray(start, this.#at);
  }

  #list(length: number, depth: number): CborValue {
    // Each item has at least one byte: a length from outside allocates nothing.
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
      if (typeof key !== 'string') throw new EncodingError('invalid-encoding', 'CBOR map key is no text');
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
  throw notHere();
}

const notHere = (): EncodingError => new EncodingError('invalid-encoding', 'CBOR type not allowed here');

const cut = (): EncodingError => new EncodingError('invalid-encoding', 'the bytes end early');
const notCanonical = (): EncodingError => new EncodingError('not-canonical', 'not deterministic CBOR');
