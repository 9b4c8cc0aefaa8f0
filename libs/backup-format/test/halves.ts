import { browserDecompressor } from '../src/browser';
import { nodeCompressor } from '../src/node';
import type { Decompressor } from '../src/index';

/** The platform halves that this platform can run; `halves.page.ts` stands in for this file in a page. */
export const decompressors: readonly (readonly [string, Decompressor])[] = [
  ['node', nodeCompressor],
  ['browser', browserDecompressor],
];
