import type { JsonRange } from './json-scanner';

/** Where the messages of a document stand: 12 bytes for each. */
export class ValueTable {
  #offsets = new Float64Array(1024);
  #lengths = new Uint32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add({ offset, length }: JsonRange): void {
    if (this.#length === this.#offsets.length) {
      const [offsets, lengths] = [this.#offsets, this.#lengths];
      this.#offsets = new Float64Array(2 * this.#length);
      this.#lengths = new Uint32Array(2 * this.#length);
      this.#offsets.set(offsets);
      this.#lengths.set(lengths);
    }
    this.#offsets[this.#length] = offset;
    this.#lengths[this.#length++] = length;
  }

  at(index: number): JsonRange {
    return { offset: this.#offsets[index]!, length: this.#lengths[index]! };
  }
}
