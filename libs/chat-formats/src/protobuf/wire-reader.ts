import { ChatFormatError } from '../errors';
import { largestFieldNumber } from './schema';

const longestVarint = 10;

export const damagedRecord = (): ChatFormatError =>
  new ChatFormatError('damaged', 'a record of this backup cannot be read');

/**
 * Reads Protocol Buffers' wire format: the one place that knows varints, tags and lengths, below all that reads messages. Every method
 * is told where the bytes end that it may read, and never goes beyond.
 */
export class WireReader {
  bytes: Uint8Array;
  /** Where the next byte is. */
  at: number;
  /** Of the last tag: the field's number, and 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  number = 0;
  wireType = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Reads the tag of a field. @throws ChatFormatError `damaged` where no field has such a number */
  tag(end: number): void {
    const first = this.at < end ? this.bytes[this.at]! : 0;
    // one byte, as for all fields up to 15: whole numbers of 32 bits, which the arithmetic below is not
    if (first >= 8 && first < 0x80) {
      this.at++;
      this.number = first >> 3;
      this.wireType = first & 7;
      return;
    }
    const tag = this.varint(end);
    this.number = Math.floor(tag / 8);
    this.wireType = tag % 8;
    if (this.number === 0 || this.number > largestFieldNumber) throw damagedRecord();
  }

  /**
   * Reads a number of up to ten bytes; beyond 2^53 only nearly right, see `exact`.
   *
   * @throws ChatFormatError `damaged` where it is cut, or longer
   */
  varint(end: number): number {
    const bytes = this.bytes;
    let value = 0;
    let scale = 1;
    for (let index = 0; index < longestVarint; index++) {
      if (this.at >= end) throw damagedRecord();
      const byte = bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw damagedRecord();
  }

  /** The varint that starts at `start` and was just read, exactly: an unsigned integer of 64 bits. */
  exact(start: number): bigint {
    return BigInt.asUintN(64, varintBits(this.bytes, start, this.at));
  }

  /**
   * Goes behind the value of the field whose tag was read, where it is no varint.
   *
   * @returns where it starts, a length that stands before it left out
   * @throws ChatFormatError `damaged` where it is longer than what is left, or of a kind that there is not
   */
  span(end: number): number {
    const { wireType } = this;
    if (wireType !== 1 && wireType !== 2 && wireType !== 5) throw damagedRecord();
    const length = wireType === 2 ? this.varint(end) : wireType === 1 ? 8 : 4;
    const start = this.at;
    if (start + length > end) throw damagedRecord();
    this.at = start + length;
    return start;
  }
}

/** A varint that lies from `start` to `end`, as a signed integer of 64 bits. */
export function signedVarint(bytes: Uint8Array, start: number, end: number): bigint {
  return BigInt.asIntN(64, varintBits(bytes, start, end));
}

function varintBits(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = start; at < end; at++) value |= BigInt(bytes[at]! & 0x7f) << BigInt(7 * (at - start));
  return value;
}
