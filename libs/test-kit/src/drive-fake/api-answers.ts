import type { FakeAnswer } from '../http-fake/http-fake';

/** An error in the form of Google's APIs. */
export function apiError(status: number, reason: string): FakeAnswer {
  return json(status, { error: { code: status, message: 'fake', errors: [{ domain: 'usageLimits', reason }] } });
}

/** An answer in JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): FakeAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    body: JSON.stringify(value),
  };
}
