import { decodeCbor, EncodingError, type CborValue } from '@coffer/foundation';

import { BackupFormatError } from './errors';

/** What kind of object is being read; for messages. */
export type ObjectKind =
  'config' | 'keyslot' | 'head' | 'pack' | 'index' | 'snapshot' | 'chunk' | 'segment' | 'prune list';

/** Decodes CBOR from outside. @throws BackupFormatError `damaged` */
export function decodeObject(bytes: Uint8Array, object: ObjectKind): CborValue {
  return decode(bytes, object, false);
}

/**
 * As {@link decodeObject}; byte strings are views of `bytes`, for {@link bytesOf} and {@link anyBytesOf} copy what they give: tables and
 * lists of files are mostly byte strings.
 */
export function decodeObjectSharing(bytes: Uint8Array, object: ObjectKind): CborValue {
  return decode(bytes, object, true);
}

function decode(bytes: Uint8Array, object: ObjectKind, isShared: boolean): CborValue {
  try {
    return decodeCbor(bytes, { isShared });
  } catch (cause) {
    if (!(cause instanceof EncodingError)) throw cause;
    throw damaged(object, 'it is not deterministic CBOR', cause);
  }
}

export function damaged(object: ObjectKind, why: string, cause?: unknown): BackupFormatError {
  return new BackupFormatError('damaged', `the ${object} is damaged: ${why}`, { cause, fields: { object } });
}

export function tooLarge(object: ObjectKind, what: string, limit: number): BackupFormatError {
  return new BackupFormatError('too-large', `the ${object} exceeds a limit: ${what}, at most ${limit}`, {
    fields: { object, limit },
  });
}

/** A value that cannot be written. */
export function invalidValue(what: string): BackupFormatError {
  return new BackupFormatError('invalid-value', what);
}

/** @throws BackupFormatError `too-large` */
export function requireAtMost(length: number, limit: number, object: ObjectKind, what = 'length in bytes'): void {
  if (length > limit) throw tooLarge(object, what, limit);
}

/** A map with exactly these keys. */
export function mapOf<Key extends string>(
  value: CborValue | undefined,
  keys: readonly Key[],
  object: ObjectKind,
): Readonly<Record<Key, CborValue>> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || isList(value)) {
    throw damaged(object, 'a map is expected');
  }
  const found = Object.keys(value);
  if (found.length !== keys.length || !keys.every((key) => Object.hasOwn(value, key))) {
    throw damaged(object, `it must have the fields ${keys.join(', ')} and no others`);
  }
  return value as Readonly<Record<Key, CborValue>>;
}

/** A list of at most `most` values. */
export function listOf(value: CborValue | undefined, most: number, object: ObjectKind): readonly CborValue[] {
  if (value === undefined || !isList(value)) throw damaged(object, 'a list is expected');
  if (value.length > most) throw tooLarge(object, 'entries of a list', most);
  return value;
}

/** A list of exactly `length` values. */
export function tupleOf(value: CborValue | undefined, length: number, object: ObjectKind): readonly CborValue[] {
  const list = listOf(value, length, object);
  if (list.length !== length) throw damaged(object, `a list of ${length} is expected`);
  return list;
}

/** A whole number. */
export function wholeOf(value: CborValue | undefined, least: number, most: number, object: ObjectKind): number {
  if (typeof value !== 'number' || value < least || value > most) {
    throw damaged(object, `a whole number from ${least} to ${most} is expected`);
  }
  return value;
}

/** An instant or null. */
export function nullableWholeOf(value: CborValue | undefined, object: ObjectKind): number | null {
  return value === null ? null : wholeOf(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, object);
}

/** A byte string of exactly `length` bytes; a copy, so that the whole object need not stay in memory. */
export function bytesOf(value: CborValue | undefined, length: number, object: ObjectKind): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array) || value.length !== length) throw damaged(object, `${length} bytes are expected`);
  return value.slice();
}

/** A byte string of at most `most` bytes; a copy. */
export function anyBytesOf(value: CborValue | undefined, most: number, object: ObjectKind): Uint8Array<ArrayBuffer> {
  return viewOf(value, most, object).slice();
}

/** As {@link anyBytesOf}, a view of what was decoded. */
export function viewOf(value: CborValue | undefined, most: number, object: ObjectKind): Uint8Array {
  if (!(value instanceof Uint8Array)) throw damaged(object, 'bytes are expected');
  if (value.length > most) throw tooLarge(object, 'a byte string', most);
  return value;
}

/** Text of `least` to `most` UTF-16 units. */
export function textOf(value: CborValue | undefined, least: number, most: number, object: ObjectKind): string {
  if (typeof value !== 'string' || value.length < least) throw damaged(object, 'text is expected');
  if (value.length > most) throw tooLarge(object, 'characters of a text', most);
  return value;
}

/** The version field. @throws BackupFormatError `unsupported-version` on any other whole number */
export function versionOf(value: CborValue | undefined, known: number, object: ObjectKind): void {
  const version = wholeOf(value, 0, Number.MAX_SAFE_INTEGER, object);
  if (version === known) return;
  throw new BackupFormatError(
    'unsupported-version',
    `the ${object} has version ${version}, this program reads version ${known}; nothing was changed, update the program`,
    { fields: { object, version } },
  );
}

/**
 * The version of a map whose other fields may be unknown, before they are looked at.
 *
 * @throws BackupFormatError `unsupported-version`, `damaged`
 */
export function versionFirst(value: CborValue, known: number, object: ObjectKind): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || isList(value)) {
    throw damaged(object, 'a map is expected');
  }
  versionOf(Object.hasOwn(value, 'v') ? value['v'] : undefined, known, object);
}

function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
