import { formatLimits } from '@coffer/backup-format';
import { sealedSize } from '@coffer/device-crypto';

/** Room for any pack that this engine writes, sealed. Other writers may make larger ones. */
export const packMemoryBytes = sealedSize(formatLimits.packPlainBytes);

/** Memory that is lent for one pack. Threads hand it on, each time as another object: this says which one it is now. */
export interface LentMemory {
  memory: ArrayBuffer;
}

/**
 * The memory for packs in a run: so many pieces and no more, which go round between its threads. Who needs one while all are
 * out waits, so a store that is slower than the threads slows them down. Allocating 16 MiB for each pack instead would leave as
 * much unused memory in every thread, since the allocator keeps what it freed.
 */
export class PackMemory {
  readonly #free: ArrayBuffer[] = [];
  readonly #waiting: ((memory: ArrayBuffer) => void)[] = [];
  #notMade: number;

  /** @param pieces - at most, at one time */
  constructor(pieces: number) {
    this.#notMade = pieces;
  }

  /** @returns {@link packMemoryBytes} bytes, not cleared; for `give` */
  async take(): Promise<ArrayBuffer> {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#notMade === 0) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#notMade -= 1;
    return new ArrayBuffer(packMemoryBytes);
  }

  /** Takes a piece back, whichever thread it comes from. One that is lost or of another length makes room for a new one. */
  give(memory: ArrayBuffer): void {
    const isSound = memory.byteLength === packMemoryBytes;
    const next = this.#waiting.shift();
    if (next !== undefined) next(isSound ? memory : new ArrayBuffer(packMemoryBytes));
    else if (isSound) this.#free.push(memory);
    else this.#notMade += 1;
  }

  /**
   * Lends memory for one pack, and takes it back however `use` ends.
   *
   * @param sealedBytes - what must fit; a pack of another writer that is too large for a piece gets memory of its own in its place
   */
  async lend<T>(sealedBytes: number, use: (lent: LentMemory) => Promise<T>): Promise<T> {
    const lent: LentMemory = { memory: await this.take() };
    try {
      if (sealedBytes > packMemoryBytes) {
        lent.memory.transfer(0);
        lent.memory = new ArrayBuffer(sealedBytes);
      }
      return await use(lent);
    } finally {
      this.give(lent.memory);
    }
  }
}
