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
} from '@coffer/object-store';

/** The part of a store below a prefix, as a store of its own: one repository in a store that holds several. */
export class PrefixedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #prefix: string;

  /** @param prefix - ends with `/` */
  constructor(store: ObjectStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  capabilities(): Promise<ObjectStoreCapabilities> {
    return this.#store.capabilities();
  }

  put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    return this.#store.put(this.#prefix + key, content, options);
  }

  get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return this.#store.get(this.#prefix + key, range);
  }

  getStream(key: string, range?: ByteRange, options?: ReadOptions): Promise<ObjectStream> {
    return this.#store.getStream(this.#prefix + key, range, options);
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.#store.head(this.#prefix + key);
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    const after = options.after === undefined ? {} : { after: this.#prefix + options.after };
    for await (const entry of this.#store.list(this.#prefix + prefix, { ...options, ...after })) {
      yield { ...entry, key: entry.key.slice(this.#prefix.length) };
    }
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(this.#prefix + key);
  }
}
