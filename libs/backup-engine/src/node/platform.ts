import { nodeCompressor } from '@coffer/backup-format/node';
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
