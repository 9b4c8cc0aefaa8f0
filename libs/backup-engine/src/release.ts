/**
 * Gives the memory of an array back at once; the array is empty afterwards. Packs have 16 MiB, and the collector, which sees
 * only a small object, would let many of them pile up.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  if (!bytes.buffer.detached) bytes.buffer.transfer(0);
}
