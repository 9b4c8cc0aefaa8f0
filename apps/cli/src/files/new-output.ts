import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CofferError } from '@coffer/foundation';

/** A result with this name and another content is there already. Nothing was changed. */
export class OutputError extends CofferError {
  declare readonly code: 'already-exists';
}

/** How a result comes to its name. */
export interface NewOutputOptions {
  /** Replace what is there and differs. */
  readonly isForced: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a result that may hold what people wrote to each other: readable for its owner alone, under its final name only
 * when it is whole, and never over something else that has the name. The same content once more is no fault.
 *
 * @param name - file name without any folder
 * @throws OutputError `already-exists`
 */
export async function writeNewFile(
  folder: string,
  name: string,
  options: NewOutputOptions,
  produce: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await whole(folder, name, options, async (temporary) => {
    await writeFile(temporary, (handle) =>
      produce(async (bytes) => {
        options.signal.throwIfAborted();
        await writeAll(handle, bytes);
      }),
    );
  });
}

/** Writes the files of a folder, by names relative to it. */
export interface FolderWriter {
  write(file: string, bytes: Uint8Array): Promise<void>;
  /** Writes a file of any size. @param pieces - each valid until the next @returns its bytes */
  copy(file: string, pieces: Iterable<Uint8Array>): Promise<number>;
}

/** As `writeNewFile`, for a folder of files. @throws OutputError `already-exists` */
export async function writeNewFolder(
  folder: string,
  name: string,
  options: NewOutputOptions,
  produce: (writer: FolderWriter) => Promise<void>,
): Promise<void> {
  await whole(folder, name, options, async (temporary) => {
    await mkdir(temporary, { mode: 0o700 });
    await produce({
      write: async (file, bytes) => {
        options.signal.throwIfAborted();
        await writeFile(join(temporary, file), (handle) => writeAll(handle, bytes));
      },
      copy: async (file, pieces) => {
        const to = join(temporary, file);
        await mkdir(dirname(to), { recursive: true, mode: 0o700 });
        let bytes = 0;
        await writeFile(to, async (handle) => {
          for (const piece of pieces) {
            options.signal.throwIfAborted();
            await writeAll(handle, piece);
            bytes += piece.length;
          }
        });
        return bytes;
      },
    });
    await syncFolder(temporary);
  });
}

async function whole(
  folder: string,
  name: string,
  { isForced, signal }: NewOutputOptions,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const final = join(folder, name);
  const temporary = join(folder, `.coffer-${randomUUID()}.tmp`);
  try {
    await write(temporary);
    signal.throwIfAborted();
    if (await exists(final)) {
      if (await isSame(temporary, final)) return;
      if (!isForced) throw taken(final);
      await rm(final, { recursive: true });
    }
    await rename(temporary, final);
    await syncFolder(folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function taken(path: string): OutputError {
  return new OutputError(
    'already-exists',
    `"${path}" is there already and is something else. Nothing was changed: choose another --out, or add --force to replace it.`,
  );
}

async function writeFile(path: string, write: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await write(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Whether two files, or two folders of files, have the same content. */
async function isSame(left: string, right: string): Promise<boolean> {
  const [here, there] = [await lstat(left), await lstat(right)];
  if (here.isDirectory() && there.isDirectory()) {
    const [names, others] = [(await readdir(left)).sort(), (await readdir(right)).sort()];
    if (names.join('/') !== others.join('/')) return false;
    for (const name of names) if (!(await isSame(join(left, name), join(right, name)))) return false;
    return true;
  }
  if (!here.isFile() || !there.isFile() || here.size !== there.size) return false;
  const [one, other] = [await open(left, 'r'), await open(right, 'r')];
  try {
    for (let at = 0; at < here.size; at += compareBytes) {
      if (!(await readPart(one, at, here.size)).equals(await readPart(other, at, here.size))) return false;
    }
    return true;
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}

async function readPart(handle: FileHandle, position: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(compareBytes, end - position));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}

const compareBytes = 1024 * 1024;
