/** What may stand for a character: those of its class in its block, or undefined where it stays as it is. */
export type StandIns = readonly string[] | undefined;

/** Tried in this order; a character that is in none of them (spaces, punctuation, controls, joiners) says how, not what. */
const classes: readonly RegExp[] = [
  /^\p{Emoji_Modifier}$/u,
  /^\p{Regional_Indicator}$/u,
  /^\p{Extended_Pictographic}$/u,
  /^\p{Lu}$/u,
  /^\p{Ll}$/u,
  /^\p{Lt}$/u,
  /^\p{Lm}$/u,
  /^\p{Lo}$/u,
  /^\p{Nd}$/u,
  /^\p{Nl}$/u,
  /^\p{No}$/u,
  /^\p{Mn}$/u,
  /^\p{Mc}$/u,
  /^\p{Me}$/u,
  /^\p{Co}$/u,
];

const blockLength = 128;

/** Ranges in which a block of 128 would say too much, for a word is a character or two; and kana, which share a block. */
const ranges: readonly (readonly [first: number, last: number])[] = [
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xe000, 0xf8ff],
  [0x1f300, 0x1f3fa],
  [0x1f400, 0x1f9ff],
  [0x20000, 0x2a6df],
];

const known = new Map<string, StandIns>();
const knownSets = new Map<string, StandIns>();

/**
 * The characters that may stand for one: of the same class (capital, small, digit, mark, picture, …), of the same block of 128 code
 * points (of the same script, nearly always), and so of the same length in UTF-8 and UTF-16.
 *
 * @param character - one code point
 */
export function standInsFor(character: string): StandIns {
  if (known.has(character)) return known.get(character);
  const found = find(character);
  known.set(character, found);
  return found;
}

function find(character: string): StandIns {
  const number = classes.findIndex((expression) => expression.test(character));
  if (number === -1) return undefined;
  const point = character.codePointAt(0)!;
  const start = point - (point % blockLength);
  const [first, last] = ranges.find(([from, to]) => point >= from && point <= to) ?? [start, start + blockLength - 1];
  const key = `${number}:${first}`;
  let set = knownSets.get(key);
  if (set === undefined) {
    const all = Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
    const own = all.filter((one) => classes[number]!.test(one));
    // a character that an earlier class has is not among them
    set = own.filter((one) => classes.findIndex((expression) => expression.test(one)) === number);
    knownSets.set(key, set);
  }
  return set;
}
