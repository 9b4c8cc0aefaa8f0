import type { OpenedBackup } from '../backup';
import { collectChunks } from '../collect-chunks';

/** Largest database that is held in memory; a larger one goes through a private file. */
export const inMemoryLimitBytes = 1024 * 1024 * 1024;

/**
 * The whole payload in one array; the backup is closed.
 *
 * @throws ChatFormatError `too-large` beyond 1 GiB, and whatever reading the payload throws
 */
export async function collect(backup: OpenedBackup): Promise<Uint8Array> {
  try {
    return await collectChunks(backup.payload.chunks(), inMemoryLimitBytes);
  } finally {
    backup.close();
  }
}
