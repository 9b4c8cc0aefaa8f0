import { encodeCbor, type CborValue } from '@coffer/foundation';

const uint = 0x00;
const negative = 0x20;
const textual = 0x60;
const array = 0x80;
const map = 0xa0;
const [no, yes, nothing] = [0xf4, 0xf5, 0xf6];

/** Below this many characters a loop writes text faster than the platform's encoder. */
const shortTextLength = 48;

const encoder = new TextEncoder();

/**
 * Writes the values of a segment as `encodeCbor` of libs/foundation would, byte for byte: a backup encodes millions of
 * messages, and the general encoder was seen to take more than twice as long. Maps, which few messages have, go through it.
 */
export class SegmentWriter {
  #bytes = new Uint8Array(64 * 1024);
  #at = 0;

  /** Head of a map of `length` entries; the caller writes the keys in bytewise order. */
  openMap(length: number): this {
    return this.#head(map, length);
  }

  openList(length: number): this {
    return this.#head(array, length);
  }

  value(value: CborValue): this {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      return value < 0 ? this.#head(negative, -1 - value) : this.#head(uint, value);
    }
    if (value === null) return this.#byte(nothing);
    if (typeof value === 'boolean') return this.#byte(value ? yes : no);
    if (Array.isArray(value)) {
      this.openList(value.length);
      for (const item of value as readonly CborValue[]) this.value(item);
      return this;
    }
    return this.#raw(encodeCbor(value));
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
    const lengthBytes = headBytes(value) - 1;
    bytes[at] = major | (lengthBytes === 1 ? 24 : lengthBytes === 2 ? 25 : lengthBytes === 4 ? 26 : 27);
    let rest = value;
    for (let index = lengthBytes; index > 0; index--) {
      bytes[at + index] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return at + 1 + lengthBytes;
  }

  /** Lone surrogates become U+FFFD. The head is written last, as the number of bytes is known only then. */
  #text(text: string): this {
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

function headBytes(value: number): 1 | 2 | 3 | 5 | 9 {
  if (value < 24) return 1;
  if (value < 0x100) return 2;
  if (value < 0x10000) return 3;
  return value < 0x100000000 ? 5 : 9;
}
