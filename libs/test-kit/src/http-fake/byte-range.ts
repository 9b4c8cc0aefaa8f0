import type { FakeAnswer, FakeRequest } from './http-fake';

/** GET of bytes with or without one range (RFC 9110, section 14): 200, 206 or 416. */
export function rangedAnswer(
  request: FakeRequest,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): FakeAnswer {
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.header('range') ?? '') ?? [];
  if (start === undefined) return { status: 200, headers, body: bytes };
  const from = Number(start);
  const to = Math.min(end === '' ? bytes.length - 1 : Number(end), bytes.length - 1);
  if (from >= bytes.length || to < from) {
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${bytes.length}` } };
  }
  return {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${bytes.length}` },
    body: bytes.subarray(from, to + 1),
  };
}
