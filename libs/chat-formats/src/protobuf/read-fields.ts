import { ChatFormatError } from '../errors';
import { FieldCursor } from './field-cursor';
import { WireReader } from './wire-reader';

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

/** Negative int32 and int64 values fill ten bytes: nothing that is read here is one. */
function requireSafe(value: number): number {
  if (!Number.isSafeInteger(value)) throw damaged();
  return value;
}

/**
 * Reads an unsigned varint below 2^53.
 *
 * @throws ChatFormatError `damaged` where it is cut, longer than ten bytes, or too large
 */
export function readVarint(bytes: Uint8Array, at: number): Varint {
  const wire = new WireReader(bytes, at);
  return { value: requireSafe(wire.varint(bytes.length)), next: wire.at };
}

/**
 * The fields of one message in the order of the file, unknown ones included. A value is a view into `bytes`.
 *
 * @throws ChatFormatError `damaged` where the bytes are no protobuf message
 */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField, void, undefined> {
  const cursor = new FieldCursor(bytes);
  while (cursor.next()) {
    const { number, wireType, value, start, end } = cursor;
    yield { number, value: wireType === 0 ? requireSafe(value) : bytes.subarray(start, end) };
  }
}
