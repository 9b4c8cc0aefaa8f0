/** Smaller memory can be the one that Node divides among many small buffers. */
const leastBytes = 64 * 1024;

/**
 * Gives the memory of a piece back at once, where nothing lies in it behind the piece: the allocator has it ready for the next piece
 * of that size. Left to the collector, each piece of a file would be in memory that is touched for the first time, which takes as
 * long as inflating into it. The piece, and all others in that memory, have a length of 0 from here on.
 *
 * @param piece - the last that is in use of its memory, which belongs to nobody else; memory below 64 KiB is left
 */
export function releaseMemory(piece: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = piece;
  // zlib fills one memory with several pieces, and has use for it before the last of them
  const isLast = byteOffset + byteLength === buffer.byteLength;
  if (isLast && byteLength > 0 && buffer.byteLength >= leastBytes && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
