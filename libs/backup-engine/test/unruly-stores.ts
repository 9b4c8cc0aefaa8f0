import { setTimeout as pause } from 'node:timers/promises';

import {
  ObjectStoreError,
  type ByteRange,
  type ListOptions,
  type ObjectContent,
  type ObjectEntry,
  type ObjectInfo,
  type ObjectStore,
  type ObjectStoreCapabilities,
  type ObjectStream,
  type PutOptions,
} from '@coffer/object-store';

/** A store that does what another one does; its children do it as stores do on bad days. */
class WrappedStore implements ObjectStore {
  constructor(protected readonly store: ObjectStore) {}

  capabilities(): Promise<ObjectStoreCapabilities> {
    return this.store.capabilities();
  }

  put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    return this.store.put(key, content, options);
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    for await (const piece of (await this.getStream(key, range)).content) parts.push(piece);
    return new Uint8Array(Buffer.concat(parts));
  }

  getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    return this.store.getStream(key, range);
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.store.head(key);
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectEntry> {
    return this.store.list(prefix, options);
  }

  delete(key: string): Promise<void> {
    return this.store.delete(key);
  }
}

/** Takes its time for everything. */
export class SlowStore extends WrappedStore {
  constructor(
    store: ObjectStore,
    private readonly delayMs: number,
  ) {
    super(store);
  }

  override async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    await pause(this.delayMs);
    return super.put(key, content, options);
  }

  override async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    await pause(this.delayMs);
    return super.getStream(key, range);
  }

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectEntry, void> {
    await pause(this.delayMs);
    yield* super.list(prefix, options);
  }
}

/** Fails every so many calls: before it has done anything, and after it has stored what it then says it has not. */
export class FaultyStore extends WrappedStore {
  #calls = 0;
  faults = 0;

  /** @param every - from 2 */
  constructor(
    store: ObjectStore,
    private readonly every: number,
  ) {
    super(store);
  }

  override async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    const fails = this.#fails();
    if (fails && this.faults % 2 === 0) throw away();
    await super.put(key, content, options);
    if (fails) throw away();
  }

  override async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    if (this.#fails()) throw away();
    return super.getStream(key, range);
  }

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectEntry, void> {
    let left = this.#fails() ? 1 : Number.POSITIVE_INFINITY;
    for await (const entry of super.list(prefix, options)) {
      if (left-- <= 0) throw away();
      yield entry;
    }
  }

  #fails(): boolean {
    this.#calls += 1;
    const fails = this.#calls % this.every === 0;
    if (fails) this.faults += 1;
    return fails;
  }
}

/** What goes wrong with a call: it fails before it has done anything, or after it has done what it then says it has not. */
export type Fault = 'before' | 'after';

/** Fails once: at one of its calls, of whatever kind. */
export class FailingOnceStore extends WrappedStore {
  #calls = 0;

  /** @param at - which call, from 1 */
  constructor(
    store: ObjectStore,
    private readonly at: number,
    private readonly fault: Fault,
  ) {
    super(store);
  }

  get hasFailed(): boolean {
    return this.#calls >= this.at;
  }

  override put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    return this.#perhaps(() => super.put(key, content, options));
  }

  override getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    return this.#perhaps(() => super.getStream(key, range));
  }

  override head(key: string): Promise<ObjectInfo | undefined> {
    return this.#perhaps(() => super.head(key));
  }

  override delete(key: string): Promise<void> {
    return this.#perhaps(() => super.delete(key));
  }

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectEntry, void> {
    const fails = this.#fails();
    if (fails && this.fault === 'before') throw away();
    let isFirst = true;
    for await (const entry of super.list(prefix, options)) {
      if (fails && !isFirst) throw away();
      isFirst = false;
      yield entry;
    }
    if (fails) throw away();
  }

  async #perhaps<T>(act: () => Promise<T>): Promise<T> {
    const fails = this.#fails();
    if (fails && this.fault === 'before') throw away();
    const done = await act();
    if (fails) throw away();
    return done;
  }

  #fails(): boolean {
    this.#calls += 1;
    return this.#calls === this.at;
  }
}

/** Lists what was there a while ago: the newest keys are missing, and what was deleted is still there; gets and heads know at once. */
export class LaggingStore extends WrappedStore {
  readonly #young: Set<string>;
  readonly #ghosts = new Map<string, ObjectEntry>();
  isLagging = true;

  /**
   * @param prefix - of keys whose listings lag; all unless told
   * @param young - keys that are there and not listed yet
   */
  constructor(
    store: ObjectStore,
    private readonly prefix = /^/,
    young: Iterable<string> = [],
  ) {
    super(store);
    this.#young = new Set([...young].filter((key) => prefix.test(key)));
  }

  override async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    await super.put(key, content, options);
    if (this.prefix.test(key)) this.#young.add(key);
  }

  override async delete(key: string): Promise<void> {
    const sizeBytes = (await super.head(key))?.sizeBytes ?? 0;
    await super.delete(key);
    if (this.prefix.test(key)) this.#ghosts.set(key, { key, sizeBytes });
  }

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ObjectEntry, void> {
    if (!this.isLagging) return void (yield* super.list(prefix, options));
    const entries = [...this.#ghosts.values()].filter(({ key }) => key.startsWith(prefix));
    for await (const entry of super.list(prefix)) if (!this.#young.has(entry.key)) entries.push(entry);
    entries.sort((left, right) => (left.key < right.key ? -1 : 1));
    const after = options?.after ?? '';
    yield* entries.filter(({ key }) => key > after).slice(0, options?.limit);
  }
}

/** What a store may say that is not so. */
export type Lie =
  /** One bit of what is read is another one. */
  | 'flip'
  /** The end of what is read is missing, and the sizes agree with that. */
  | 'cut'
  /** Another object of the same kind comes in the place of the one that was asked for. */
  | 'swap'
  /** What was stored is forgotten, and said to be stored. */
  | 'forget';

/** Says of objects under a prefix what is not so. */
export class LyingStore extends WrappedStore {
  /** Undefined: it speaks the truth. */
  lie: Lie | undefined;

  constructor(
    store: ObjectStore,
    private readonly prefix: RegExp,
  ) {
    super(store);
  }

  override async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    if (this.lie === 'forget' && this.prefix.test(key)) return;
    return super.put(key, content, options);
  }

  override async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    if (this.lie === undefined || this.lie === 'forget' || !this.prefix.test(key)) return super.getStream(key, range);
    const whole = await this.store.get(this.lie === 'swap' ? await this.#another(key) : key);
    const offset = range?.offset ?? 0;
    const told = this.lie === 'cut' ? whole.subarray(0, Math.max(offset + 1, whole.length - 100)) : whole;
    const content = told.slice(offset, offset + (range?.length ?? told.length));
    if (this.lie === 'flip' && content.length > 0) content[content.length >> 1]! ^= 1;
    return { sizeBytes: told.length, offset, length: content.length, content: once(content) };
  }

  async #another(key: string): Promise<string> {
    for await (const entry of this.store.list(''))
      if (entry.key !== key && this.prefix.test(entry.key)) return entry.key;
    return key;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

function away(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'the store is away for a moment; try again');
}
