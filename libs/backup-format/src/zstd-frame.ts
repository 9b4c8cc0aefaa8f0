import { damaged } from './fields';

const magic = 0xfd2fb528;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const blockTypes = { raw: 0, runLength: 1, compressed: 2 } as const;
const flags = { singleSegment: 0x20, reserved: 0x08, checksum: 0x04 } as const;
/** What RFC 8878 (3.1.1.1.2) asks every decoder to support; beyond it decoders differ. */
const windowMostBytes = 8_388_608;
/** Block_Maximum_Size of RFC 8878, 3.1.1.2.4, where the window is not smaller. */
const blockMostBytes = 131_072;

/**
 * Walks the headers of a zstd frame (RFC 8878, 3.1.1) before any decoder sees it: one frame, without dictionary and checksum,
 * with a window of at most 8 MiB, that declares exactly `rawLength` bytes of content and ends with the bytes given. What is
 * left to the decoder are the blocks; in everything else decoders are not strict in the same way.
 *
 * @throws BackupFormatError `damaged`
 */
export function requireZstdFrame(frame: Uint8Array, rawLength: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 9 || view.getUint32(0, true) !== magic) throw damaged('chunk', 'it is no zstd frame');
  const descriptor = frame[4]!;
  const isSingleSegment = (descriptor & flags.singleSegment) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : contentSizeBytes[sizeFlag as 0 | 1 | 2 | 3];
  if (dictionaryIdBytes[(descriptor & 3) as 0 | 1 | 2 | 3] !== 0)
    throw damaged('chunk', 'its frame wants a dictionary');
  if ((descriptor & flags.reserved) !== 0) throw damaged('chunk', 'its frame uses a reserved bit');
  // The chunk id is the checksum; some decoders check another one, some pass over it.
  if ((descriptor & flags.checksum) !== 0) throw damaged('chunk', 'its frame has a checksum');
  const window = isSingleSegment ? rawLength : windowBytes(frame[5]!);
  if (window > windowMostBytes) throw damaged('chunk', 'its frame wants a window of more than 8 MiB');
  const sizeAt = isSingleSegment ? 5 : 6;
  if (sizeBytes === 0 || sizeAt + sizeBytes > frame.length || readSize(view, sizeAt, sizeBytes) !== rawLength) {
    throw damaged('chunk', 'its frame does not declare the length of the chunk');
  }
  if (endOfBlocks(frame, sizeAt + sizeBytes, Math.min(window, blockMostBytes)) !== frame.length) {
    throw damaged('chunk', 'its frame is cut short or something follows it');
  }
  return frame;
}

/** Window_Size of RFC 8878, 3.1.1.1.2. */
function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function endOfBlocks(frame: Uint8Array, start: number, mostBytes: number): number {
  for (let at = start; at + 3 <= frame.length;) {
    const header = frame[at]! | (frame[at + 1]! << 8) | (frame[at + 2]! << 16);
    const type = (header >> 1) & 3;
    if (type > blockTypes.compressed) throw damaged('chunk', 'its frame has a block of no known type');
    const size = header >> 3;
    if (size > mostBytes) throw damaged('chunk', 'a block of its frame is too large');
    at += 3 + (type === blockTypes.runLength ? 1 : size);
    if ((header & 1) === 1) return at;
  }
  throw damaged('chunk', 'its frame is cut short');
}
