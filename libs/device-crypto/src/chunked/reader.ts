import { requireBytes } from '@coffer/foundation';

import { DeviceCryptoError } from '../errors';
import { messageKeys } from './message-keys';
import type { PieceCipher, PieceCipherFactory } from './piece-cipher';
import { chunkedHeaderBytes, chunkedPieceBytes, pieceCount, piecePlace, plainSize } from './sizes';
import type { ChunkedKey, ChunkedReader, RangeSource } from './types';

// Pieces fetched at once: 1 MiB a request keeps round trips few and memory small.
const piecesPerRead = 64;

/** Opens a sealed message for random access. See `ChunkedEncryption.openReader`. */
export async function openReader(
  createCipher: PieceCipherFactory,
  key: ChunkedKey,
  source: RangeSource,
): Promise<ChunkedReader> {
  const size = plainSize(source.size);
  const cipher = await createCipher(messageKeys(key, await readExactly(source, 0, chunkedHeaderBytes)));
  const lastIndex = pieceCount(size) - 1;
  return {
    plainSize: size,
    async authenticateSize() {
      const { offset, length } = piecePlace(size, lastIndex);
      await cipher.open(lastIndex, await readExactly(source, offset, length));
    },
    read: async (offset, length) => readRange(cipher, source, size, offset, length),
  };
}

async function readRange(
  cipher: PieceCipher,
  source: RangeSource,
  size: number,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (!isWhole || offset + length > size) {
    throw new DeviceCryptoError('out-of-range', 'these bytes lie beyond the end of the sealed object', {
      fields: { offset, length, size },
    });
  }
  const range = new Uint8Array(length);
  if (length === 0) return range;
  const firstIndex = Math.floor(offset / chunkedPieceBytes);
  const endIndex = Math.floor((offset + length - 1) / chunkedPieceBytes) + 1;
  for (let from = firstIndex; from < endIndex; from += piecesPerRead) {
    const to = Math.min(from + piecesPerRead, endIndex);
    const start = piecePlace(size, from).offset;
    const last = piecePlace(size, to - 1);
    const sealed = await readExactly(source, start, last.offset + last.length - start);
    for (let index = from; index < to; index++) {
      const place = piecePlace(size, index);
      const at = place.offset - start;
      const piece = await cipher.open(index, sealed.subarray(at, at + place.length));
      copyOverlap(piece, index * chunkedPieceBytes, range, offset);
    }
  }
  return range;
}

/** Copies what `piece`, lying at `pieceOffset` of the message, shares with `range`, lying at `rangeOffset`. */
function copyOverlap(piece: Uint8Array, pieceOffset: number, range: Uint8Array, rangeOffset: number): void {
  const from = Math.max(rangeOffset - pieceOffset, 0);
  const to = Math.min(rangeOffset + range.length - pieceOffset, piece.length);
  range.set(piece.subarray(from, to), pieceOffset + from - rangeOffset);
}

async function readExactly(source: RangeSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = requireBytes(await source.read(offset, length), undefined, 'range');
  if (bytes.length !== length) {
    throw new DeviceCryptoError('truncated', 'the store gave fewer bytes than the object has', {
      fields: { offset, expected: length, got: bytes.length },
    });
  }
  return bytes;
}
