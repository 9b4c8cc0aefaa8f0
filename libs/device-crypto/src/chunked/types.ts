/**
 * The two named instances of C2SP chunked-encryption v1 (c2sp.org/chunked-encryption), both with SHA-512. Coffer writes
 * `cobblestone-256`; the other is read and written for those who exchange with others.
 */
export type ChunkedSuite = 'cobblestone-256' | 'cobblestone-128';

/** What a message is sealed under. The same three open it. */
export interface ChunkedKey {
  /** Uniformly random; 32 bytes for `cobblestone-256`, 16 bytes for `cobblestone-128`. */
  readonly inputKey: Uint8Array;
  /** What the message is bound to; may be empty. */
  readonly context: Uint8Array;
  /** `cobblestone-256` unless told. */
  readonly suite?: ChunkedSuite;
}

/** Sealed bytes that can be read anywhere: a file, an object in a store, bytes in memory. */
export interface RangeSource {
  /** Total size of the sealed message in bytes, as the store tells it. */
  readonly size: number;
  /** Reads exactly `length` bytes from `offset` on. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Random access to a sealed message. Its header was checked before this exists. */
export interface ChunkedReader {
  /** Size of the message in bytes, by the source's size; authentic once {@link authenticateSize} came back. */
  readonly plainSize: number;
  /**
   * Opens the final piece, which proves the size. To be called before anything is read relative to the end.
   *
   * @throws DeviceCryptoError `piece-damaged`
   */
  authenticateSize(): Promise<void>;
  /**
   * Opens the pieces that hold a range. Memory: the range and at most two pieces more.
   *
   * @param offset - in the message, from 0 on
   * @param length - in bytes
   * @throws DeviceCryptoError `out-of-range`, `piece-damaged`, `truncated` where the source gives fewer bytes than asked for
   */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Chunked encryption on one platform: `nodeChunkedEncryption` of `@coffer/device-crypto/node`, `browserChunkedEncryption` of
 * `@coffer/device-crypto/browser`. Both give and take the same bytes.
 */
export interface ChunkedEncryption {
  /** Seals a whole message. @throws EncodingError `invalid-length` on an input key of another length */
  seal(key: ChunkedKey, plaintext: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens a whole message. @throws DeviceCryptoError `commitment-mismatch`, `piece-damaged`, `truncated` */
  open(key: ChunkedKey, sealed: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  /** Seals a stream: header first, then one piece at a time. Memory: one piece and the part that came last. */
  sealStream(
    key: ChunkedKey,
    plaintext: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  /**
   * Opens a stream, one authenticated piece at a time. What came out before an error is sound, but is not the whole message.
   *
   * @throws DeviceCryptoError as `open` does
   */
  openStream(
    key: ChunkedKey,
    sealed: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>;
  /** Fetches and checks the header (56 bytes). @throws DeviceCryptoError `commitment-mismatch`, `truncated` */
  openReader(key: ChunkedKey, source: RangeSource): Promise<ChunkedReader>;
}
