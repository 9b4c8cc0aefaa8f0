import { collect } from './content';
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
} from './object-store';

/** How fast a store may be used, in bytes a second; no limit where one is left out. */
export interface RateLimits {
  readonly upBytesPerSecond?: number;
  readonly downBytesPerSecond?: number;
}

/** How a limiter tells time and waits; the system's unless told. */
export interface RateTimer {
  /** Milliseconds that only grow. */
  nowMs(): number;
  pauseMs(milliseconds: number): Promise<void>;
}

const systemTimer: RateTimer = {
  nowMs: () => performance.now(),
  pauseMs: (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds)),
};

const pieceBytes = 65_536;

/**
 * A store that is used no faster than so many bytes a second, counted over all that is under way at once. What is stored goes
 * out in pieces of 64 KiB where the store takes pieces, so that a line is not filled for seconds by one pack.
 */
export class RateLimitedStore implements ObjectStore {
  readonly #store: ObjectStore;
  readonly #up: Pace | undefined;
  readonly #down: Pace | undefined;

  constructor(
    store: ObjectStore,
    { upBytesPerSecond, downBytesPerSecond }: RateLimits,
    timer: RateTimer = systemTimer,
  ) {
    this.#store = store;
    this.#up = upBytesPerSecond === undefined ? undefined : new Pace(upBytesPerSecond, timer);
    this.#down = downBytesPerSecond === undefined ? undefined : new Pace(downBytesPerSecond, timer);
  }

  capabilities(): Promise<ObjectStoreCapabilities> {
    return this.#store.capabilities();
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    if (this.#up === undefined) return this.#store.put(key, content, options);
    if (!(content instanceof Uint8Array)) return this.#store.put(key, paced(content, this.#up), options);
    const contentLength = options.contentLength ?? content.length;
    return this.#store.put(key, paced(piecesOf(content), this.#up), { ...options, contentLength });
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#down === undefined) return this.#store.get(key, range);
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange, options?: ReadOptions): Promise<ObjectStream> {
    const stream = await this.#store.getStream(key, range, options);
    return this.#down === undefined ? stream : { ...stream, content: paced(stream.content, this.#down) };
  }

  head(key: string): Promise<ObjectInfo | undefined> {
    return this.#store.head(key);
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectEntry> {
    return this.#store.list(prefix, options);
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(key);
  }
}

/** Gives each piece its turn: one after the other, as long after the one before as that takes at the rate. */
class Pace {
  #freeAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly bytesPerSecond: number,
    private readonly timer: RateTimer,
  ) {}

  async take(bytes: number): Promise<void> {
    const nowMs = this.timer.nowMs();
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + (1000 * bytes) / this.bytesPerSecond;
    if (startMs > nowMs) await this.timer.pauseMs(startMs - nowMs);
  }
}

async function* paced(pieces: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array, void> {
  for await (const piece of pieces) {
    await pace.take(piece.length);
    yield piece;
  }
}

/** Copies: what a store is given as pieces it may hold on to, and the memory here is the caller's. */
async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}
