const leastSlots = 64;
/** Ids that have the same hash and are not the same: as many do not come about by themselves. */
const mostLookAlikes = 1000;

/**
 * Notices an id that comes twice, without holding the ids: some 24 bytes for each, however long it is. Where two have the same hash, the
 * earlier one is asked for again.
 */
export class IdTable {
  readonly #idAt: (index: number) => string;
  /** Hashes by open addressing; 0 is an empty slot. */
  #hashes = new Float64Array(leastSlots);
  #indexes = new Uint32Array(leastSlots);
  #length = 0;
  #lookAlikes = 0;

  /** @param idAt - the id that was added as the n-th, from 0 on */
  constructor(idAt: (index: number) => string) {
    this.#idAt = idAt;
  }

  /** @returns whether the id is new; false too where somebody made far too many ids that only look alike */
  add(id: string): boolean {
    if (2 * this.#length >= this.#hashes.length) this.#grow();
    const hash = hashOf(id);
    let slot = hash % this.#hashes.length;
    for (; this.#hashes[slot] !== 0; slot = (slot + 1) % this.#hashes.length) {
      if (this.#hashes[slot] !== hash) continue;
      if (++this.#lookAlikes > mostLookAlikes || this.#idAt(this.#indexes[slot]!) === id) return false;
    }
    this.#hashes[slot] = hash;
    this.#indexes[slot] = this.#length++;
    return true;
  }

  #grow(): void {
    const [hashes, indexes] = [this.#hashes, this.#indexes];
    this.#hashes = new Float64Array(2 * hashes.length);
    this.#indexes = new Uint32Array(2 * hashes.length);
    for (let from = 0; from < hashes.length; from++) {
      if (hashes[from] === 0) continue;
      let slot = hashes[from]! % this.#hashes.length;
      while (this.#hashes[slot] !== 0) slot = (slot + 1) % this.#hashes.length;
      this.#hashes[slot] = hashes[from]!;
      this.#indexes[slot] = indexes[from]!;
    }
  }
}

/** A number of 52 bits that is never 0: two hashes of 32 bits, each a multiplication and a shift for every UTF-16 unit. */
function hashOf(text: string): number {
  let [high, low] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ (code + at), 0x5bd1e995);
    low ^= low >>> 15;
  }
  return (high >>> 12) * 2 ** 32 + (low >>> 0) + 1;
}
