import type { OpenBytes } from '../src/index';

/** Bytes in memory as a file that is open; reads give copies, so that a view that is kept too long is noticed. */
export function bytesOf(content: Uint8Array | string): OpenBytes {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.slice(offset, offset + length),
    close: () => undefined,
  };
}
