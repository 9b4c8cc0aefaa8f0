import { decodeCbor, encodeCbor, EncodingError, requireUuid, type CborValue } from '@coffer/foundation';

import { EvidenceError, type EvidenceErrorCode } from './errors';

/** Reads a value that may be anything and gives it back typed, or throws `ShapeError` naming the place. */
export type Shape<T> = (value: unknown, at: string) => T;

/** A field that is missing, unknown, of the wrong type or out of its limits. Never leaves this lib: see `decodeShape`. */
export class ShapeError extends Error {
  readonly at: string;

  constructor(at: string, problem: string) {
    super(`${at === '' ? 'value' : at}: ${problem}`);
    this.at = at;
  }
}

/**
 * Decodes deterministic CBOR into a shape. Nothing is decoded where there are more than `maximumBytes`.
 *
 * @throws EvidenceError `code` with reason `too-large`, `not-canonical` or `malformed`
 */
export function decodeShape<T>(shape: Shape<T>, bytes: Uint8Array, maximumBytes: number, code: EvidenceErrorCode): T {
  if (bytes.length > maximumBytes) {
    throw new EvidenceError(code, 'too-large', `${bytes.length} bytes, at most ${maximumBytes} are read`);
  }
  return guard(code, () => shape(decodeCbor(bytes), ''));
}

/**
 * Encodes a value as deterministic CBOR, under the same checks as `decodeShape`.
 *
 * @throws EvidenceError `code` with reason `too-large` or `malformed`
 */
export function encodeShape<T extends object>(
  shape: Shape<T>,
  value: T,
  maximumBytes: number,
  code: EvidenceErrorCode,
): Uint8Array<ArrayBuffer> {
  // A copy of its own: on Node the encoder may give a Buffer, whose `slice` shares memory.
  const bytes = guard(code, () => new Uint8Array(encodeCbor(shape(value, '') as unknown as CborValue)));
  if (bytes.length > maximumBytes) {
    throw new EvidenceError(code, 'too-large', `${bytes.length} bytes, at most ${maximumBytes} are written`);
  }
  return bytes;
}

function guard<T>(code: EvidenceErrorCode, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    if (cause instanceof ShapeError) {
      throw new EvidenceError(code, 'malformed', cause.message, { fields: { field: cause.at } });
    }
    if (cause instanceof EncodingError) {
      const reason = cause.code === 'not-canonical' ? 'not-canonical' : 'malformed';
      throw new EvidenceError(code, reason, cause.message, { cause });
    }
    throw cause;
  }
}

/** Exactly `length` bytes. */
export function bytes(length: number): Shape<Uint8Array> {
  return bytesBetween(length, length);
}

/** A byte string of `least` to `most` bytes. */
export function bytesBetween(least: number, most: number): Shape<Uint8Array> {
  return (value, at) => {
    if (!(value instanceof Uint8Array)) throw new ShapeError(at, 'bytes expected');
    if (value.length < least || value.length > most) {
      throw new ShapeError(at, `${least === most ? least : `${least} to ${most}`} bytes expected, got ${value.length}`);
    }
    return value;
  };
}

/** Well-formed text of `least` to `most` UTF-16 units. */
export function text(most: number, least = 1): Shape<string> {
  return (value, at) => {
    if (typeof value !== 'string') throw new ShapeError(at, 'text expected');
    if (value.length < least || value.length > most) {
      throw new ShapeError(at, `${least} to ${most} characters expected, got ${value.length}`);
    }
    // A lone surrogate has no UTF-8: what was signed would not be what was meant.
    if (!value.isWellFormed()) throw new ShapeError(at, 'well-formed text expected');
    return value;
  };
}

/** A short name of lower-case letters, digits and hyphens, at most 40 long. */
export const slug: Shape<string> = (value, at) => {
  if (typeof value !== 'string' || value.length > 40 || !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(value)) {
    throw new ShapeError(at, 'a short name of lower-case letters, digits and hyphens expected');
  }
  return value;
};

/** An id of a repository object: letters, digits, dot, hyphen and underscore, 1-128 long. */
export const objectName: Shape<string> = (value, at) => {
  if (typeof value !== 'string' || value.length > 128 || !/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(value)) {
    throw new ShapeError(at, 'an object id expected');
  }
  return value;
};

