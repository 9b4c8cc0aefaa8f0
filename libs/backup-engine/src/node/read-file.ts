import { closeSync, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';

import { chunkIdBytes, cutterFor, formatLimits, type Cutter, type GearTable } from '@coffer/backup-format';
import { identifyFile, type FileKind } from '@coffer/file-kinds';

import { newCompressionHabit, type PackSink } from './pack-sink';
import { systemCodeOf } from './portable-error';
import type { FileRead } from './worker-messages';

const windowBytes = 4 * formatLimits.chunkBytes;
const chatKinds: ReadonlySet<FileKind> = new Set<FileKind>(['sqlite', 'zip', 'text']);

/** Reads files, cuts them and hands the chunks on; one piece of memory of 4 MiB for all of them. */
export class FileReader {
  readonly #window = new Uint8Array(windowBytes);
  readonly #table: GearTable;
  readonly #sink: PackSink;
  readonly #onBytes: (bytes: number) => void;

  constructor(table: GearTable, sink: PackSink, onBytes: (bytes: number) => void) {
    this.#table = table;
    this.#sink = sink;
    this.#onBytes = onBytes;
  }

  /** Faults of one file are its result; only faults of the sink are thrown. */
  async read(path: string): Promise<FileRead> {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      return unreadable(error);
    }
    try {
      return await this.#readOpen(path, file);
    } catch (error) {
      if (error instanceof ReadFault) return unreadable(error.cause);
      throw error;
    } finally {
      closeSync(file);
    }
  }

  async #readOpen(path: string, file: number): Promise<FileRead> {
    const before = fstatSync(file, { bigint: true });
    const window = this.#window;
    let filled = fill(file, window, 0);
    const firstBytes = window.subarray(0, filled);
    const identified = identifyFile(firstBytes, undefined, path);
    const habit = newCompressionHabit(!identified.isIncompressible);
    const cut: Cutter = cutterFor(firstBytes, this.#table);
    let isAtEnd = filled < window.length;
    const ids = new IdList(Number(before.size));
    let sizeBytes = 0;
    let start = 0;
    for (;;) {
      while (start < filled && (isAtEnd || filled - start >= formatLimits.chunkBytes)) {
        const end = cut(window, start, filled, isAtEnd);
        const raw = window.subarray(start, end);
        const { bytes, at } = ids.next();
        if (!this.#sink.isKnown(raw, bytes, at))
          await this.#sink.add(bytes.subarray(at, at + chunkIdBytes), raw, habit);
        sizeBytes += raw.length;
        this.#onBytes(raw.length);
        start = end;
      }
      if (isAtEnd) break;
      window.copyWithin(0, start, filled);
      const kept = filled - start;
      start = 0;
      filled = fill(file, window, kept);
      isAtEnd = filled < window.length;
    }
    const after = fstatSync(file, { bigint: true });
    return {
      status: 'read',
      sizeBytes,
      mode: Number(before.mode & 0o777n),
      mtimeMs: Number(before.mtimeNs / 1_000_000n),
      mtimeNs: before.mtimeNs.toString(),
      inode: before.ino.toString(),
      chunkIds: ids.finish(),
      isChanged: isOther(before, after) || BigInt(sizeBytes) !== before.size,
      mayHoldChats: chatKinds.has(identified.kind),
    };
  }
}

/** A growing list of chunk ids in one array. */
class IdList {
  #bytes: Uint8Array<ArrayBuffer>;
  #used = 0;

  constructor(sizeBytes: number) {
    this.#bytes = new Uint8Array(chunkIdBytes * (1 + Math.ceil(sizeBytes / formatLimits.chunkNormalBytes)));
  }

  /** Where the next id goes. */
  next(): { readonly bytes: Uint8Array; readonly at: number } {
    if (this.#used + chunkIdBytes > this.#bytes.length) {
      const longer = new Uint8Array(2 * this.#bytes.length);
      longer.set(this.#bytes);
      this.#bytes = longer;
    }
    const at = this.#used;
    this.#used += chunkIdBytes;
    return { bytes: this.#bytes, at };
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#used);
  }
}

class ReadFault extends Error {}

function fill(file: number, window: Uint8Array, from: number): number {
  let at = from;
  while (at < window.length) {
    let read: number;
    try {
      read = readSync(file, window, at, window.length - at, null);
    } catch (cause) {
      throw new ReadFault('reading failed', { cause });
    }
    if (read === 0) break;
    at += read;
  }
  return at;
}

function isOther(before: BigIntStats, after: BigIntStats): boolean {
  return before.size !== after.size || before.mtimeNs !== after.mtimeNs;
}

function unreadable(error: unknown): FileRead {
  return { status: 'unreadable', systemCode: systemCodeOf(error) ?? 'EIO' };
}
