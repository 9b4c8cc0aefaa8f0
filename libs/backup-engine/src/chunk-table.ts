import { chunkIdBytes } from '@coffer/backup-format';

/** Where a chunk lies. Lengths in bytes. */
export interface ChunkPlace {
  /** Number of the pack in the list that belongs to the table. */
  readonly pack: number;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
}

/** The memory of a table; what threads share. */
export interface ChunkTableMemory {
  /** One number a slot (see `slotStates`), and at the end how many are taken. */
  readonly states: Int32Array;
  /** 32 bytes a slot. */
  readonly ids: Uint8Array;
  /** Four numbers a slot: pack + 1 (0 = nowhere yet), offset, stored length, raw length. */
  readonly places: Uint32Array;
}

const slotStates = { free: 0, busy: 1, taken: 2 } as const;
const fullness = 0.8;

/**
 * Chunk ids and where the chunks lie, in typed arrays: about 65 bytes a chunk, and one table for all threads. Ids are
 * keyed hashes, so their first bytes serve as the hash.
 */
export class ChunkTable {
  readonly memory: ChunkTableMemory;
  readonly #slots: number;

  constructor(memory: ChunkTableMemory) {
    this.memory = memory;
    this.#slots = memory.states.length - 1;
  }

  /**
   * @param chunks - how many will be put in; what exceeds this is still handled, see `claim`
   * @param isShared - whether other threads get the memory
   */
  static allocate(chunks: number, isShared = false): ChunkTable {
    const slots = Math.ceil((chunks + 16) / fullness);
    const buffer = (bytes: number): ArrayBuffer | SharedArrayBuffer =>
      isShared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    return new ChunkTable({
      states: new Int32Array(buffer(4 * (slots + 1))),
      ids: new Uint8Array(buffer(chunkIdBytes * slots)),
      places: new Uint32Array(buffer(16 * slots)),
    });
  }

  /** Whether other threads can be given its memory. */
  get isShared(): boolean {
    return !(this.memory.states.buffer instanceof ArrayBuffer);
  }

  /** How many chunks are in it. */
  get size(): number {
    return Atomics.load(this.memory.states, this.#slots);
  }

  /**
   * Takes an id for the caller; of all threads that ask for one id exactly one gets true. A full table always says true, and
   * forgets: the chunk is then stored once more, which costs room and nothing else.
   *
   * @param ids - holds the 32 bytes at `at`
   */
  claim(ids: Uint8Array, at = 0): boolean {
    const slot = this.#take(ids, at);
    return slot === undefined || slot < 0;
  }

  /** @returns the slot of an id; `~slot` where it was taken just now, undefined where the table is full */
  #take(ids: Uint8Array, at: number): number | undefined {
    const { states } = this.memory;
    for (let step = 0, slot = this.#start(ids, at); step < this.#slots; step++, slot = this.#next(slot)) {
      let state = Atomics.load(states, slot);
      if (state === slotStates.free) {
        if (this.size >= this.#slots * fullness) return undefined;
        state = Atomics.compareExchange(states, slot, slotStates.free, slotStates.busy);
        if (state === slotStates.free) {
          this.memory.ids.set(ids.subarray(at, at + chunkIdBytes), slot * chunkIdBytes);
          Atomics.store(states, slot, slotStates.taken);
          Atomics.add(states, this.#slots, 1);
          return ~slot;
        }
      }
      // The thread that holds it copies 32 bytes: shorter than any other way to wait.
      while (state === slotStates.busy) state = Atomics.load(states, slot);
      if (this.#isAt(slot, ids, at)) return slot;
    }
    return undefined;
  }

  /** Puts a chunk in, or in another place than before. @returns false where the table is full */
  put(ids: Uint8Array, at: number, place: ChunkPlace): boolean {
    const taken = this.#take(ids, at);
    if (taken === undefined) return false;
    const first = 4 * (taken < 0 ? ~taken : taken);
    const { places } = this.memory;
    places[first] = place.pack + 1;
    places[first + 1] = place.offset;
    places[first + 2] = place.storedLength;
    places[first + 3] = place.rawLength;
    return true;
  }

  /** Where a chunk lies; undefined where it is unknown or not stored yet. */
  get(ids: Uint8Array, at = 0): ChunkPlace | undefined {
    const slot = this.#find(ids, at);
    if (slot < 0) return undefined;
    const { places } = this.memory;
    const first = 4 * slot;
    const pack = places[first]!;
    if (pack === 0) return undefined;
    const [offset, storedLength, rawLength] = [places[first + 1]!, places[first + 2]!, places[first + 3]!];
    return { pack: pack - 1, offset, storedLength, rawLength };
  }

  #find(ids: Uint8Array, at: number): number {
    const { states } = this.memory;
    for (let step = 0, slot = this.#start(ids, at); step < this.#slots; step++, slot = this.#next(slot)) {
      const state = Atomics.load(states, slot);
      if (state === slotStates.free) return -1;
      if (state === slotStates.taken && this.#isAt(slot, ids, at)) return slot;
    }
    return -1;
  }

  #start(ids: Uint8Array, at: number): number {
    const hash = ((ids[at]! << 24) | (ids[at + 1]! << 16) | (ids[at + 2]! << 8) | ids[at + 3]!) >>> 0;
    return hash % this.#slots;
  }

  #next(slot: number): number {
    return slot + 1 === this.#slots ? 0 : slot + 1;
  }

  #isAt(slot: number, ids: Uint8Array, at: number): boolean {
    const known = this.memory.ids;
    const start = slot * chunkIdBytes;
    for (let byte = 0; byte < chunkIdBytes; byte++) if (known[start + byte] !== ids[at + byte]) return false;
    return true;
  }
}
