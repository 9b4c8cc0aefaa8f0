import type { FileItem, SnapshotItem } from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { CompletePart, FileTarget, Standing } from '../restore/file-target';

/** A file that is being written. */
interface Part {
  readonly folder: FileSystemDirectoryHandle;
  readonly name: string;
  readonly sizeBytes: number;
  /** From the first byte on. */
  writable?: Promise<FileSystemWritableFileStream>;
}

/** Not in the types of the platform yet: https://github.com/whatwg/fs/pull/10. */
interface MovableHandle extends FileSystemFileHandle {
  move?(name: string): Promise<void>;
}

/**
 * A folder that a browser was given, its own (OPFS) or one that a person chose, empty at first. It takes neither links nor modes nor
 * times: links are told of, and files have the time of the restore.
 */
export class DirectoryTarget implements FileTarget {
  readonly #folders = new Map<string, FileSystemDirectoryHandle>();
  readonly #parts = new Map<string, Part>();

  private constructor(root: FileSystemDirectoryHandle) {
    this.#folders.set('', root);
  }

  /** @throws BackupEngineError `target-exists` where anything is in it */
  static async in(root: FileSystemDirectoryHandle): Promise<DirectoryTarget> {
    for await (const _name of root.keys()) {
      const message = 'the folder to restore into is not empty. Nothing was written; choose a new one or an empty one';
      throw new BackupEngineError('target-exists', message);
    }
    return new DirectoryTarget(root);
  }

  standingOf(): Standing {
    return 'missing';
  }

  async makeFolders(items: readonly SnapshotItem[]): Promise<void> {
    for (const { kind, path } of items) await this.#folder(kind === 'folder' ? path : parentOf(path));
  }

  async makeTemporary({ path, sizeBytes }: FileItem): Promise<string> {
    const name = `.coffer-${toHex(randomBytes(8))}.part`;
    this.#parts.set(name, { folder: await this.#folder(parentOf(path)), name, sizeBytes });
    return name;
  }

  async write(temporary: string, position: number, bytes: Uint8Array): Promise<void> {
    const part = this.#parts.get(temporary)!;
    const writable = await (part.writable ??= openPart(part));
    await applying(() => writable.write({ type: 'write', position, data: unshared(bytes) }));
  }

  async finish(files: readonly CompletePart[]): Promise<void> {
    for (const { temporary, file } of files) {
      const part = this.#parts.get(temporary)!;
      const writable = await (part.writable ??= openPart(part));
      await applying(async () => {
        // A part of which the end is lost has its length all the same.
        await writable.truncate(part.sizeBytes);
        await writable.close();
      });
      await this.#giveName(part, nameOf(file.path));
      this.#parts.delete(temporary);
    }
  }

  async drop(temporary: string): Promise<void> {
    const { folder, name, writable } = this.#parts.get(temporary)!;
    this.#parts.delete(temporary);
    if (writable === undefined) return;
    await (await writable).abort();
    await folder.removeEntry(name);
  }

  makeLink(): never {
    throw Object.assign(new TypeError('a browser makes no links'), { code: 'ENOTSUP' });
  }

  finishFolder(): void {
    // A browser cannot set what a folder's item says.
  }

  async removeTemporaries(): Promise<void> {
    // What cannot be removed must not hide why the run failed.
    for (const temporary of [...this.#parts.keys()]) await this.drop(temporary).catch(() => undefined);
  }

  faultOf(error: unknown): unknown {
    return error;
  }

  async #folder(path: string): Promise<FileSystemDirectoryHandle> {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const above = await this.#folder(parentOf(path));
    const made = await applying(() => above.getDirectoryHandle(nameOf(path), { create: true }));
    this.#folders.set(path, made);
    return made;
  }

  /** Nothing that has the name is replaced: the folder was empty, so it would be an item whose name this system takes for the same. */
  async #giveName({ folder, name }: Part, finalName: string): Promise<void> {
    if (await isThere(folder, finalName)) {
      throw new BackupEngineError(
        'unsafe-item',
        'two items have names that this file system takes for one. Nothing was overwritten; restore to another file system',
      );
    }
    const handle: MovableHandle = await folder.getFileHandle(name);
    await applying(async () => {
      if (handle.move !== undefined) return handle.move(finalName);
      const copy = await folder.getFileHandle(finalName, { create: true });
      await (await handle.getFile()).stream().pipeTo(await copy.createWritable());
      await folder.removeEntry(name);
    });
  }
}

async function openPart({ folder, name }: Part): Promise<FileSystemWritableFileStream> {
  return applying(async () => (await folder.getFileHandle(name, { create: true })).createWritable());
}

async function isThere(folder: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    await applying(() => folder.getFileHandle(name));
    return true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return false;
    if (error instanceof DOMException && error.name === 'TypeMismatchError') return true;
    throw error;
  }
}

/** Faults as the engine says them: no room left, or a name that the browser does not allow. */
async function applying<T>(apply: () => Promise<T>): Promise<T> {
  try {
    return await apply();
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'QuotaExceededError') {
      const message = 'there is no room left. What was half-written was removed; free some space and restore again';
      throw new BackupEngineError('disk-full', message, { cause });
    }
    if (cause instanceof TypeError) {
      const message = 'an item has a name that a browser does not create; restore it with the command line';
      throw new BackupEngineError('unsafe-item', message, { cause });
    }
    throw cause;
  }
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function unshared(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
