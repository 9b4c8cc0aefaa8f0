import { toHex } from '@coffer/foundation';
import { ChatFormatError } from '../errors';
import { largestFieldNumber, type Field, type MessageSchema, type UnknownField } from './schema';

const damaged = (): ChatFormatError => new ChatFormatError('damaged', 'a record of this backup cannot be read');

/** Makes text of a number that refers to somebody. */
export type Refer = (id: number | string) => string;

const utf8 = new TextDecoder();

/**
 * Decodes messages of known types. No type that is read contains itself, so messages within
 * messages end. Nothing is allocated that is larger than the bytes given: every length is compared with what is
 * left before it is used. Fields that a type does not know are kept in `unknown`, never skipped silently; of a field that is there
 * twice and does not repeat, the last one counts, as Protocol Buffers want it.
 */
export class MessageDecoder {
  readonly #bytes: Uint8Array;
  readonly #refer: Refer;
  #at = 0;

  /** @param bytes - one message; no value is a view into it */
  constructor(bytes: Uint8Array, refer: Refer = String) {
    this.#bytes = bytes;
    this.#refer = refer;
  }

  /** @throws ChatFormatError `damaged` where the bytes are no message of this type */
  decode<T extends object>(schema: MessageSchema<T>): T {
    return this.#message(schema, this.#bytes.length) as T;
  }

  #message(schema: MessageSchema<object>, end: number): object {
    const result: Record<string, unknown> = {};
    while (this.#at < end) {
      const tag = this.#varint(end);
      const number = Math.floor(tag / 8);
      const wireType = tag % 8;
      if (number === 0 || number > largestFieldNumber) throw damaged();
      const known = schema.byNumber[number];
      if (known === undefined || !fits(known.field, wireType)) {
        ((result['unknown'] ??= []) as UnknownField[]).push({ number, value: this.#unknown(wireType, end) });
      } else if (!known.field.isRepeated) {
        result[known.name] = this.#value(known.field, wireType, end);
      } else {
        this.#repeated((result[known.name] ??= []) as unknown[], known.field, wireType, end);
      }
    }
    if (this.#at !== end) throw damaged();
    return result;
  }

  #repeated(list: unknown[], field: Field<unknown>, wireType: number, end: number): void {
    const isPacked = wireType === 2 && wireTypes[field.kind] !== 2;
    if (!isPacked) {
      list.push(this.#value(field, wireType, end));
      return;
    }
    const packedEnd = this.#span(end);
    while (this.#at < packedEnd) list.push(this.#value(field, wireTypes[field.kind], packedEnd));
  }

  #value(field: Field<unknown>, wireType: number, end: number): unknown {
    if (wireType === 0) return this.#ofVarint(field, end);
    const start = this.#spanStart(end);
    const stop = this.#at;
    if (field.kind === 'message') {
      this.#at = start;
      return this.#message(field.message!, stop);
    }
    const part = this.#bytes.subarray(start, stop);
    if (field.kind === 'text') return utf8.decode(part);
    return field.kind === 'uuid' ? uuidText(part) : toHex(part);
  }

  #ofVarint(field: Field<unknown>, end: number): unknown {
    const start = this.#at;
    const value = this.#varint(end);
    if (field.kind === 'flag') return value !== 0;
    if (field.kind === 'word') return field.words![value] ?? String(value);
    const exact = Number.isSafeInteger(value) ? value : this.#wide(start).toString();
    return field.kind === 'reference' ? this.#refer(exact) : exact;
  }

  /** Up to ten bytes; beyond 2^53 only nearly right, see `#wide`. */
  #varint(end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 10; index++) {
      if (this.#at >= end) throw damaged();
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw damaged();
  }

  /** The varint that starts at `start` and was read before, exactly. */
  #wide(start: number): bigint {
    let value = 0n;
    for (let at = start; at < this.#at; at++) value |= BigInt(this.#bytes[at]! & 0x7f) << BigInt(7 * (at - start));
    return BigInt.asUintN(64, value);
  }

  /** Goes behind a length-delimited value. @returns where it ends */
  #span(end: number): number {
    const length = this.#varint(end);
    const stop = this.#at + length;
    if (stop > end) throw damaged();
    return stop;
  }

  /** Goes behind a length-delimited value. @returns where it starts */
  #spanStart(end: number): number {
    const stop = this.#span(end);
    const start = this.#at;
    this.#at = stop;
    return start;
  }

  #unknown(wireType: number, end: number): string {
    const start = this.#at;
    if (wireType === 0) {
      this.#varint(end);
      return this.#wide(start).toString();
    }
    if (wireType === 2) return toHex(this.#bytes.subarray(this.#spanStart(end), this.#at));
    if (wireType !== 1 && wireType !== 5) throw damaged();
    this.#at += wireType === 1 ? 8 : 4;
    if (this.#at > end) throw damaged();
    return toHex(this.#bytes.subarray(start, this.#at));
  }
}

const wireTypes = {
  number: 0,
  flag: 0,
  word: 0,
  reference: 0,
  text: 2,
  bytes: 2,
  uuid: 2,
  message: 2,
} as const;

/** A known number with another wire type is as good as unknown; numbers may come packed. */
function fits(field: Field<unknown>, wireType: number): boolean {
  const wanted = wireTypes[field.kind];
  return wireType === wanted || (field.isRepeated && wireType === 2);
}

/** 16 bytes as a UUID; anything else as hexadecimal digits. */
export function uuidText(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  if (bytes.length !== 16) return hex;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
