import { nodeCompressor, ReusedCompressor } from '@coffer/backup-format/node';
import { createSha256, hmacSha256, sha256 } from '@coffer/crypto/node';
import { nodeChunkedEncryption, openChunkedSync } from '@coffer/device-crypto/node';

import type { EnginePlatform } from '../platform';

/** OpenSSL and zstd of Node. */
export const nodePlatform: EnginePlatform = {
  encryption: nodeChunkedEncryption,
  decompressor: nodeCompressor,
  openTaking: async (key, sealed) => openChunkedSync(key, sealed, sealed),
  hmacSha256,
  sha256,
  createSha256,
};

/**
 * As {@link nodePlatform}, for a worker thread that opens chunk after chunk: what is decompressed is valid until the next chunk is.
 */
export function newWorkerPlatform(): EnginePlatform {
  return { ...nodePlatform, decompressor: new ReusedCompressor() };
}
