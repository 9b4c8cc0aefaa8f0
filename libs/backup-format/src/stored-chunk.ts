import { damaged, tooLarge } from './fields';
import { formatLimits } from './limits';
import { requireZstdFrame } from './zstd-frame';

/** Compression on one platform. */
export interface Decompressor {
  /**
   * Opens one zstd frame whose headers were checked.
   *
   * @param rawLength - of the content in bytes, at most 1 MiB; never more is allocated
   * @throws Error of any kind where the frame is damaged or holds more or fewer bytes
   */
  decompress(frame: Uint8Array, rawLength: number): Uint8Array<ArrayBuffer>;
}

/** As {@link Decompressor}, and the other way. */
export interface Compressor extends Decompressor {
  /** One zstd frame, level 3. */
  compress(raw: Uint8Array): Uint8Array;
}

/** The first byte of a stored chunk. */
export const chunkFlags = { raw: 0, zstd: 1 } as const;

/** Longest zstd frame that is worth storing for a raw length: 98 % of it. */
export function worthwhileFrameBytes(rawLength: number): number {
  return Math.floor(rawLength * 0.98);
}

/**
 * The raw bytes of a stored chunk. Its id is still to be compared.
 *
 * @param stored - a chunk that is stored as it is comes back as a view of it
 * @param rawLength - as the table or the snapshot says, 1 to 1 MiB
 * @throws BackupFormatError `damaged`, `too-large`
 */
export function openStoredChunk(stored: Uint8Array, rawLength: number, decompressor: Decompressor): Uint8Array {
  if (rawLength > formatLimits.chunkBytes) throw tooLarge('chunk', 'raw length', formatLimits.chunkBytes);
  const flag = stored[0];
  if (stored.length < 2 || rawLength < 1) throw damaged('chunk', 'it is empty');
  if (flag === chunkFlags.raw) {
    if (stored.length !== rawLength + 1) throw damaged('chunk', 'its length is not the declared one');
    return stored.subarray(1);
  }
  if (flag !== chunkFlags.zstd) throw damaged('chunk', 'its flag is unknown');
  const frame = requireZstdFrame(stored.subarray(1), rawLength);
  let raw: Uint8Array;
  try {
    raw = decompressor.decompress(frame, rawLength);
  } catch (cause) {
    throw damaged('chunk', 'it does not decompress to its declared length', cause);
  }
  if (raw.length !== rawLength) throw damaged('chunk', 'it does not decompress to its declared length');
  return raw;
}
