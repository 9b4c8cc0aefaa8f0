/** Bytes to be stored: all at once, or piece by piece together with `PutOptions.contentLength`. */
export type ObjectContent = Uint8Array | AsyncIterable<Uint8Array>;

/** What the caller knows about the content before it is stored. */
export interface PutOptions {
  /** SHA-256 of the whole content, 32 bytes. The object comes to be only if its bytes match. */
  readonly sha256?: Uint8Array;
  /** Size of the whole content in bytes. Required for pieces; the object comes to be only if it is exact. */
  readonly contentLength?: number;
}

/** A part of an object: `length` bytes from `offset` on; to the end without `length`, never past it. */
export interface ByteRange {
  /** In bytes, from 0; must lie inside the object (0 is allowed in an empty one). */
  readonly offset: number;
  /** In bytes, at least 1. What lies past the end of the object is left out. */
  readonly length?: number;
}

/** What a store says about one object. */
export interface ObjectInfo {
  /** In bytes. */
  readonly sizeBytes: number;
  /** SHA-256 of the content, 32 bytes, where the store keeps it. */
  readonly sha256?: Uint8Array;
}

/** One line of a listing. */
export interface ObjectEntry {
  readonly key: string;
  /** In bytes. */
  readonly sizeBytes: number;
}

/** An object, or a range of it, while it is read. */
export interface ObjectStream {
  /** Size of the whole object in bytes. */
  readonly sizeBytes: number;
  /** Where `content` starts in the object, in bytes. */
  readonly offset: number;
  /** How many bytes `content` gives. */
  readonly length: number;
  /** The pieces, once. It throws ObjectStoreError `unreachable` where the store stops in the middle. */
  readonly content: AsyncIterable<Uint8Array>;
}

/** How an object is read. */
export interface ReadOptions {
  /**
   * Memory that a store may read into in place of its own: each piece is then a view of it, the first at its start and each where the
   * one before ends. Stores that have the bytes elsewhere pass over it. Used until the stream has ended or was left, no longer.
   */
  readonly into?: Uint8Array<ArrayBuffer>;
}

/** Which part of a listing. */
export interface ListOptions {
  /** Cursor: only keys that come after this one, in the order of their bytes. */
  readonly after?: string;
  /** At most so many entries. */
  readonly limit?: number;
}

/** What a store can promise beyond the methods themselves. */
export interface ObjectStoreCapabilities {
  /**
   * Whether of several writers that create one key at the same moment exactly one wins. Without it `put` looks first and
   * writes then, which is safe for one writer only.
   */
  readonly conditionalCreate: boolean;
}

/**
 * A flat store of objects that are created once and never rewritten: disk, memory, S3, a vault's gateway.
 *
 * Keys are relative paths (see `requireObjectKey`). Every method throws ObjectStoreError, and no other error, for what the
 * store did (what the content itself throws while it is stored passes through); an object is under its key whole or not at all.
 */
export interface ObjectStore {
  /** What this store can promise; asked of the store once where it is not known. */
  capabilities(): Promise<ObjectStoreCapabilities>;

  /**
   * Creates an object. Never replaces one. Once it has settled, nothing reads `content` any more: its memory is the caller's, who
   * may put there what the store must never see. A store that sends it on hands out copies.
   *
   * @throws ObjectStoreError `already-exists` (also where the bytes there are the same), `checksum-mismatch`, `store-full`,
   *   `access-denied`, `invalid-key`, `unreachable`. After `unreachable` the object may exist: a second `put` then says so.
   */
  put(key: string, content: ObjectContent, options?: PutOptions): Promise<void>;

  /** The bytes of an object or of a range. @throws ObjectStoreError `not-found`, `invalid-range`, … */
  get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>>;

  /** As `get`, piece by piece; resolves when the store has answered. @throws ObjectStoreError `not-found`, `invalid-range`, … */
  getStream(key: string, range?: ByteRange, options?: ReadOptions): Promise<ObjectStream>;

  /** What the store knows about an object; undefined where there is none. */
  head(key: string): Promise<ObjectInfo | undefined>;

  /** All objects whose key starts with `prefix` (empty: all), in the order of their bytes. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectEntry>;

  /** Removes an object. @throws ObjectStoreError `not-found` where there is none */
  delete(key: string): Promise<void>;
}
