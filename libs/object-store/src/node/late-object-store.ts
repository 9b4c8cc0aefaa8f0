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

/** A store whose code is loaded with its first use: a client library of a provider costs 36 MB and a tenth of a second. */
export class LateObjectStore implements ObjectStore {
  readonly #open: () => Promise<ObjectStore>;
  #store: Promise<ObjectStore> | undefined;

  /** @param open - called once, with the first use */
  constructor(open: () => Promise<ObjectStore>) {
    this.#open = open;
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return (await this.#opened()).capabilities();
  }

  async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    return (await this.#opened()).put(key, content, options);
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.#opened()).get(key, range);
  }

  async getStream(key: string, range?: ByteRange, options?: ReadOptions): Promise<ObjectStream> {
    return (await this.#opened()).getStream(key, range, options);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return (await this.#opened()).head(key);
  }

  async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectEntry, void> {
    yield* (await this.#opened()).list(prefix, options);
  }

  async delete(key: string): Promise<void> {
    return (await this.#opened()).delete(key);
  }

  #opened(): Promise<ObjectStore> {
    return (this.#store ??= this.#open());
  }
}
