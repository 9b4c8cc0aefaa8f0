import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What may be asked of a file that is being written. */
export interface AtomicWriter {
  write(bytes: Uint8Array | string): Promise<void>;
}

/**
 * Writes a file so that its final name never shows a half: a temporary file in the same folder, fsync, rename, fsync of the
 * folder. Where `produce` throws, the disk fills or the signal fires, the temporary file is removed and the final name is as
 * it was.
 *
 * @param mode - permission bits of a new file, e.g. 0o600
 */
export async function writeFileAtomically(
  path: string,
  produce: (writer: AtomicWriter) => Promise<void>,
  { mode = 0o644, signal }: { readonly mode?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  const handle = await open(temporary, 'wx', mode);
  try {
    try {
      await produce({
        write: async (bytes) => {
          signal?.throwIfAborted();
          await writeAll(handle, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
        },
      });
      signal?.throwIfAborted();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  let at = 0;
  while (at < bytes.length) at += (await handle.write(bytes, at)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
