import { createCipheriv } from 'node:crypto';

import { seed } from '@coffer/test-kit';

/** Bytes that look random and are the same in every run: quicker than `seed` where there are many. */
export function largeBytes(name: string, length: number): Uint8Array<ArrayBuffer> {
  const stream = createCipheriv('aes-256-ctr', seed(name), new Uint8Array(16));
  return new Uint8Array(stream.update(new Uint8Array(length)));
}
