const pieceBytes = 64 * 1024;

/**
 * Takes many small runs of bytes, to give them as one in the end: a typed array of its own costs more than a hundred bytes beside what
 * it holds.
 */
export class ByteSink {
  readonly #full: Uint8Array<ArrayBuffer>[] = [];
  #piece = new Uint8Array(0);
  #used = 0;
  #length = 0;

  /** How many bytes it holds. */
  get length(): number {
    return this.#length;
  }

  /** Takes a copy of the bytes. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#used === this.#piece.length) this.#nextPiece();
      const part = bytes.subarray(at, at + this.#piece.length - this.#used);
      this.#piece.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
    }
    this.#length += bytes.length;
  }

  /**
   * All bytes in their order, in one new array; the sink is empty afterwards, and its memory given back piece by piece.
   *
   * @param before - stands before all others
   */
  take(before: Uint8Array = new Uint8Array(0)): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(before.length + this.#length);
    all.set(before);
    let at = before.length;
    for (const piece of [...this.#full, this.#piece.subarray(0, this.#used)]) {
      all.set(piece, at);
      at += piece.length;
      piece.buffer.transfer(0);
    }
    this.#full.length = 0;
    this.#piece = new Uint8Array(0);
    this.#used = 0;
    this.#length = 0;
    return all;
  }

  #nextPiece(): void {
    if (this.#piece.length > 0) this.#full.push(this.#piece);
    this.#piece = new Uint8Array(pieceBytes);
    this.#used = 0;
  }
}
