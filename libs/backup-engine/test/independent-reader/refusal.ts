import type { Value } from './strict-cbor';

/** What lies in a repository, by path. */
export type Objects = ReadonlyMap<string, Uint8Array>;
/** A CBOR map. */
export type Fields = Readonly<Record<string, Value>>;

/** Why reading stopped, and at which object. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly object: string,
    cause?: unknown,
  ) {
    super(`${code} at ${object}`, { cause });
  }
}

/** Runs a step: every failure below is damage of the object, unless it is a refusal already. */
export function at<T>(object: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof Refused ? cause : new Refused('damaged', object, cause);
  }
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new RangeError(what);
}

export function fields(value: Value, names: string, object: string): Fields {
  must(typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array), 'a map');
  const map = value as Fields;
  if ('v' in map && map['v'] !== 1) throw new Refused('unsupported-version', object);
  must(Object.keys(map).sort().join(' ') === names.split(' ').sort().join(' '), 'other fields');
  return map;
}

/** The bytes at a path. */
export function get(objects: Objects, path: string): Uint8Array {
  const bytes = objects.get(path);
  if (bytes === undefined) throw new Refused('missing-object', path);
  return bytes;
}

/** All paths that begin so, in order. */
export function list(objects: Objects, prefix: string): readonly string[] {
  return [...objects.keys()].filter((path) => path.startsWith(prefix)).sort();
}
