import { createDecipheriv } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import { ChatFormatError } from '../errors';
import { mediaPlaceOf, type MediaFile, type MediaPlace } from '../media/media-place';
import { zipMediaPlace } from '../media/zip-media-place';
import type { WhatsAppBackupKey } from '../whatsapp/backup-key';
import { isEncryptedMediaName, mediaFileKey, mediaTagBytes } from '../whatsapp/media-key';
import { filePieces, readAt } from './file-pieces';
import { nodeCiphers } from './node-platform';
import { openZipFile } from './zip-file';

/** Most files of a folder that are known by their names. */
const mostFiles = 1_000_000;

/** What opens encrypted media among the others. */
export interface MediaPlaceOptions {
  /** Copied; wiped with `close`. Without it `.mcrypt1` files are files as any others. */
  readonly key?: WhatsAppBackupKey;
}

/**
 * A folder or a zip with the media of messages. Nothing outside of it is found, whatever a path says or a link leads to.
 *
 * @throws the system's ENOENT where there is nothing at the path; ChatFormatError `damaged`, `too-large` for a zip
 */
export function openMediaPlace(path: string, { key }: MediaPlaceOptions = {}): MediaPlace {
  return statSync(path).isDirectory()
    ? openFolder(path, key)
    : zipMediaPlace(openZipFile(path), { crc32, sha256: nodeCiphers.sha256 });
}

function openFolder(path: string, givenKey: WhatsAppBackupKey | undefined): MediaPlace {
  const root = realpathSync(path);
  const key = givenKey === undefined ? undefined : (new Uint8Array(givenKey) as WhatsAppBackupKey);
  const known = new Map<string, MediaFile>();
  const fileAt = (real: string): MediaFile => {
    const earlier = known.get(real);
    if (earlier !== undefined) return earlier;
    const file = folderFile(real, relative(root, real).replaceAll(sep, '/'), key);
    known.set(real, file);
    return file;
  };
  return mediaPlaceOf({
    at: (wanted) => {
      const real = realFile(root, wanted);
      return real === undefined ? undefined : fileAt(real);
    },
    list: () =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .slice(0, mostFiles)
        .map((entry) => fileAt(join(entry.parentPath, entry.name))),
    sha256: nodeCiphers.sha256,
    close: () => key?.fill(0),
  });
}

/** The file that a path of a message leads to, if it is one within the folder. */
function realFile(root: string, path: string): string | undefined {
  if (path.includes('\0')) return undefined;
  try {
    const real = realpathSync(join(root, path));
    return real.startsWith(root + sep) && statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

function folderFile(real: string, path: string, key: WhatsAppBackupKey | undefined): MediaFile {
  const isEncrypted = key !== undefined && isEncryptedMediaName(basename(real));
  // asked for when it is wanted: a folder can have very many files
  const bytesOnDisk = (): number => statSync(real, { throwIfNoEntry: false })?.size ?? 0;
  return {
    path,
    get sizeBytes() {
      return isEncrypted ? Math.max(0, bytesOnDisk() - mediaTagBytes) : bytesOnDisk();
    },
    *pieces() {
      try {
        yield* isEncrypted
          ? withFile(real, (file, size) => decrypted(file, size, key, basename(real)))
          : withFile(real, (file, size) => filePieces(file, 0, size));
      } catch (cause) {
        if (!isOfSystem(cause)) throw cause;
        throw new ChatFormatError('damaged', 'a media file cannot be read', { cause });
      }
    },
  };
}

function* withFile(
  path: string,
  read: (file: number, sizeBytes: number) => Iterable<Uint8Array>,
): Generator<Uint8Array, void> {
  const file = openSync(path, 'r');
  try {
    yield* read(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

/** A failed call of the operating system: no right to read the file, a disk that fails, a file that is gone. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** The content of a `.mcrypt1` file, proven at the end. */
function* decrypted(file: number, sizeBytes: number, root: WhatsAppBackupKey, name: string): Generator<Uint8Array> {
  const tagAt = sizeBytes - mediaTagBytes;
  if (tagAt < 0) throw new ChatFormatError('damaged', 'a media file is cut off');
  const { key, iv } = mediaFileKey(root, name)!;
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: mediaTagBytes });
    decipher.setAuthTag(readAt(file, tagAt, mediaTagBytes));
    for (const piece of filePieces(file, 0, tagAt)) yield decipher.update(piece);
    finish(decipher);
  } finally {
    key.fill(0);
  }
}

/** OpenSSL says that a tag is wrong by throwing from `final`, and throws nothing else there. */
function finish(decipher: { final(): unknown }): void {
  try {
    decipher.final();
  } catch (cause) {
    throw new ChatFormatError('damaged', 'a media file is damaged, or belongs to another key', { cause });
  }
}
