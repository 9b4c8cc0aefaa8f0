import { ProblemError } from './problem';

/** Values of one body: a request of this API has some dozens. What is long in it is text. */
const mostValues = 10_000;
const mostDepth = 32;

const [quote, comma, backslash] = [0x22, 0x2c, 0x5c];
const [bracket, bracketEnd, brace, braceEnd] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Looks at a JSON body before it is parsed: 16 MiB of nested lists take `JSON.parse` ten seconds and half a gigabyte, in which
 * nobody else is answered.
 *
 * @throws ProblemError `malformed` where it has more values, or is nested deeper, than any request of this API
 */
export function requireModestJson(body: Uint8Array): void {
  let depth = 0;
  let values = 1;
  let isText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (isText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) isText = false;
      continue;
    }
    if (byte === quote) isText = true;
    else if (byte === comma) values += 1;
    else if (byte === bracket || byte === brace) {
      depth += 1;
      values += 1;
    } else if (byte === bracketEnd || byte === braceEnd) depth -= 1;
    if (depth > mostDepth || values > mostValues) {
      throw new ProblemError(
        'malformed',
        `A body has at most ${mostValues} values, nested ${mostDepth} deep. Nothing was done.`,
      );
    }
  }
}
