import { ChatFormatError } from '../errors';

/** One field of a protobuf message: a varint, or bytes (length-delimited, 32-bit and 64-bit alike). */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

/** An unsigned LEB128 number and where the next byte is. */
export interface Varint {
  readonly value: number;
  readonly next: number;
}

const damaged = (): ChatFormatError => new ChatFormatError('damaged', 'the header of this file cannot be read');

/**
 * Reads an unsigned varint below 2^53.
 *
 * @throws ChatFormatError `damaged` where it is cut, longer than ten bytes, or too large
 */
export function readVarint(bytes: Uint8Array, at: number): Varint {
  let value = 0;
  for (let index = 0; index < 10; index++) {
    const byte = bytes[at + index];
    if (byte === undefined) throw damaged();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) {
      // negative int32 and int64 values fill ten bytes: nothing that is read here is one
      if (!Number.isSafeInteger(value)) throw damaged();
      return { value, next: at + index + 1 };
    }
  }
  throw damaged();
}

/**
 * The fields of one message in the order of the file, unknown ones included. A value is a view into `bytes`.
 *
 * @throws ChatFormatError `damaged` where the bytes are no protobuf message
 */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField, void, undefined> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const number = Math.floor(tag.value / 8);
    if (number === 0) throw damaged();
    const wireType = tag.value % 8;
    if (wireType === 0) {
      const varint = readVarint(bytes, tag.next);
      yield { number, value: varint.value };
      at = varint.next;
      continue;
    }
    const span = spanOf(bytes, wireType, tag.next);
    if (span.end > bytes.length) throw damaged();
    yield { number, value: bytes.subarray(span.start, span.end) };
    at = span.end;
  }
}

function spanOf(bytes: Uint8Array, wireType: number, at: number): { readonly start: number; readonly end: number } {
  if (wireType === 1) return { start: at, end: at + 8 };
  if (wireType === 5) return { start: at, end: at + 4 };
  if (wireType !== 2) throw damaged();
  const length = readVarint(bytes, at);
  return { start: length.next, end: length.next + length.value };
}
