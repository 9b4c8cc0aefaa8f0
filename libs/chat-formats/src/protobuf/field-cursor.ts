import { ChatFormatError } from '../errors';

const damaged = (): ChatFormatError => new ChatFormatError('damaged', 'a record of this backup cannot be read');

/** Goes over the fields of one message without decoding them. */
export class FieldCursor {
  #bytes: Uint8Array;
  #end: number;
  #next: number;
  /** Of the field that `next` went to. */
  number = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wireType = 0;
  /** Its value where it is a varint; beyond 2^53 only nearly right, see `signedVarint`. */
  value = 0;
  /** Where its value starts and ends; a length that stands before it left out. */
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#next = start;
    this.#end = end;
  }

  /** Begins anew with another message. */
  reset(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes;
    this.#next = start;
    this.#end = end;
  }

  /** Goes to the next field. @returns false at the end @throws ChatFormatError `damaged` */
  next(): boolean {
    if (this.#next === this.#end) return false;
    const tag = this.#varint();
    this.number = Math.floor(tag / 8);
    const wireType = (this.wireType = tag % 8);
    if (wireType === 0) {
      this.start = this.#next;
      this.value = this.#varint();
      this.end = this.#next;
      return true;
    }
    const length = wireType === 2 ? this.#varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : undefined;
    if (length === undefined || this.number === 0) throw damaged();
    this.value = 0;
    this.start = this.#next;
    this.end = this.#next = this.start + length;
    if (this.end > this.#end) throw damaged();
    return true;
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 10; index++) {
      if (this.#next >= this.#end) throw damaged();
      const byte = this.#bytes[this.#next++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw damaged();
  }
}

/** A varint that lies from `start` to `end`, as a signed integer of 64 bits. */
export function signedVarint(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = start; at < end; at++) value |= BigInt(bytes[at]! & 0x7f) << BigInt(7 * (at - start));
  return BigInt.asIntN(64, value);
}
