import { z } from 'zod';

const base64UrlCharacters = (bytes: number) => Math.ceil((bytes * 4) / 3);

/** Exactly `bytes` bytes as base64url without padding. Left-over bits are checked where the text is decoded. */
export function base64UrlOf(bytes: number) {
  const characters = base64UrlCharacters(bytes);
  return z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`), `${bytes} bytes as base64url expected`);
}

/** Between `least` and `most` bytes as base64url without padding. */
export function base64UrlBetween(least: number, most: number) {
  const expected = `${least} to ${most} bytes as base64url expected`;
  return z
    .string()
    .min(base64UrlCharacters(least), expected)
    .max(base64UrlCharacters(most), expected)
    .regex(/^[A-Za-z0-9_-]+$/, expected);
}

/** A UUIDv7 (RFC 9562) as lower-case text: accounts, registrations, logins, purge objects, certificates. */
export const uuidText = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/, 'lower-case UUIDv7 expected')
  .meta({ id: 'Uuid', description: 'UUIDv7, lower case' });

/** Vault id and repository id: 16 bytes. */
export const idText = base64UrlOf(16).meta({ id: 'Id16', description: '16 bytes, base64url' });

/** Key id: 8 bytes as 16 lower-case hexadecimal digits. */
export const keyIdText = z
  .string()
  .regex(/^[0-9a-f]{16}$/, '8 bytes as lower-case hex expected')
  .meta({ id: 'KeyId', description: '8 bytes, lower-case hex' });

/** A SHA-256 value: 32 bytes. */
export const hashText = base64UrlOf(32).meta({ id: 'Hash', description: 'SHA-256, 32 bytes, base64url' });

/** An Ed25519 public key, a challenge, a nonce or a salt: 32 bytes. */
export const bytes32Text = base64UrlOf(32).meta({ id: 'Bytes32', description: '32 bytes, base64url' });

/** An instant: RFC 3339, UTC. */
export const instantText = z.iso.datetime().meta({ id: 'Instant', description: 'RFC 3339, UTC' });

/** A count or a size: an integer from 0 to 2^53-1. */
export const count = z.int().min(0);

/** The same in a query or path, where it arrives as text: decimal digits, without sign, blanks or leading zeros. */
export const countInQuery = z.preprocess(
  (value: number | string) =>
    typeof value === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value,
  count,
);

/** Serial of a password record: 1 to 2^53-1; 0 where there is none. */
export const serialNumber = z.int().min(0).meta({ id: 'Serial', description: 'serial of a password record, 0 = none' });

/** An opaque position in a listing, as a former page gave it. */
export const cursorText = z.string().min(1).max(512);

/** Path of an object inside its repository (docs/format/v1.md): no empty, `.` or `..` part. */
export const objectPathText = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/, 'path inside a repository expected')
  .meta({ id: 'ObjectPath' });

/** The beginning of such a path; may be empty and may end in a slash. */
export const objectPrefixText = z
  .string()
  .max(512)
  .regex(
    /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/)*(?:[A-Za-z0-9_-][A-Za-z0-9._-]*)?$/,
    'beginning of a path inside a repository expected',
  );

/** A stable kebab-case word of the vault: kinds, states, reasons. */
export const wordText = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'kebab-case word expected');

/** The end of a tile's path (C2SP tlog-tiles): `x001/x234/067`, with `.p/<width>` where it is partial. */
export const tileSpanText = z
  .string()
  .max(40)
  .regex(/^(?:x\d{3}\/){0,5}\d{3}(?:\.p\/[1-9]\d{0,2})?$/, 'path of a tile expected')
  .meta({ id: 'TileSpan' });
