import type { OpenBytes } from '../src/index';

/** Bytes in memory as a file that is open; reads give copies, in the memory that is given, so that a view that is kept too long is noticed. */
export function bytesOf(content: Uint8Array | string): OpenBytes {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    sizeBytes: bytes.length,
    read: (offset, length, memory) => {
      const read = bytes.slice(offset, offset + length);
      memory?.set(read);
      return memory?.subarray(0, read.length) ?? read;
    },
    close: () => undefined,
  };
}
