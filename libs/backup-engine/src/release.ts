/**
 * Gives the memory of a piece that was read from a store back at once, where the piece is all of its memory. See
 * [Note: Garbage outside the heap].
 */
export function releaseWhole(piece: Uint8Array): void {
  const { buffer } = piece;
  if (buffer instanceof ArrayBuffer && piece.byteLength === buffer.byteLength && !buffer.detached) buffer.transfer(0);
}
