import { crc32, createInflateRaw } from 'node:zlib';
import { damagedEntry, mostFromDeflated, wrongChecksum } from '../zip/open-zip';
import { storedPlace, type ByteSource, type ZipEntry } from '../zip/zip-directory';
import { inflatedPieces } from './inflated-pieces';

const pieceBytes = 64 * 1024;

const inflated = (stored: Iterator<Uint8Array, unknown>): AsyncIterable<Uint8Array> =>
  inflatedPieces(stored, createInflateRaw({ chunkSize: pieceBytes }), damagedEntry);

/**
 * One file of a zip, piece by piece; each is valid until the next. That it is whole is known at its end: before, nothing of it may be believed.
 *
 * @throws ChatFormatError `damaged` (also where more comes out than the list says, or another checksum), `unsupported-format`
 */
export async function* unpackPieces(source: ByteSource, entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
  const { sizeBytes, method } = entry;
  if (method === 'deflated' && sizeBytes > mostFromDeflated(entry.compressedBytes)) throw wrongChecksum();
  const stored = storedPieces(source, storedPlace(source, entry), entry.compressedBytes);
  let length = 0;
  let checksum = 0;
  for await (const piece of method === 'stored' ? stored : inflated(stored)) {
    length += piece.length;
    if (length > sizeBytes) throw wrongChecksum();
    checksum = crc32(piece, checksum);
    yield piece;
  }
  if (length !== sizeBytes || checksum !== entry.crc32) throw wrongChecksum();
}

function* storedPieces(source: ByteSource, from: number, length: number): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < length; at += pieceBytes) yield source.read(from + at, Math.min(pieceBytes, length - at));
}
