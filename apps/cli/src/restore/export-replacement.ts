import { mkdir, open, readdir, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunLock } from '@coffer/backup-engine/node';

import { writeNewFile } from '../files/new-output';

/** Documents that are being made; of no worth until they are all there. */
const making = '.coffer-merge-new';
/** Documents that are all there: they take the place of the old ones, in this run or the next. */
const made = '.coffer-merge';

/**
 * New documents in the place of those of an export. They are written into a folder beside; renaming that folder is the moment at which the new
 * export holds and not the old one. What a killed run left is thrown away before that moment, and completed after it.
 */
export class ExportReplacement {
  readonly #folder: string;
  readonly #lock: RunLock;
  readonly #signal: AbortSignal;

  private constructor(folder: string, lock: RunLock, signal: AbortSignal) {
    this.#folder = folder;
    this.#lock = lock;
    this.#signal = signal;
  }

  /**
   * Completes what an earlier run did not, and begins.
   *
   * @param lock - keeps other runs from the folder; released by `end`
   */
  static async begin(folder: string, lock: RunLock, signal: AbortSignal): Promise<ExportReplacement> {
    const replacement = new ExportReplacement(folder, lock, signal);
    try {
      await replacement.#putInPlace();
      await rm(join(folder, making), { recursive: true, force: true });
      await mkdir(replacement.spoolFolder, { recursive: true, mode: 0o700 });
      return replacement;
    } catch (error) {
      await replacement.end();
      throw error;
    }
  }

  /** For what is needed meanwhile. */
  get spoolFolder(): string {
    return join(this.#folder, making, 'spool');
  }

  /** Writes one of the new documents, through to the disk. */
  async write(name: string, produce: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
    await writeNewFile(join(this.#folder, making), name, { isForced: false, signal: this.#signal }, produce);
  }

  /** From here on the new documents hold. */
  async commit(): Promise<void> {
    await rm(this.spoolFolder, { recursive: true });
    await syncFolder(join(this.#folder, making));
    await rename(join(this.#folder, making), join(this.#folder, made));
    await syncFolder(this.#folder);
    await this.#putInPlace();
  }

  /** Lets go of the folder, and of what was not committed. */
  async end(): Promise<void> {
    await rm(join(this.#folder, making), { recursive: true, force: true });
    this.#lock.release();
  }

  async #putInPlace(): Promise<void> {
    const from = join(this.#folder, made);
    const names = await readdir(from).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (names === undefined) return;
    for (const name of names) await rename(join(from, name), join(this.#folder, name));
    await syncFolder(this.#folder);
    await rmdir(from);
  }
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
