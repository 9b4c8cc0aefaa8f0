import { damaged } from './fields';

const magic = 0xfd2fb528;
const contentSizeBytes = [0, 2, 4, 8] as const;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const blockTypes = { raw: 0, runLength: 1, compressed: 2 } as const;

/**
 * Walks the headers of a zstd frame (RFC 8878, 3.1.1) before any decoder sees it: one frame, without a dictionary, that
 * declares exactly `rawLength` bytes of content and ends with the bytes given.
 *
 * @throws BackupFormatError `damaged`
 */
export function requireZstdFrame(frame: Uint8Array, rawLength: number): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < 9 || view.getUint32(0, true) !== magic) throw damaged('chunk', 'it is no zstd frame');
  const descriptor = frame[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : contentSizeBytes[sizeFlag as 0 | 1 | 2 | 3];
  if (dictionaryIdBytes[(descriptor & 3) as 0 | 1 | 2 | 3] !== 0)
    throw damaged('chunk', 'its frame wants a dictionary');
  const sizeAt = isSingleSegment ? 5 : 6;
  if (sizeBytes === 0 || sizeAt + sizeBytes > frame.length || readSize(view, sizeAt, sizeBytes) !== rawLength) {
    throw damaged('chunk', 'its frame does not declare the length of the chunk');
  }
  const end = endOfBlocks(frame, sizeAt + sizeBytes) + ((descriptor & 4) !== 0 ? 4 : 0);
  if (end !== frame.length) throw damaged('chunk', 'its frame is cut short or something follows it');
  return frame;
}

function readSize(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at);
  if (bytes === 2) return view.getUint16(at, true) + 256;
  return bytes === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
}

function endOfBlocks(frame: Uint8Array, start: number): number {
  for (let at = start; at + 3 <= frame.length;) {
    const header = frame[at]! | (frame[at + 1]! << 8) | (frame[at + 2]! << 16);
    const type = (header >> 1) & 3;
    if (type > blockTypes.compressed) throw damaged('chunk', 'its frame has a block of no known type');
    at += 3 + (type === blockTypes.runLength ? 1 : header >> 3);
    if ((header & 1) === 1) return at;
  }
  throw damaged('chunk', 'its frame is cut short');
}
