import { chunkIdBytes, cutterFor, formatLimits, type Cutter, type GearTable } from '@coffer/backup-format';
import { identifyFile, type FileKind } from '@coffer/file-kinds';

import type { FileRead, FileToRead } from '../workers/worker-messages';
import { FileFault, type FileFacts, type OpenedFile, type WorkerPlatform } from '../workers/worker-platform';
import { newCompressionHabit, type CompressionHabit } from './compression-habit';
import type { PackSink } from './pack-sink';

const windowBytes = 4 * formatLimits.chunkBytes;
const chatKinds: ReadonlySet<FileKind> = new Set<FileKind>(['sqlite', 'zip', 'text']);

/** Reads files, cuts them and hands the chunks on; one piece of memory of 4 MiB for all of them. */
export class FileReader {
  readonly #window = new Uint8Array(windowBytes);
  readonly #table: GearTable;
  readonly #sink: PackSink;
  readonly #platform: WorkerPlatform;
  readonly #onBytes: (bytes: number) => void;

  constructor(table: GearTable, sink: PackSink, platform: WorkerPlatform, onBytes: (bytes: number) => void) {
    this.#table = table;
    this.#sink = sink;
    this.#platform = platform;
    this.#onBytes = onBytes;
  }

  /** Faults of one file are its result; only faults of the sink are thrown. */
  async read(file: FileToRead): Promise<FileRead> {
    let opened: OpenedFile | undefined;
    try {
      opened = await this.#platform.openFile(file);
      return await this.#readOpen(file.path, opened);
    } catch (error) {
      if (error instanceof FileFault) return { status: 'unreadable', systemCode: error.systemCode };
      throw error;
    } finally {
      opened?.close();
    }
  }

  async #readOpen(path: string, file: OpenedFile): Promise<FileRead> {
    const before = file.facts;
    const window = this.#window;
    let filled = await file.fill(window, 0);
    const firstBytes = window.subarray(0, filled);
    const identified = identifyFile(firstBytes, undefined, path);
    const habit = newCompressionHabit(!identified.isIncompressible);
    const cut = cutterFor(firstBytes, this.#table);
    const ids = new IdList(before.sizeBytes);
    let sizeBytes = 0;
    for (;;) {
      const isAtEnd = filled < window.length;
      const taken = await this.#takeChunks(cut, filled, isAtEnd, ids, habit);
      sizeBytes += taken;
      if (isAtEnd) break;
      window.copyWithin(0, taken, filled);
      filled = await file.fill(window, filled - taken);
    }
    const after = await file.factsNow();
    return {
      ...before,
      status: 'read',
      sizeBytes,
      chunkIds: ids.finish(),
      isChanged: isOther(before, after) || sizeBytes !== before.sizeBytes,
      mayHoldChats: chatKinds.has(identified.kind),
    };
  }

  /** Takes what can be cut of the window. @returns how many bytes that was */
  async #takeChunks(
    cut: Cutter,
    filled: number,
    isAtEnd: boolean,
    ids: IdList,
    habit: CompressionHabit,
  ): Promise<number> {
    let start = 0;
    const isNext = (): boolean => start < filled && (isAtEnd || filled - start >= formatLimits.chunkBytes);
    while (isNext()) {
      const raws: Uint8Array[] = [];
      do {
        const end = cut(this.#window, start, filled, isAtEnd);
        raws.push(this.#window.subarray(start, end));
        start = end;
      } while (raws.length < this.#platform.chunksAtOnce && isNext());
      await this.#take(raws, ids, habit);
    }
    return start;
  }

  async #take(raws: readonly Uint8Array[], ids: IdList, habit: CompressionHabit): Promise<void> {
    const { bytes, at } = ids.next(raws.length);
    const isOurs = await this.#sink.claim(raws, bytes, at);
    for (const [number, raw] of raws.entries()) {
      const idAt = at + number * chunkIdBytes;
      if (isOurs[number] === 1) await this.#sink.add(bytes.subarray(idAt, idAt + chunkIdBytes), raw, habit);
      this.#onBytes(raw.length);
    }
  }
}

/** A growing list of chunk ids in one array. */
class IdList {
  #bytes: Uint8Array<ArrayBuffer>;
  #used = 0;

  constructor(sizeBytes: number) {
    this.#bytes = new Uint8Array(chunkIdBytes * (1 + Math.ceil(sizeBytes / formatLimits.chunkNormalBytes)));
  }

  /** Where the next ids go. */
  next(count: number): { readonly bytes: Uint8Array; readonly at: number } {
    const needed = this.#used + count * chunkIdBytes;
    if (needed > this.#bytes.length) {
      const longer = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    const at = this.#used;
    this.#used = needed;
    return { bytes: this.#bytes, at };
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#used);
  }
}

function isOther(before: FileFacts, after: FileFacts): boolean {
  return before.sizeBytes !== after.sizeBytes || before.mtimeNs !== after.mtimeNs;
}
