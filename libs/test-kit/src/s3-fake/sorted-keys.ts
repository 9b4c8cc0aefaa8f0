/** Keys in the order of their UTF-8 bytes, which is the order of S3 listings; quick also for many. */
export class SortedKeys {
  readonly #keys: string[] = [];

  add(key: string): void {
    const at = this.#place(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  delete(key: string): void {
    const at = this.#place(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  /** All keys that start with `prefix`. */
  startingWith(prefix: string): readonly string[] {
    const start = this.#place(prefix);
    let end = start;
    while (this.#keys[end]?.startsWith(prefix) === true) end++;
    return this.#keys.slice(start, end);
  }

  /** Index of the first key that does not come before `key`. */
  #place(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(this.#keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Order of the UTF-8 bytes; JavaScript's own differs beyond the basic plane. */
export function compareKeys(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
