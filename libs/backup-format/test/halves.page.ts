import { browserDecompressor } from '../src/browser';
import type { Decompressor } from '../src/index';

/** A page has no `node:*`. */
export const decompressors: readonly (readonly [string, Decompressor])[] = [['browser', browserDecompressor]];
