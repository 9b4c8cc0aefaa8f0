/**
 * Cuts a stream of parts of any size into pieces of `pieceBytes`, and a last one that is shorter and may be empty. Memory: one
 * piece.
 *
 * A piece may be a view of a part that came in, good until the next one is asked for.
 */
export async function* reCut(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<{ readonly piece: Uint8Array; readonly isLast: boolean }, void, undefined> {
  const pending = new Uint8Array(pieceBytes);
  let filled = 0;
  for await (const part of parts) {
    let at = 0;
    while (at < part.length) {
      if (filled === 0 && part.length - at >= pieceBytes) {
        yield { piece: part.subarray(at, at + pieceBytes), isLast: false };
        at += pieceBytes;
        continue;
      }
      const taken = Math.min(pieceBytes - filled, part.length - at);
      pending.set(part.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled === pieceBytes) {
        yield { piece: pending, isLast: false };
        filled = 0;
      }
    }
  }
  yield { piece: pending.subarray(0, filled), isLast: true };
}
