import { encodeCbor, type CborValue } from '@coffer/foundation';

const uint = 0x00;
const negative = 0x20;
const textual = 0x60;
const array = 0x80;
const map = 0xa0;
const [no, yes, nothing] = [0xf4, 0xf5, 0xf6];

/** Below this many characters a loop writes text faster than the platform's encoder. */
const shortTextLength = 128;

const encoder = new TextEncoder();

/**
 * Writes the values of a segment as `encodeCbor` of libs/foundation would, byte for byte: a backup encodes millions of
 * messages, and the general encoder was seen to take more than twice as long.
 */
export class SegmentWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;

  /** @param bytes - what it has room for at first */
  constructor(bytes: number = 64 * 1024) {
    this.#bytes = new Uint8Array(bytes);
  }

  /** Forgets what was written, and keeps its memory for what comes. */
  restart(): this {
    this.#at = 0;
    return this;
  }

  /** Bytes that there is room for. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** Bytes written. */
  get length(): number {
    return this.#at;
  }

  /** Head of a map of `length` entries; the caller writes the keys in bytewise order. */
  openMap(length: number): this {
    return this.#head(map, length);
  }

  openList(length: number): this {
    return this.#head(array, length);
  }

  /** @param value - a safe integer */
  integer(value: number): this {
    return value < 0 ? this.#head(negative, -1 - value) : this.#head(uint, value);
  }

  value(value: CborValue): this {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return this.integer(value);
    if (value === null) return this.#byte(nothing);
    if (typeof value === 'boolean') return this.#byte(value ? yes : no);
    if (Array.isArray(value)) {
      this.openList(value.length);
      for (const item of value as readonly CborValue[]) this.value(item);
      return this;
    }
    if (typeof value === 'object' && !(value instanceof Uint8Array)) {
      return this.#map(value as Readonly<Record<string, CborValue>>);
    }
    return this.#raw(encodeCbor(value));
  }

  /** What another writer has written. */
  append(other: SegmentWriter): this {
    return this.#raw(other.#bytes.subarray(0, other.#at));
  }

  /** What was written, as bytes of its own. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }

  #byte(byte: number): this {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
    return this;
  }

  #raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  #head(major: number, value: number): this {
    this.#reserve(9);
    this.#at = this.#writeHead(this.#at, major, value);
    return this;
  }

  /** The shortest head (RFC 8949, section 4.2.1). @returns where the next byte is */
  #writeHead(at: number, major: number, value: number): number {
    const bytes = this.#bytes;
    if (value < 24) {
      bytes[at] = major | value;
      return at + 1;
    }
    if (value < 0x100) {
      bytes[at] = major | 24;
      bytes[at + 1] = value;
      return at + 2;
    }
    if (value < 0x10000) {
      bytes[at] = major | 25;
      bytes[at + 1] = value >>> 8;
      bytes[at + 2] = value;
      return at + 3;
    }
    if (value < 0x100000000) {
      bytes[at] = major | 26;
      return this.#writeFour(at + 1, value);
    }
    bytes[at] = major | 27;
    return this.#writeFour(this.#writeFour(at + 1, Math.floor(value / 0x100000000)), value % 0x100000000);
  }

  #writeFour(at: number, value: number): number {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
    return at + 4;
  }

  /** Keys of ASCII are in order where shorter ones come first, and equally long ones as text. Others go through the general encoder. */
  #map(value: Readonly<Record<string, CborValue>>): this {
    const keys = Object.keys(value);
    if (!keys.every(isAscii)) return this.#raw(encodeCbor(value));
    if (keys.length > 1) keys.sort((left, right) => left.length - right.length || (left < right ? -1 : 1));
    this.openMap(keys.length);
    for (const key of keys) this.text(key).value(value[key]!);
    return this;
  }

  /** Lone surrogates become U+FFFD. The head is written last, as the number of bytes is known only then. */
  text(text: string): this {
    this.#reserve(9 + 3 * text.length);
    const guessed = headBytes(text.length);
    const start = this.#at + guessed;
    if (text.length < shortTextLength && this.#writeAscii(text, start)) {
      this.#at = this.#writeHead(this.#at, textual, text.length) + text.length;
      return this;
    }
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(start));
    const needed = headBytes(written);
    if (needed !== guessed) this.#bytes.copyWithin(this.#at + needed, start, start + written);
    this.#at = this.#writeHead(this.#at, textual, written) + written;
    return this;
  }

  /** @returns false where the text has other characters */
  #writeAscii(text: string, start: number): boolean {
    const bytes = this.#bytes;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      bytes[start + index] = code;
    }
    return true;
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

function headBytes(value: number): 1 | 2 | 3 | 5 | 9 {
  if (value < 24) return 1;
  if (value < 0x100) return 2;
  if (value < 0x10000) return 3;
  return value < 0x100000000 ? 5 : 9;
}
