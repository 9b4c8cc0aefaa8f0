const blockBits = 13;
/** Numbers of a block. */
const blockLength = 1 << blockBits;

/** Numbers that come one by one, in blocks: an array that grows is copied again and again, each time into memory that is new. */
export class NumberList {
  readonly #blocks: Float64Array[] = [];
  #block = new Float64Array();
  #used = 0;

  push(value: number): void {
    if (this.#used === this.#block.length) {
      this.#block = new Float64Array(blockLength);
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    this.#block[this.#used++] = value;
  }

  /** @param index - of a number that was pushed; below 2^32 */
  at(index: number): number {
    return this.#blocks[index >>> blockBits]![index & (blockLength - 1)]!;
  }
}
