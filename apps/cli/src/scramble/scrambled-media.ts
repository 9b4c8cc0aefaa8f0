import { createCipheriv } from 'node:crypto';
import { join } from 'node:path/posix';
import type { FileItem, SnapshotItem } from '@coffer/backup-format';
import type { ChatSource, Scrambler } from '@coffer/chat-model';
import { toHex } from '@coffer/foundation';

/** A file of random bytes in the place of one that a message names. */
export interface ScrambledFile {
  /** Relative to the folder of media, `/` between parts, below it. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The bytes, equal ones for files that were equal. */
  bytes(): Iterable<Uint8Array>;
}

const pieceBytes = 1024 * 1024;

/** Finds the files that messages name in a snapshot, each once. */
export class ScrambledMedia {
  readonly #scrambler: Scrambler;
  readonly #byName = new Map<string, FileItem[]>();
  readonly #given = new Set<string>();

  constructor(scrambler: Scrambler, items: readonly SnapshotItem[]) {
    this.#scrambler = scrambler;
    for (const item of items) {
      if (item.kind !== 'file') continue;
      const name = nameOf(item.path);
      const known = this.#byName.get(name);
      if (known === undefined) this.#byName.set(name, [item]);
      else known.push(item);
    }
  }

  /** The files of a source as it was before it was scrambled, those left out that came before. */
  *filesOf(source: ChatSource): Generator<ScrambledFile, void, undefined> {
    for (const { messages } of source.conversations()) {
      for (const { media } of messages()) {
        if (media?.path === undefined || this.#given.has(media.path)) continue;
        this.#given.add(media.path);
        const item = this.#find(media.path);
        const path = this.#scrambler.path(media.path);
        if (item !== undefined && isBelow(path)) yield this.#fileOf(item, path);
      }
    }
  }

  #find(path: string): FileItem | undefined {
    const candidates = this.#byName.get(nameOf(path)) ?? [];
    return candidates.find((item) => `/${item.path}`.endsWith(`/${path}`));
  }

  #fileOf({ chunkIds, sizeBytes }: FileItem, path: string): ScrambledFile {
    const key = this.#scrambler.bytesOf(toHex(chunkIds));
    return {
      path,
      sizeBytes,
      *bytes() {
        // each key makes one stream, from the first block on
        const stream = createCipheriv('aes-256-ctr', key, new Uint8Array(16));
        const zeros = new Uint8Array(Math.min(pieceBytes, sizeBytes));
        for (let at = 0; at < sizeBytes; at += pieceBytes) yield stream.update(zeros.subarray(0, sizeBytes - at));
      },
    };
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A source can have any path: one that leads elsewhere, or that no file system takes, gets no file. */
function isBelow(path: string): boolean {
  return join('x', path) === `x/${path}` && !path.endsWith('/') && !/[\u0000-\u001f\\:*?"<>|]/.test(path);
}
