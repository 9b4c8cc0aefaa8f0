import type { ByteSource } from './zip/zip-directory';

/** Bytes that can be read anywhere, and closed. */
export interface OpenBytes extends ByteSource {
  close(): void;
}

/** Bytes that are in memory already. What is read are views of them. */
export const bytesInMemory = (bytes: Uint8Array): OpenBytes => ({
  sizeBytes: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
  close: () => undefined,
});
