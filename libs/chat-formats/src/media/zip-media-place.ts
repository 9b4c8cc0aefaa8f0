import { ChatFormatError } from '../errors';
import type { Digest } from '../platform';
import type { OpenZip } from '../zip/open-zip';
import { readZipDirectory, storedPlace, type ZipEntry } from '../zip/zip-directory';
import { mediaPlaceOf, type MediaFile, type MediaPlace } from './media-place';

/** Largest packed file of a zip that is unpacked: it is in memory as a whole. Stored ones, as media are, have no limit. */
const unpackedLimitBytes = 1024 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/** Check values of the platform. */
export interface ZipChecks {
  /** CRC-32 of bytes that follow those whose CRC-32 is `previous`. */
  readonly crc32: (bytes: Uint8Array, previous: number) => number;
  readonly sha256: () => Digest;
}

/**
 * The files of a zip as media of messages.
 *
 * @param zip - closed with the place, and where this throws
 * @throws ChatFormatError `damaged`, `too-large`
 */
export function zipMediaPlace(zip: OpenZip, checks: ZipChecks): MediaPlace {
  try {
    const files = readZipDirectory(zip.source).map((entry): MediaFile => zipFile(zip, entry, checks));
    const byPath = new Map(files.map((file) => [file.path, file]));
    return mediaPlaceOf({
      at: (path) => byPath.get(path.replaceAll('\\', '/')),
      list: () => files,
      sha256: checks.sha256,
      close: () => zip.close(),
    });
  } catch (error) {
    zip.close();
    throw error;
  }
}

const zipFile = (zip: OpenZip, entry: ZipEntry, { crc32 }: ZipChecks): MediaFile => ({
  path: entry.name,
  sizeBytes: entry.sizeBytes,
  *pieces() {
    if (entry.method !== 'stored') {
      yield zip.unpack(entry, unpackedLimitBytes);
      return;
    }
    const start = storedPlace(zip.source, entry);
    let checksum = 0;
    for (let at = 0; at < entry.sizeBytes; at += pieceBytes) {
      const piece = zip.source.read(start + at, Math.min(pieceBytes, entry.sizeBytes - at));
      checksum = crc32(piece, checksum);
      yield piece;
    }
    if (checksum !== entry.crc32)
      throw new ChatFormatError('damaged', 'a file in this zip is damaged: its checksum is wrong');
  },
});
