import * as browserCrypto from '@coffer/device-crypto/browser';

import { browserDecompressor } from '../src/browser';
import type { Decompressor } from '../src/index';
import type { PrimitiveMakers } from './vectors/primitives';

// A page has no `node:*`.
export const decompressors: readonly (readonly [string, Decompressor])[] = [['browser', browserDecompressor]];
export const primitiveMakers: readonly (readonly [string, PrimitiveMakers])[] = [['browser', browserCrypto]];
