import { v7, validate, version } from 'uuid';
import { EncodingError } from './errors';

/** A UUIDv7 (RFC 9562, section 5.7) as lower-case text: 48 bits of time, then random bits. Made in the application. */
export function newUuid(): string {
  return v7();
}

/** @throws EncodingError `invalid-encoding` unless `text` is a lower-case UUIDv7 */
export function requireUuid(text: string, title: string): string {
  if (!validate(text) || version(text) !== 7 || text !== text.toLowerCase()) {
    throw new EncodingError('invalid-encoding', `${title} must be a lower-case UUIDv7`);
  }
  return text;
}
