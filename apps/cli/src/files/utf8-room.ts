/** Bytes of a text in UTF-8 for each of its UTF-16 units, at most. */
const mostBytes = 3;

/** Makes UTF-8 of one text after the other in the same memory: what each asks for anew stays until V8 collects it. */
export class Utf8Room {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array();

  /** @returns valid until the next call */
  of(text: string): Uint8Array {
    if (this.#bytes.length < text.length * mostBytes) this.#bytes = new Uint8Array(text.length * mostBytes);
    return this.#bytes.subarray(0, this.#encoder.encodeInto(text, this.#bytes).written);
  }
}
