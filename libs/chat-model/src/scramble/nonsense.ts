import { hmacSha256, sha256 } from '@coffer/crypto';

import { standInsFor } from './stand-ins';

/** So many characters in a row that happen to stay what they were are a word that survived. */
const survivingLength = 4;
const mostTries = 8;
const nonZeroDigits = Array.from('123456789');
const encoder = new TextEncoder();

/** Makes nonsense of texts under one secret: equal texts give equal nonsense, and nobody without the secret can tell of which. */
export class Nonsense {
  readonly #secret: Uint8Array;

  /** @param secret - 32 random bytes */
  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /**
   * As many characters as the text has, each of the class and block of the one in its place; spaces, punctuation and joiners stay. A
   * number does not get a zero in front.
   *
   * @param variant - another nonsense for each
   */
  of(text: string, variant = 0): string {
    let result = text;
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const [made, isNew] = replaced(text, new Stream(this.#seed(`${variant}.${attempt}:${text}`)));
      result = made;
      if (isNew) break;
    }
    return result;
  }

  /** 32 bytes that stand for a value; equal ones for equal values. */
  bytesOf(value: string): Uint8Array<ArrayBuffer> {
    return this.#seed(`bytes:${value}`);
  }

  #seed(input: string): Uint8Array<ArrayBuffer> {
    return hmacSha256(this.#secret, encoder.encode(input));
  }
}

/** The nonsense that follows, so that all of one class come round: for texts that are so short that chance finds no free one. */
export function nextNonsense(text: string): string {
  const characters = Array.from(text);
  for (let at = characters.length - 1; at >= 0; at--) {
    const standIns = standInsFor(characters[at]!);
    if (standIns === undefined) continue;
    const next = standIns.indexOf(characters[at]!) + 1;
    characters[at] = standIns[next % standIns.length]!;
    if (next < standIns.length) break;
  }
  return characters.join('');
}

/** @returns the nonsense, and whether no word of the text is left in it by chance */
function replaced(text: string, stream: Stream): readonly [string, boolean] {
  let result = '';
  let before = '';
  let [survivors, isNew] = [0, true];
  for (const character of text) {
    const standIns = standInsFor(character);
    if (standIns === undefined) {
      result += character;
      survivors = 0;
    } else {
      const isFirstDigit = character > '0' && character <= '9' && !(before >= '0' && before <= '9');
      const choice = stream.oneOf(isFirstDigit ? nonZeroDigits : standIns);
      result += choice;
      survivors = choice === character ? survivors + 1 : 0;
      if (survivors === survivingLength) isNew = false;
    }
    before = character;
  }
  return [result, isNew];
}

/** Numbers from a seed: SHA-256 over it and a counter. Whoever learns them learns nothing about what the seed was made of. */
class Stream {
  readonly #input = new Uint8Array(36);
  readonly #counter = new DataView(this.#input.buffer, 32);
  #block = new Uint8Array();
  #at = 0;
  #blocks = 0;

  constructor(seed: Uint8Array) {
    this.#input.set(seed);
  }

  oneOf(values: readonly string[]): string {
    let number = 0;
    for (let index = 0; index < (values.length <= 256 ? 2 : 4); index++) number = number * 256 + this.#byte();
    return values[number % values.length]!;
  }

  #byte(): number {
    if (this.#at === this.#block.length) {
      this.#counter.setUint32(0, this.#blocks++);
      this.#block = sha256(this.#input);
      this.#at = 0;
    }
    return this.#block[this.#at++]!;
  }
}
