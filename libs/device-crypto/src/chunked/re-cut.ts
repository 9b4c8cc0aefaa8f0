/**
 * Cuts a stream of parts of any size into one head of `headBytes` (none where 0), pieces of `pieceBytes`, and a last one that
 * is shorter and may be empty. Memory: one piece.
 *
 * A piece may be a view of a part that came in, good until the next one is asked for.
 */
export async function* reCut(
  parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  pieceBytes: number,
  headBytes = 0,
): AsyncGenerator<{ readonly piece: Uint8Array; readonly isLast: boolean }, void, undefined> {
  const pending = new Uint8Array(Math.max(pieceBytes, headBytes));
  let wanted = headBytes === 0 ? pieceBytes : headBytes;
  let filled = 0;
  for await (const part of parts) {
    let at = 0;
    while (at < part.length) {
      const taken = Math.min(wanted - filled, part.length - at);
      const isWhole = taken === wanted;
      if (!isWhole) pending.set(part.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < wanted) continue;
      yield { piece: isWhole ? part.subarray(at - taken, at) : pending.subarray(0, wanted), isLast: false };
      wanted = pieceBytes;
      filled = 0;
    }
  }
  yield { piece: pending.subarray(0, filled), isLast: true };
}
