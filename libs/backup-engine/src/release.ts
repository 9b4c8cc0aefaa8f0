/** node:zlib wants one byte more than a frame opens to, so that it need not look twice whether that was all. */
const spareBytes = 1;

/**
 * Gives the memory of bytes back at once, where they are all of it (but for {@link spareBytes}): a piece that was read from a
 * store, or a chunk that was decompressed. Bytes that share their memory with others are left alone. The caller must be the
 * last to hold them. See [Note: Garbage outside the heap].
 */
export function releaseWhole(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.detached) return;
  if (bytes.byteOffset === 0 && buffer.byteLength - bytes.byteLength <= spareBytes) buffer.transfer(0);
}
