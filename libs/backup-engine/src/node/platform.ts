import { nodeCompressor, ReusedCompressor } from '@coffer/backup-format/node';
import { createSha256, hmacSha256, sha256 } from '@coffer/crypto/node';
import { sealedSize } from '@coffer/device-crypto';
import { nodeChunkedEncryption, openChunkedSync, sealChunkedSync } from '@coffer/device-crypto/node';

import type { EnginePlatform } from '../platform';
import { collectGarbage } from './collect-garbage';

/** OpenSSL and zstd of Node. */
export const nodePlatform: EnginePlatform = {
  encryption: nodeChunkedEncryption,
  decompressor: nodeCompressor,
  openTaking: async (key, sealed) => openChunkedSync(key, sealed, sealed),
  sealTaking: async (key, plaintext) => sealChunkedSync(key, plaintext, undefined, roomBefore(plaintext)),
  hmacSha256,
  sha256,
  createSha256,
  collectGarbage,
};

/**
 * As {@link nodePlatform}, for a worker thread that opens chunk after chunk: what is decompressed is valid until the next chunk is.
 */
export function newWorkerPlatform(): EnginePlatform {
  return { ...nodePlatform, decompressor: new ReusedCompressor() };
}

/**
 * The memory of a plaintext that was made to be sealed where it lies: it ends where its memory ends, and before it is exactly the
 * room for what sealing adds. Any other view may have live bytes of somebody else beside it, and those are never written to.
 */
function roomBefore({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | undefined {
  const sealedBytes = sealedSize(length);
  const isRoom = buffer.byteLength === sealedBytes && byteOffset === sealedBytes - length;
  return isRoom ? new Uint8Array(buffer) : undefined;
}
