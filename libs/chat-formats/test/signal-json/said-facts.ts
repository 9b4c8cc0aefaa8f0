/** One fact that a document states: where it stands, and what is said there. */
export interface SaidFact {
  /** Names from the outside in, each with a point before it; lists as `[]`. */
  readonly path: string;
  readonly value: string;
}

/**
 * Everything that is said in a value: not null, not false, not zero, not empty, which are how these formats say nothing.
 *
 * @param idOf - the id of a value that stands for somebody as a whole
 */
export function* saidFacts(
  value: unknown,
  idOf: (value: unknown) => string | undefined = () => undefined,
  path = '',
): Generator<SaidFact, void, undefined> {
  const id = idOf(value);
  if (id !== undefined) yield { path, value: id };
  else if (Array.isArray(value)) for (const item of value) yield* saidFacts(item, idOf, `${path}[]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) yield* saidFacts(item, idOf, `${path}.${name}`);
  } else if (value !== null && value !== false && value !== 0 && value !== '') {
    yield { path, value: typeof value === 'string' ? value : JSON.stringify(value) };
  }
}

/** Words of enumerations are written in many ways: letters and digits are compared, lower case. */
const plain = (text: string): string =>
  text
    .replace(/^PNI:|^\+/, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{S}\p{M}]/gu, '');

/** Whether a fact is among those that something holds, wherever it holds it. */
export function holderOf(held: unknown): (fact: SaidFact) => boolean {
  const found = heldWords(held, new Set());
  return ({ value }) => found.has(plain(value));
}

/** All that is held: values, and names of facts, for some are said by being there. */
function heldWords(value: unknown, into: Set<string>): Set<string> {
  if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) heldWords(item, into.add(plain(name)));
  } else {
    into.add(plain(String(value)));
    // ids of messages begin with their instant
    if (typeof value === 'string' && /^\d+\./.test(value)) into.add(value.slice(0, value.indexOf('.')));
    // a vCard is one text of many facts, each of which is looked for
    if (typeof value === 'string' && value.startsWith('BEGIN:VCARD')) {
      for (const part of value.split(/[:;\r\n"=]/)) into.add(plain(part.replaceAll(/\\(.)/g, '$1')));
    }
  }
  return into;
}
