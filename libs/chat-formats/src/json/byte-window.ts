import type { ByteSource } from '../zip/zip-directory';

const windowBytes = 1024 * 1024;

/** Reads a source in large steps, for a reader that goes forward through it in small ones. */
export class ByteWindow {
  readonly #source: ByteSource;
  readonly #end: number;
  #bytes: Uint8Array = new Uint8Array();
  #start = 0;

  /** @param end - of what will be asked for: no step goes beyond it but to give what is asked for */
  constructor(source: ByteSource, end = source.sizeBytes) {
    this.#source = source;
    this.#end = end;
  }

  /** All bytes that are at hand from `offset` on, at least one; none at the end of the source. Valid until the next call. */
  from(offset: number): Uint8Array {
    if (offset < this.#start || offset >= this.#start + this.#bytes.length) this.#load(offset, windowBytes);
    return this.#bytes.subarray(offset - this.#start);
  }

  /** Exactly `length` bytes from `offset`, which lie within the source. Valid until the next call. */
  read(offset: number, length: number): Uint8Array {
    if (offset < this.#start || offset + length > this.#start + this.#bytes.length) {
      this.#load(offset, Math.max(length, Math.min(windowBytes, this.#end - offset)));
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }

  #load(offset: number, length: number): void {
    const { sizeBytes } = this.#source;
    const bytes = offset >= sizeBytes ? undefined : this.#source.read(offset, Math.min(length, sizeBytes - offset));
    // a Buffer's subarray costs twice what that of a plain array does
    this.#bytes = bytes === undefined ? new Uint8Array() : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#start = offset;
  }
}
