import type { CborValue } from '@coffer/foundation';
import { ChatModelError } from './errors';

/** Both directions of one value: checks on the way out and on the way in, and knows no value that it would not read back. */
export interface FieldCodec<T> {
  /** @throws ChatModelError `invalid-chat-data`, `chat-data-too-large` */
  encode(value: T, field: string): CborValue;
  /** @throws ChatModelError `invalid-chat-data`, `chat-data-too-large` */
  decode(value: CborValue, field: string): T;
}

export function invalid(field: string, expected: string): ChatModelError {
  return new ChatModelError('invalid-chat-data', `${field} must be ${expected}`, { fields: { field } });
}

export function tooLarge(field: string, limit: number): ChatModelError {
  return new ChatModelError('chat-data-too-large', `${field} is beyond its limit of ${limit}`, {
    fields: { field, limit },
  });
}

const same = <T extends CborValue>(check: (value: CborValue, field: string) => T): FieldCodec<T> => ({
  encode: check,
  decode: check,
});

/** Text of at most `limit` UTF-16 units. Lone surrogates, which have no UTF-8 form, become U+FFFD on the way out. */
export function text(limit: number): FieldCodec<string> {
  const check = (value: CborValue, field: string): string => {
    if (typeof value !== 'string') throw invalid(field, 'text');
    if (value.length > limit) throw tooLarge(field, limit);
    return value;
  };
  return { encode: (value, field) => check(value, field).toWellFormed(), decode: check };
}

/** Text that matches a pattern. */
export function pattern(expression: RegExp, expected: string): FieldCodec<string> {
  return same((value, field) => {
    if (typeof value !== 'string' || !expression.test(value)) throw invalid(field, expected);
    return value;
  });
}

export function integer(minimum: number, maximum: number): FieldCodec<number> {
  return same((value, field) => {
    if (!Number.isSafeInteger(value) || (value as number) < minimum || (value as number) > maximum) {
      throw invalid(field, `an integer from ${minimum} to ${maximum}`);
    }
    return value as number;
  });
}

/** A number with a fraction, stored as the shortest decimal text that reads back as the same number. */
export function decimal(minimum: number, maximum: number): FieldCodec<number> {
  const check = (value: number, field: string): number => {
    if (typeof value !== 'number' || !(value >= minimum && value <= maximum))
      throw invalid(field, `a number from ${minimum} to ${maximum}`);
    return value;
  };
  return {
    encode: (value, field) => String(check(value, field)),
    decode: (value, field) => {
      if (typeof value !== 'string' || String(Number(value)) !== value)
        throw invalid(field, 'a number in decimal text');
      return check(Number(value), field);
    },
  };
}

/** Present and true, or absent. */
export const flag: FieldCodec<true> = same((value, field) => {
  if (value !== true) throw invalid(field, 'true or absent');
  return true;
});

export function choice<T extends string>(values: readonly T[]): FieldCodec<T> {
  const known: ReadonlySet<string> = new Set(values);
  return same((value, field) => {
    if (typeof value !== 'string' || !known.has(value)) throw invalid(field, 'one of the known values');
    return value as T;
  });
}

export function nullable<T>(inner: FieldCodec<T>): FieldCodec<T | null> {
  return {
    encode: (value, field) => (value === null ? null : inner.encode(value, field)),
    decode: (value, field) => (value === null ? null : inner.decode(value, field)),
  };
}

export function list<T>(inner: FieldCodec<T>, limit: number): FieldCodec<readonly T[]> {
  const check = (length: number, field: string): void => {
    if (length > limit) throw tooLarge(field, limit);
  };
  return {
    encode: (value, field) => {
      requireList(value, field);
      check(value.length, field);
      return value.map((item) => inner.encode(item, field));
    },
    decode: (value, field) => {
      if (!Array.isArray(value)) throw invalid(field, 'a list');
      check(value.length, field);
      return (value as readonly CborValue[]).map((item) => inner.decode(item, field));
    },
  };
}

/** One codec per property. */
export type Shape<T> = { readonly [K in keyof T]-?: FieldCodec<Exclude<T[K], undefined>> };

/** An object with the properties of `shape` and no others; those in `required` are always there. */
export function record<T extends object>(shape: Shape<T>, required: readonly (keyof T & string)[]): FieldCodec<T> {
  const codecs = Object.entries(shape) as readonly [string, FieldCodec<unknown>][];
  const names = new Set(codecs.map(([name]) => name));
  const requireAll = (value: object, field: string): void => {
    for (const name of required) if (!(name in value)) throw invalid(`${field}.${name}`, 'there');
  };
  return {
    encode: (value, field) => {
      requireObject(value, field);
      requireAll(value, field);
      const encoded: Record<string, CborValue> = {};
      for (const [name, codec] of codecs) {
        const item = (value as Record<string, unknown>)[name];
        if (item !== undefined) encoded[name] = codec.encode(item, `${field}.${name}`);
      }
      return encoded;
    },
    decode: (value, field) => {
      const map = requireMap(value, field);
      for (const name of Object.keys(map))
        if (!names.has(name)) throw invalid(`${field}.${name}`, 'absent: it is not known');
      requireAll(map, field);
      const decoded: Record<string, unknown> = {};
      for (const [name, codec] of codecs) {
        if (name in map) decoded[name] = codec.decode(map[name]!, `${field}.${name}`);
      }
      return decoded as T;
    },
  };
}

/** What is encoded can come from a document of another program: its type is a promise and no more. */
function requireList(value: unknown, field: string): void {
  if (!Array.isArray(value)) throw invalid(field, 'a list');
}

function requireObject(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) throw invalid(field, 'a map');
}

export function requireMap(value: CborValue, field: string): Readonly<Record<string, CborValue>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    throw invalid(field, 'a map');
  }
  return value as Readonly<Record<string, CborValue>>;
}
