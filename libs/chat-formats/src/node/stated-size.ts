import { constants, inflateSync } from 'node:zlib';
import { packedKind } from '../payload-kind';

/** Compressed bytes within which the first hundred of the content lie, however badly they are compressed. */
const startBytes = 1024;
/** DEFLATE makes at most this many bytes of one (RFC 1951: 258 bytes for two bits). */
const mostOfOne = 1032;

/**
 * What a compressed SQLite database says of its own size: a hint, by which room is made at once. It is never more than the
 * compressed bytes can become.
 *
 * @param first - the beginning of a zlib stream
 * @param packedBytes - length of the whole stream
 * @returns undefined where it is none, or says nothing
 */
export function statedDatabaseBytes(first: Uint8Array, packedBytes: number): number | undefined {
  const header = inflatedStart(first.subarray(0, startBytes));
  if (header.length < 100 || packedKind(header) !== 'sqlite') return undefined;
  // sqlite.org/fileformat2.html, section 1.3: the size of a page, 1 for 65,536; and how many there are
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  const stated = pageBytes * header.readUInt32BE(28);
  return stated > 0 && stated <= packedBytes * mostOfOne ? stated : undefined;
}

function inflatedStart(packed: Uint8Array): Buffer {
  try {
    return inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    // Whoever inflates all of it says what is wrong.
    return Buffer.alloc(0);
  }
}