/** A path inside a repository: 1-512 characters of names joined by slashes; nothing climbs out of the repository. */
export const objectPath: Shape<string> = (value, at) => {
  const isPath =
    typeof value === 'string' &&
    value.length <= 512 &&
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(value);
  if (!isPath) throw new ShapeError(at, 'a path inside the repository expected');
  return value;
};

/** A lower-case UUIDv7. */
export const uuid: Shape<string> = (value, at) => {
  if (typeof value !== 'string') throw new ShapeError(at, 'text expected');
  try {
    return requireUuid(value, at);
  } catch {
    throw new ShapeError(at, 'a lower-case UUIDv7 expected');
  }
};

/** A whole number from `least` to `most`. */
export function whole(least = 0, most: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      throw new ShapeError(at, `a whole number from ${least} to ${most} expected`);
    }
    return value;
  };
}

/** An instant in milliseconds since 1970, up to the last one that RFC 3339 can write (year 9999). */
export const instantMs: Shape<number> = whole(0, 253_402_300_799_999);

/** One of the given texts or numbers. */
export function oneOf<const T extends string | number>(...allowed: readonly T[]): Shape<T> {
  return (value, at) => {
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) throw new ShapeError(at, `one of ${allowed.join(', ')} expected`);
    return found;
  };
}

/** null, or what `shape` reads. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

/** A list of `least` to `most` items. */
export function list<T>(item: Shape<T>, most: number, least = 0): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw new ShapeError(at, 'a list expected');
    if (value.length < least || value.length > most) {
      throw new ShapeError(at, `${least} to ${most} items expected, got ${value.length}`);
    }
    return value.map((entry, index) => item(entry, `${at}[${index}]`));
  };
}

/** The names of a record's fields, and what each holds. */
export type Fields<T extends object> = { readonly [Key in keyof T]-?: Shape<T[Key]> };

/** A map with exactly these fields: none missing, none more. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, at) => {
    if (!isPlainMap(value)) throw new ShapeError(at, 'a map expected');
    const prefix = at === '' ? '' : `${at}.`;
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
    // The name of an unknown field is content of whoever sent it; only that there is one is told.
    if (unknown.length > 0) throw new ShapeError(at, `${unknown.length} unknown field(s)`);
    const read: Partial<T> = {};
    for (const name of names) {
      if (!Object.hasOwn(value, name)) throw new ShapeError(`${prefix}${name}`, 'missing');
      read[name] = fields[name](value[name], `${prefix}${name}`);
    }
    return read as T;
  };
}

/** A map whose field `field`, a text, says which of the shapes reads it. */
export function variant<T extends object>(
  field: keyof T & string,
  shapes: Readonly<Record<string, Shape<T>>>,
): Shape<T> {
  return (value, at) => {
    const name = isPlainMap(value) && Object.hasOwn(value, field) ? value[field] : undefined;
    const shape = typeof name === 'string' && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (shape === undefined) throw new ShapeError(at, `${field} must be one of ${Object.keys(shapes).join(', ')}`);
    return shape(value, at);
  };
}

/** A shape with one more rule over the whole value; `rule` names what is wrong, or gives undefined. */
export function where<T>(shape: Shape<T>, rule: (value: T) => string | undefined): Shape<T> {
  return (value, at) => {
    const read = shape(value, at);
    const problem = rule(read);
    if (problem !== undefined) throw new ShapeError(at, problem);
    return read;
  };
}

/** Whether no two of `keys` are equal. */
export function areDistinct(keys: readonly string[]): boolean {
  return new Set(keys).size === keys.length;
}

/** A map of text to CBOR values, at most `most` fields; what is in it is checked by its encoding only. */
export function anyMap(most: number): Shape<Readonly<Record<string, CborValue>>> {
  return (value, at) => {
    if (!isPlainMap(value)) throw new ShapeError(at, 'a map expected');
    if (Object.keys(value).length > most) throw new ShapeError(at, `at most ${most} fields expected`);
    return value as Readonly<Record<string, CborValue>>;
  };
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
