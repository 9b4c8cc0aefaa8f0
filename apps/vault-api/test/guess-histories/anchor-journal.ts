import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** How a line of the journal begins that holds the events up to `size` (src/ledger/disk-anchor.ts). */
const lineForm = /^\{"first":\d+,"size":(\d+),/;

/**
 * How far the anchor on disk reaches, read from its files: no process of the vault is asked. It reads at once what was appended
 * since it was asked last, so that nothing is anchored meanwhile.
 */
export class AnchorJournal {
  readonly #folder: string;
  /** Bytes of complete lines that were read, by segment. */
  readonly #read = new Map<string, number>();
  #size = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Events that are anchored, or are just being synced. */
  size(): number {
    for (const name of readdirSync(this.#folder)) {
      if (name.startsWith('journal-')) this.#follow(name);
    }
    return this.#size;
  }

  #follow(name: string): void {
    const text = readFrom(join(this.#folder, name), this.#read.get(name) ?? 0);
    const end = text.lastIndexOf(10) + 1;
    if (end === 0) return;
    this.#read.set(name, (this.#read.get(name) ?? 0) + end);
    for (const line of text.toString('latin1', 0, end).split('\n')) {
      const size = lineForm.exec(line)?.[1];
      if (size !== undefined) this.#size = Math.max(this.#size, Number(size));
    }
  }
}

/** Whatever a file holds from one byte on. */
function readFrom(path: string, from: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let at = from; ;) {
      const chunk = Buffer.alloc(64 * 1024);
      const length = readSync(file, chunk, 0, chunk.length, at);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      at += length;
    }
  } finally {
    closeSync(file);
  }
}
