import * as browserCrypto from '@coffer/device-crypto/browser';
import * as nodeCrypto from '@coffer/device-crypto/node';

import { browserDecompressor } from '../src/browser';
import type { Decompressor } from '../src/index';
import { nodeCompressor, ReusedCompressor } from '../src/node';
import type { PrimitiveMakers } from './vectors/primitives';

/** The platform halves that Node can run. In a browser the vectors are read by the engine's `chromium.node.spec.ts`. */
export const decompressors: readonly (readonly [string, Decompressor])[] = [
  ['node', nodeCompressor],
  ['node, used again', new ReusedCompressor()],
  ['browser', browserDecompressor],
];

export const primitiveMakers: readonly (readonly [string, PrimitiveMakers])[] = [
  [
    'node',
    { ...nodeCrypto, sealChunked: async (key, plaintext, salt) => nodeCrypto.sealChunkedSync(key, plaintext, salt) },
  ],
  ['browser', browserCrypto],
];
