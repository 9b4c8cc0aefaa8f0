import { zstdDecompressSync } from 'node:zlib';

/** One frame as docs/format/v1.md, "Chunks", wants it (RFC 8878, 3.1.1). @throws Error on everything else */
export function unzstd(frame: Buffer, rawLength: number): Buffer {
  const flags = frame[4]!;
  const isSingle = (flags & 0x20) !== 0;
  if (frame.readUInt32LE(0) !== 0xfd2fb528 || (flags & 0x0f) !== 0)
    throw new RangeError('magic, dictionary, checksum or reserved bit');
  let at = isSingle ? 5 : 6;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const declared =
    sizeBytes === 8 ? Number(frame.readBigUInt64LE(at)) : frame.readUIntLE(at, sizeBytes) + (sizeBytes === 2 ? 256 : 0);
  const window = isSingle ? declared : 2 ** (10 + (frame[5]! >> 3)) * (1 + (frame[5]! & 7) / 8);
  if (declared !== rawLength || window > 8_388_608) throw new RangeError('length or window');
  at += sizeBytes;
  for (let isLast = false; !isLast;) {
    const header = frame.readUIntLE(at, 3);
    isLast = (header & 1) === 1;
    if (header >> 3 > Math.min(window, 131_072)) throw new RangeError('a block is too large');
    at += 3 + (((header >> 1) & 3) === 1 ? 1 : header >> 3);
  }
  if (at !== frame.length) throw new RangeError('something follows');
  const raw = zstdDecompressSync(frame, { maxOutputLength: rawLength });
  if (raw.length !== rawLength) throw new RangeError('another length');
  return raw;
}
