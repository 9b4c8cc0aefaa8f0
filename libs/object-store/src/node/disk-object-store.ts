import { open, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { createSha256 } from '@coffer/crypto/node';
import { systemClock, type Clock } from '@coffer/foundation';

import { checkedPieces, requireAnnounced, requireRange, resolveRange, type ResolvedRange } from '../content';
import { ObjectStoreError } from '../errors';
import { walkFolders, type FolderName } from '../folder-walk';
import { requireObjectKey } from '../object-key';
import type {
  ByteRange,
  ListOptions,
  ObjectContent,
  ObjectEntry,
  ObjectInfo,
  ObjectStore,
  ObjectStoreCapabilities,
  ObjectStream,
  PutOptions,
  ReadOptions,
} from '../object-store';
import { diskError, systemCode } from './disk-error';
import { createFile, sweepTemporaries, syncFolder } from './exclusive-file';

const pieceBytes = 1024 * 1024;
const temporaryLifeMs = 24 * 3_600_000;

/**
 * A store in a folder: one file per object, the key its path. A crash at any moment leaves an object whole under its name, or
 * no object; what an interrupted writer left is removed a day later. Unlike other stores a folder cannot hold a key that is the
 * folder of another one.
 */
export class DiskObjectStore implements ObjectStore {
  readonly #root: string;
  readonly #clock: Clock;
  readonly #swept = new Set<string>();

  /**
   * @param root - path of the folder; made with the first object
   * @param options.clock - for the age of left-overs
   */
  constructor(root: string, options: { readonly clock?: Clock } = {}) {
    this.#root = resolve(root);
    this.#clock = options.clock ?? systemClock;
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return { conditionalCreate: true };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    const path = this.#path(key);
    requireAnnounced(content, options);
    await this.#sweep(dirname(path));
    await onDisk(async () => {
      // Costs less than writing it all in vain; the exclusive link decides.
      if ((await this.#size(path)) !== undefined) {
        throw new ObjectStoreError('already-exists', 'there is an object under this key already');
      }
      await createFile(path, checkedPieces(content, options, createSha256));
    });
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const { path, offset, length } = await this.#part(key, range);
    const whole = new Uint8Array(length);
    // It ends when all of it was read, or throws.
    for await (const _piece of readPieces(path, offset, length, whole));
    return whole;
  }

  async getStream(key: string, range?: ByteRange, options: ReadOptions = {}): Promise<ObjectStream> {
    const { path, sizeBytes, offset, length } = await this.#part(key, range);
    return { sizeBytes, offset, length, content: readPieces(path, offset, length, options.into) };
  }

  async #part(key: string, range: ByteRange | undefined): Promise<ResolvedRange & { path: string; sizeBytes: number }> {
    const path = this.#path(key);
    requireRange(range);
    const sizeBytes = await onDisk(() => this.#size(path));
    if (sizeBytes === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
    return { path, sizeBytes, ...resolveRange(range, sizeBytes) };
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const path = this.#path(key);
    const sizeBytes = await onDisk(() => this.#size(path));
    return sizeBytes === undefined ? undefined : { sizeBytes };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for await (const { key } of walkFolders((folder) => this.#names(folder), prefix, options)) {
      const sizeBytes = await onDisk(() => this.#size(this.#path(key)));
      if (sizeBytes === undefined) continue;
      yield { key, sizeBytes };
      if (--left <= 0) return;
    }
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    await onDisk(async () => {
      if ((await this.#size(path)) === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
      await unlink(path);
      await syncFolder(dirname(path));
    });
  }

  #path(key: string): string {
    return join(this.#root, ...requireObjectKey(key).split('/'));
  }

  async #size(path: string): Promise<number | undefined> {
    try {
      const found = await stat(path);
      return found.isFile() ? found.size : undefined;
    } catch (error) {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  async #sweep(folder: string): Promise<void> {
    if (this.#swept.has(folder)) return;
    this.#swept.add(folder);
    await sweepTemporaries(folder, this.#clock.nowMs() - temporaryLifeMs);
  }

  /** Files and folders, no links. @param folder - as keys name it: empty, or ending in a slash */
  async #names(folder: string): Promise<readonly FolderName[]> {
    return onDisk(async () => {
      try {
        const entries = await readdir(join(this.#root, folder), { withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() || entry.isDirectory())
          .map((entry) => ({ name: entry.isDirectory() ? `${entry.name}/` : entry.name }));
      } catch (error) {
        if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
        throw error;
      }
    });
  }
}

/** @param into - takes the pieces where it is long enough: one read does then */
async function* readPieces(
  path: string,
  offset: number,
  length: number,
  into: Uint8Array<ArrayBuffer> | undefined,
): AsyncGenerator<Uint8Array, void> {
  if (length === 0) return;
  const pieceAt = (done: number): Uint8Array<ArrayBuffer> =>
    into !== undefined && into.length >= length
      ? into.subarray(done, length)
      : new Uint8Array(Math.min(pieceBytes, length - done));
  const file = await onDisk(() => open(path, 'r'));
  try {
    for (let done = 0; done < length;) {
      const piece = pieceAt(done);
      const { bytesRead } = await onDisk(() => file.read(piece, 0, piece.length, offset + done));
      if (bytesRead === 0) throw new ObjectStoreError('unreachable', 'the object ended before its size');
      done += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error);
  }
}
