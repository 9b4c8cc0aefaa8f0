import type { ByteSource } from './zip/zip-directory';

/** Bytes that can be read anywhere, and closed. */
export interface OpenBytes extends ByteSource {
  close(): void;
}
