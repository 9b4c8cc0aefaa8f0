import { ChatFormatError } from '../errors';

/** A JSON object as `JSON.parse` gives it. */
export type JsonObject = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Digits that a double may not hold; now and then they are found inside a text, which costs time and nothing else. */
const longNumber = /(?:^|[:[,\s])-?\d{16,}/;

/**
 * One JSON value (RFC 8259). Whole numbers beyond 2^53 become text with all their digits: they are ids.
 *
 * @throws ChatFormatError `damaged`
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  try {
    return longNumber.test(text) ? (JSON.parse(text, keepDigits) as unknown) : (JSON.parse(text) as unknown);
  } catch (cause) {
    throw new ChatFormatError('damaged', 'this file is no whole JSON document: a value in it cannot be read', {
      cause,
    });
  }
}

/** Where the platform does not tell how the number was written, it stays as near as a double comes. */
function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const written = context?.source;
  return written !== undefined && /^-?\d+$/.test(written) ? written : value;
}

/** Whether a JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
