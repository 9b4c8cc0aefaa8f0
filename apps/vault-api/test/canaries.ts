import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';
import type { WalkRequest } from './access-walk-requests';

/** Shorter texts are words of the protocol (`digits`, `22:00`) or may be found by chance. */
const shortest = 12;

/** Every text in a value, however deep. */
export function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  return Object.values(value).flatMap(textsOf);
}

/** What a request carries and nobody but its receiver may keep: texts of 12 characters and more of its body, headers and path. */
export function carriedBy({ params = {}, headers = {}, body }: WalkRequest, token: string): readonly string[] {
  const texts = [...textsOf(body), ...textsOf(params), ...Object.values(headers), ...token.split('.')];
  return texts.filter((text) => text.length >= shortest);
}

/**
 * The request once for each text in its body and each part of its path, with a canary in that one's place: what a device sends
 * that mistakes one field for another, or that puts a secret where none belongs.
 */
export function* withCanaries(
  request: WalkRequest,
): Generator<{ readonly canary: string; readonly request: WalkRequest }> {
  for (const part of ['body', 'params', 'headers'] as const) {
    if (request[part] instanceof Uint8Array) continue;
    for (const path of pathsOf(request[part])) {
      const canary = `canary${toHex(randomBytes(12))}`;
      yield { canary, request: { ...request, [part]: replaced(request[part], path, canary) } };
    }
  }
  const canary = `canary${toHex(randomBytes(12))}`;
  yield { canary, request: { ...request, query: `${request.query ?? '?'}&surplus=${canary}` } };
}

/** Where the texts and numbers of a value are. */
function pathsOf(value: unknown, from: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value === 'string' || typeof value === 'number') return [from];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...from, name]));
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: string): unknown {
  if (name === undefined) return by;
  const copy: unknown = structuredClone(value);
  const inner = copy as Record<string, unknown>;
  inner[name] = replaced(inner[name], rest, by);
  return copy;
}
