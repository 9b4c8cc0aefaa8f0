import type { Decompressor } from '@coffer/backup-format';
import type { IncrementalHash } from '@coffer/crypto';
import type { ChunkedEncryption, ChunkedKey } from '@coffer/device-crypto';

/** What the engine takes from the platform: `nodePlatform` of `@coffer/backup-engine/node`, `browserPlatform` of `…/browser`. */
export interface EnginePlatform {
  readonly encryption: ChunkedEncryption;
  readonly decompressor: Decompressor;
  /**
   * Opens a whole sealed object, and may put the plaintext where the sealed bytes were, which are then gone.
   *
   * @throws DeviceCryptoError
   */
  openTaking(key: ChunkedKey, sealed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Seals a whole message, and may put it where the plaintext was, which is then gone. It does where the plaintext's memory is
   * exactly that of the sealed message, with the plaintext at its end, as that of snapshots and indexes is.
   */
  sealTaking(key: ChunkedKey, plaintext: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** HMAC-SHA-256. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** SHA-256. */
  sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** SHA-256 of bytes that come one piece after the other. */
  createSha256(): IncrementalHash;
  /** Collects young objects (`minor`) or all of them now, in this thread, where a platform can be told to. See [Note: Garbage outside the heap]. */
  collectGarbage(extent: 'minor' | 'major'): void;
}
