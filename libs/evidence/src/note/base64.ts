import { EncodingError, fromBase64Url, toBase64Url } from '@coffer/foundation';

/** Base64 with padding (RFC 4648, section 4), as signed notes have it. */
export function toBase64(bytes: Uint8Array): string {
  const text = toBase64Url(bytes).replaceAll('-', '+').replaceAll('_', '/');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/**
 * Reads base64 with padding (RFC 4648, section 4): one value has one text.
 *
 * @throws EncodingError `invalid-encoding` on anything else
 */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const match = /^([A-Za-z0-9+/]*)={0,2}$/.exec(text);
  if (match === null || text.length % 4 !== 0) throw new EncodingError('invalid-encoding', 'not base64');
  return fromBase64Url(match[1]!.replaceAll('+', '-').replaceAll('/', '_'));
}
