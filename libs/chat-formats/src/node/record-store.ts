import { ByteBlocks } from '../byte-blocks';
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
  const held = new ByteBlocks();
  let spool: Spool | undefined;
  try {
    for await (const piece of chunks) {
      if (spool === undefined && held.length + piece.length > limitBytes) {
        spool = createSpool();
        for (const earlier of held.blocks()) spool.write(earlier);
        held.wipe();
      }
      if (spool === undefined) held.write(piece);
      else spool.write(piece);
    }
  } catch (error) {
    held.wipe();
    spool?.remove();
    throw error;
  }
  return spool === undefined ? inMemory(held) : inFile(spool);
}

function inMemory(held: ByteBlocks): SignalRecords {
  return {
    sizeBytes: held.length,
    read: (offset, length) => held.read(offset, length),
    close: () => held.wipe(),
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
