import { readSync } from 'node:fs';
import { ChatFormatError } from '../errors';

/** What is made of a piece is memory of its own: of this size the allocator gives the same again, larger ones are touched for the first time. */
const pieceBytes = 64 * 1024;

/**
 * The bytes from `start` to `end`; the buffer is the same for each piece.
 *
 * @throws ChatFormatError `damaged` where the file ends before
 */
export function* filePieces(file: number, start: number, end: number): Generator<Buffer, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(0, end - start)));
  for (let at = start; at < end;) {
    const length = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
    if (length === 0) throw new ChatFormatError('damaged', 'the backup became shorter while it was read; try again');
    yield buffer.subarray(0, length);
    at += length;
  }
}

/** Up to `length` bytes at `position`; fewer at the end of the file. */
export function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
