import type { MediaFile } from './media-place';

/** Longest content that is kept from its proof, so that the file is read once. */
const keptBytes = 16 * 1024 * 1024;

/**
 * The content of a file, of which nothing is given before all of it was read and its own check value held. A larger file is read once
 * more for that, and proven again.
 *
 * @returns pieces, each valid until the next
 * @throws ChatFormatError as `MediaFile.pieces`, before the first piece; while a larger file is read once more only where it changed
 */
export function provenPieces(file: MediaFile): Iterable<Uint8Array> {
  const kept: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of file.pieces()) {
    bytes += piece.length;
    if (bytes <= keptBytes) kept.push(new Uint8Array(piece));
    else kept.length = 0;
  }
  return bytes <= keptBytes ? kept : file.pieces();
}
