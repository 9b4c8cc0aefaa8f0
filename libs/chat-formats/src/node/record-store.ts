import type { SignalRecords } from '../signal/signal-source';
import { inMemoryLimitBytes } from './payload-bytes';
import { createSpool, type Spool } from './spool';
import { openByteSource } from './zip-file';

/**
 * Decrypted records where they can be read anywhere: in memory, or in a private file where they are larger than that. The file is
 * gone when they are closed.
 *
 * @param limitBytes - most bytes that are held in memory
 * @throws ChatFormatError `disk-full`, and whatever reading throws
 */
export async function storeRecords(
  chunks: AsyncIterable<Uint8Array>,
  limitBytes: number = inMemoryLimitBytes,
): Promise<SignalRecords> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let spool: Spool | undefined;
  try {
    for await (const piece of chunks) {
      if (spool === undefined && length + piece.length > limitBytes) {
        spool = createSpool();
        for (const earlier of pieces.splice(0)) spool.write(earlier);
      }
      if (spool === undefined) pieces.push(piece);
      else spool.write(piece);
      length += piece.length;
    }
  } catch (error) {
    spool?.remove();
    throw error;
  }
  return spool === undefined ? inMemory(Buffer.concat(pieces.splice(0), length)) : inFile(spool);
}

function inMemory(whole: Buffer): SignalRecords {
  const bytes = new Uint8Array(whole.buffer, whole.byteOffset, whole.length);
  return {
    sizeBytes: bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    close: () => void bytes.fill(0),
  };
}

function inFile(spool: Spool): SignalRecords {
  const source = openByteSource(spool.finish());
  return {
    sizeBytes: source.sizeBytes,
    read: (offset, length) => source.read(offset, length),
    close: () => {
      source.close();
      spool.remove();
    },
  };
}
