const defaultBlockBytes = 1024 * 1024;

/**
 * Bytes that come in pieces and are read anywhere, in blocks of one size: nothing is ever copied into one large array, which would
 * need the room twice.
 */
export class ByteBlocks {
  readonly #blockBytes: number;
  readonly #blocks: Uint8Array[] = [];
  #length = 0;

  /** @param blockBytes - of each block */
  constructor(blockBytes: number = defaultBlockBytes) {
    this.#blockBytes = blockBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a copy of the bytes. */
  write(piece: Uint8Array): void {
    for (let at = 0; at < piece.length;) {
      const used = this.#length % this.#blockBytes;
      if (used === 0) this.#blocks.push(new Uint8Array(this.#blockBytes));
      const part = piece.subarray(at, at + this.#blockBytes - used);
      this.#blocks.at(-1)!.set(part, used);
      this.#length += part.length;
      at += part.length;
    }
  }

  /** The bytes in order, block by block. */
  *blocks(): Generator<Uint8Array, void, undefined> {
    for (const [index, block] of this.#blocks.entries()) {
      yield block.subarray(0, Math.min(this.#blockBytes, this.#length - index * this.#blockBytes));
    }
  }

  /** @returns a view where the bytes lie in one block, else a copy; fewer bytes at the end */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(this.#length, offset + length);
    const first = Math.floor(offset / this.#blockBytes);
    const start = offset - first * this.#blockBytes;
    if (end - first * this.#blockBytes <= this.#blockBytes) {
      return this.#blocks[first]?.subarray(start, start + end - offset) ?? new Uint8Array();
    }
    const bytes = new Uint8Array(end - offset);
    for (let at = offset; at < end;) {
      const index = Math.floor(at / this.#blockBytes);
      const from = at - index * this.#blockBytes;
      const part = this.#blocks[index]!.subarray(from, Math.min(this.#blockBytes, from + end - at));
      bytes.set(part, at - offset);
      at += part.length;
    }
    return bytes;
  }

  /** Overwrites and lets go of everything. */
  wipe(): void {
    for (const block of this.#blocks.splice(0)) block.fill(0);
    this.#length = 0;
  }
}
