import { u32be } from '@coffer/foundation';

import { invalidValue } from './fields';
import { chunkIdBytes, formatLimits } from './limits';
import { encodePackTable, packEntryBytes, type PackEntry } from './pack-table';
import { padme } from './padme';
import { chunkFlags } from './stored-chunk';

/** The plaintext of a finished pack. */
export interface FinishedPack {
  /** A view of the builder's memory: valid until the next `add`, unless the builder moves to other memory before. */
  readonly plaintext: Uint8Array<ArrayBuffer>;
  readonly table: Uint8Array<ArrayBuffer>;
  readonly chunks: number;
}

const tableLengthBytes = 4;
const listHeadMostBytes = 5;

/** Fills packs one after the other. */
export class PackBuilder {
  #memory: Uint8Array<ArrayBuffer>;
  #entries: PackEntry[] = [];
  #used = 0;
  #tableBytes = 0;

  /** @param memory - as long as the longest pack that it may fill; 16 MiB of its own unless given */
  constructor(memory: Uint8Array<ArrayBuffer> = new Uint8Array(formatLimits.packPlainBytes)) {
    this.#memory = memory;
  }

  /** Fills the next pack in other memory. @throws BackupFormatError `invalid-value` where a pack is begun */
  moveTo(memory: Uint8Array<ArrayBuffer>): void {
    if (this.#entries.length > 0) throw invalidValue('a pack that is begun stays where it is');
    this.#memory = memory;
  }

  get chunks(): number {
    return this.#entries.length;
  }

  /** Whether a chunk of so many stored bytes (flag included) still fits. An empty builder takes every chunk. */
  fits(storedLength: number, rawLength: number): boolean {
    if (this.#entries.length >= formatLimits.packChunks) return false;
    const entry = packEntryBytes({ offset: this.#used, storedLength, rawLength });
    const total = this.#used + storedLength + this.#tableBytes + entry + listHeadMostBytes + tableLengthBytes;
    return total <= this.#memory.length;
  }

  /**
   * Adds a chunk.
   *
   * @param id - 32 bytes; copied
   * @param content - the raw bytes, or the zstd frame; copied
   * @param rawLength - of the chunk before compression
   * @returns offset and stored length in the pack
   * @throws BackupFormatError `invalid-value` where it does not fit (see `fits`) or has a length that no chunk has
   */
  add(id: Uint8Array, content: Uint8Array, rawLength: number, isCompressed: boolean): PackEntry {
    const storedLength = content.length + 1;
    const isSound = id.length === chunkIdBytes && rawLength >= 1 && rawLength <= formatLimits.chunkBytes;
    if (!isSound || storedLength < 2 || storedLength > rawLength + 1 || !this.fits(storedLength, rawLength)) {
      throw invalidValue('this chunk does not fit into the pack');
    }
    const entry: PackEntry = { id: id.slice(), offset: this.#used, storedLength, rawLength };
    this.#memory[this.#used] = isCompressed ? chunkFlags.zstd : chunkFlags.raw;
    this.#memory.set(content, this.#used + 1);
    this.#entries.push(entry);
    this.#used += storedLength;
    this.#tableBytes += packEntryBytes(entry);
    return entry;
  }

  /** Pads, writes the table, and starts the next pack. @throws BackupFormatError `invalid-value` where no chunk was added */
  finish(): FinishedPack {
    if (this.#entries.length === 0) throw invalidValue('a pack holds at least one chunk');
    const table = encodePackTable(this.#entries);
    const length = padme(this.#used + table.length + tableLengthBytes);
    const tableAt = length - tableLengthBytes - table.length;
    this.#memory.fill(0, this.#used, tableAt);
    this.#memory.set(table, tableAt);
    this.#memory.set(u32be(table.length), length - tableLengthBytes);
    const chunks = this.#entries.length;
    this.#entries = [];
    this.#used = 0;
    this.#tableBytes = 0;
    return { plaintext: this.#memory.subarray(0, length), table, chunks };
  }
}
