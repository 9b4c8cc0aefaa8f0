import { formatLimits } from '@coffer/backup-format';
import { isMediaName } from '@coffer/file-kinds';

/** Files are cut by content where 256 KiB have passed, mostly; half of that is a guess on the high side. */
const mediaChunkBytes = formatLimits.chunkNormalBytes / 2;

/**
 * A guess, on the high side, at how many chunks files will give, and the conversations in them. Any file but a picture, a sound or a
 * video may be a database, which is cut every 32 KiB and stored a second time as messages. Memory is taken for each chunk that is
 * guessed (52 bytes), and all of it is touched, since ids lie anywhere; what exceeds the guess is handled all the same.
 */
export function guessChunks(files: readonly { readonly path: string; readonly sizeBytes: number }[]): number {
  return files.reduce((sum, { path, sizeBytes }) => {
    if (isMediaName(path)) return sum + 1 + Math.ceil(sizeBytes / mediaChunkBytes);
    return sum + 2 * (1 + Math.ceil(sizeBytes / formatLimits.sqliteCutBytes));
  }, 0);
}
