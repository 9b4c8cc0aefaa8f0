import { toHex } from '@coffer/foundation';
import type { Field, KnownField, MessageSchema, UnknownField } from './schema';
import { damagedRecord, WireReader } from './wire-reader';

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
  #bytes: Uint8Array;
  readonly #wire: WireReader;
  readonly #refer: Refer;

  /** @param bytes - one message; no value is a view into it */
  constructor(bytes: Uint8Array, refer: Refer = String) {
    this.#bytes = bytes;
    this.#wire = new WireReader(bytes);
    this.#refer = refer;
  }

  /** Begins anew with another message. */
  reset(bytes: Uint8Array): this {
    this.#bytes = bytes;
    this.#wire.bytes = bytes;
    this.#wire.at = 0;
    return this;
  }

  /** @throws ChatFormatError `damaged` where the bytes are no message of this type */
  decode<T extends object>(schema: MessageSchema<T>): T {
    return this.#message(schema, this.#bytes.length) as T;
  }

  #message(schema: MessageSchema<object>, end: number): object {
    const result: Record<string, unknown> = {};
    const wire = this.#wire;
    while (wire.at < end) {
      wire.tag(end);
      const { number, wireType } = wire;
      const known = schema.byNumber[number];
      if (known === undefined || !fits(known, wireType)) {
        ((result['unknown'] ??= []) as UnknownField[]).push({ number, value: this.#unknown(wireType, end) });
      } else if (!known.field.isRepeated) {
        result[known.name] = this.#value(known.field, wireType, end);
      } else {
        this.#repeated((result[known.name] ??= []) as unknown[], known, wireType, end);
      }
    }
    if (wire.at !== end) throw damagedRecord();
    return result;
  }

  #repeated(list: unknown[], { field, wireType: wanted }: KnownField, wireType: number, end: number): void {
    if (wireType === wanted) {
      list.push(this.#value(field, wireType, end));
      return;
    }
    const start = this.#wire.span(end);
    const packedEnd = this.#wire.at;
    this.#wire.at = start;
    while (this.#wire.at < packedEnd) list.push(this.#value(field, wanted, packedEnd));
  }

  #value(field: Field<unknown>, wireType: number, end: number): unknown {
    if (wireType === 0) return this.#ofVarint(field, end);
    const start = this.#wire.span(end);
    const stop = this.#wire.at;
    if (field.kind === 'message') {
      this.#wire.at = start;
      return this.#message(field.message!, stop);
    }
    const part = this.#bytes.subarray(start, stop);
    if (field.kind === 'text') return utf8.decode(part);
    return field.kind === 'uuid' ? uuidText(part) : toHex(part);
  }

  #ofVarint(field: Field<unknown>, end: number): unknown {
    const start = this.#wire.at;
    const value = this.#wire.varint(end);
    if (field.kind === 'flag') return value !== 0;
    if (field.kind === 'word') return field.words![value] ?? String(value);
    const exact = Number.isSafeInteger(value) ? value : this.#wire.exact(start).toString();
    return field.kind === 'reference' ? this.#refer(exact) : exact;
  }

  #unknown(wireType: number, end: number): string {
    const wire = this.#wire;
    if (wireType !== 0) return toHex(this.#bytes.subarray(wire.span(end), wire.at));
    const start = wire.at;
    wire.varint(end);
    return wire.exact(start).toString();
  }
}

/** A known number with another wire type is as good as unknown; numbers may come packed. */
function fits({ field, wireType: wanted }: KnownField, wireType: number): boolean {
  return wireType === wanted || (field.isRepeated && wireType === 2);
}

/** 16 bytes as a UUID; anything else as hexadecimal digits. */
export function uuidText(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  if (bytes.length !== 16) return hex;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
