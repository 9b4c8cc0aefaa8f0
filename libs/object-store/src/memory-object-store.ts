import { sha256 } from '@coffer/crypto';

import { checkedPieces, collect, resolveRange } from './content';
import { ObjectStoreError } from './errors';
import { requireKeyPrefix, requireObjectKey } from './object-key';
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
} from './object-store';

/** A store that forgets with its process: for tests, and for browsers that hold a repository for a moment. */
export class MemoryObjectStore implements ObjectStore {
  readonly #objects = new Map<string, Uint8Array<ArrayBuffer>>();
  readonly #capacityBytes: number;

  /** @param options.capacityBytes - `put` throws `store-full` beyond it; without it there is no limit */
  constructor(options: { readonly capacityBytes?: number } = {}) {
    this.#capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return { conditionalCreate: true };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    this.#requireFree(requireObjectKey(key));
    const bytes = await collect(checkedPieces(content, options));
    // Another writer may have come first while the pieces came in.
    this.#requireFree(key);
    const used = [...this.#objects.values()].reduce((sum, stored) => sum + stored.length, 0);
    if (used + bytes.length > this.#capacityBytes) {
      throw new ObjectStoreError('store-full', 'the store is full; nothing was stored');
    }
    this.#objects.set(key, bytes);
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.#find(key);
    const { offset, length } = resolveRange(range, bytes.length);
    return bytes.slice(offset, offset + length);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    const bytes = this.#find(key);
    const { offset, length } = resolveRange(range, bytes.length);
    return { sizeBytes: bytes.length, offset, length, content: once(bytes.slice(offset, offset + length)) };
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const bytes = this.#objects.get(requireObjectKey(key));
    return bytes === undefined ? undefined : { sizeBytes: bytes.length, sha256: sha256(bytes) };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    const keys = [...this.#objects.keys()]
      .filter((key) => key.startsWith(prefix) && key > (options.after ?? ''))
      .sort();
    for (const key of keys.slice(0, options.limit)) {
      const bytes = this.#objects.get(key);
      if (bytes !== undefined) yield { key, sizeBytes: bytes.length };
    }
  }

  async delete(key: string): Promise<void> {
    this.#find(key);
    this.#objects.delete(key);
  }

  #find(key: string): Uint8Array<ArrayBuffer> {
    const bytes = this.#objects.get(requireObjectKey(key));
    if (bytes === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
    return bytes;
  }

  #requireFree(key: string): void {
    if (this.#objects.has(key))
      throw new ObjectStoreError('already-exists', 'there is an object under this key already');
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.length > 0) yield bytes;
}
