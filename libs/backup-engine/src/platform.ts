import type { Decompressor } from '@coffer/backup-format';
import type { IncrementalHash } from '@coffer/crypto';
import type { ChunkedEncryption } from '@coffer/device-crypto';

/** What the engine takes from the platform: `nodePlatform` of `@coffer/backup-engine/node`, `browserPlatform` of `…/browser`. */
export interface EnginePlatform {
  readonly encryption: ChunkedEncryption;
  readonly decompressor: Decompressor;
  /** HMAC-SHA-256. */
  hmacSha256(key: Uint8Array, bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** SHA-256. */
  sha256(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>;
  /** SHA-256 of bytes that come one piece after the other. */
  createSha256(): IncrementalHash;
}
