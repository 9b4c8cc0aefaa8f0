import { createDecipheriv, createHash, type DecipherGCM } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createInflate } from 'node:zlib';
import { ChatFormatError } from '../errors';
import { packedKind, type PackedKind } from '../payload-kind';
import type { WhatsAppKeys } from '../whatsapp/backup-key';
import { backupPrefixLimit, readBackupHeader, type BackupPrefix } from '../whatsapp/backup-prefix';
import { isCrypt12Ending } from '../whatsapp/crypt12-header';
import {
  checksumBytes,
  crypt12EndingBytes,
  judgeTrailer,
  tagBytes,
  type TrailerVerdict,
} from '../whatsapp/crypt-trailer';
import { otherKeyFile, type CryptFile, type CryptFileOptions } from '../whatsapp/crypt-file';
import { fileKeyOf } from '../whatsapp/file-key';
import { filePieces, readAt } from './file-pieces';
import { inflatedPieces } from './inflated-pieces';
import { releaseMemory } from './release-memory';
import { inMemoryLimitBytes } from './payload-bytes';
import { statedDatabaseBytes } from './stated-size';

/** As `filePieces`: larger ones would be memory that is touched for the first time, each of them. */
const inflatedPieceBytes = 64 * 1024;

/**
 * Opens a crypt12, crypt14 or crypt15 file: reads it once to check the tag under the key before anything is handed out. Memory
 * does not grow with the file.
 *
 * @throws ChatFormatError `key-required`, `damaged`, `wrong-key`
 */
export async function openCryptFile(
  path: string,
  keys: WhatsAppKeys,
  { onRead = () => undefined, signal }: CryptFileOptions = {},
): Promise<CryptFile> {
  const file = openSync(path, 'r');
  let fileKey: Uint8Array | undefined;
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fileKey?.fill(0);
    closeSync(file);
  };
  try {
    const prefix = readBackupHeader(readAt(file, 0, backupPrefixLimit));
    const { bytes, isNamed } = fileKeyOf(prefix, keys);
    fileKey = bytes;
    const { size } = fstatSync(file);
    const endingBytes = prefix.generation === 'crypt12' ? crypt12EndingBytes : 0;
    if (!isNamed && isIntact(file, size, endingBytes)) throw otherKeyFile();
    const open: OpenFile = { file, sizeBytes: size - endingBytes, endingBytes, prefix, fileKey, onRead, signal };
    const { verdict, packed } = await checkFile(open);
    const chunks = (areKept = false): AsyncIterable<Uint8Array> =>
      unpack(decrypt(open, verdict.trailerBytes, areKept && packed !== 'zlib'), areKept ? size : undefined);
    return { prefix, verdict, packed, chunks, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether a file carries an MD5 of itself that is right. @param generation - of the file */
export function hasChecksum(path: string, generation: BackupPrefix['generation']): boolean {
  const file = openSync(path, 'r');
  try {
    return isIntact(file, fstatSync(file).size, generation === 'crypt12' ? crypt12EndingBytes : 0);
  } finally {
    closeSync(file);
  }
}

/** @param endingBytes - of the file's `sizeBytes`, how many follow the MD5 */
function isIntact(file: number, sizeBytes: number, endingBytes: number): boolean {
  const checksumAt = sizeBytes - endingBytes - checksumBytes;
  if (checksumAt < 0 || !hasEnding(file, sizeBytes, endingBytes)) return false;
  const hash = createHash('md5');
  for (const piece of filePieces(file, 0, checksumAt)) hash.update(piece);
  return hash.digest().equals(readAt(file, checksumAt, checksumBytes));
}

function hasEnding(file: number, sizeBytes: number, endingBytes: number): boolean {
  return endingBytes === 0 || isCrypt12Ending(readAt(file, Math.max(0, sizeBytes - endingBytes), endingBytes));
}

interface OpenFile {
  readonly file: number;
  /** Without the ending of crypt12. */
  readonly sizeBytes: number;
  readonly endingBytes: number;
  readonly prefix: BackupPrefix;
  readonly fileKey: Uint8Array;
  readonly onRead: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

interface CheckedFile extends Pick<CheckedTag, 'packed'> {
  readonly verdict: TrailerVerdict;
}

async function checkFile(open: OpenFile): Promise<CheckedFile> {
  const { file, sizeBytes, endingBytes, prefix } = open;
  const hash = createHash('md5').update(readAt(file, 0, prefix.headerBytes));
  const before = await checkTag(open, 32, (piece) => hash.update(piece));
  hash.update(readAt(file, Math.max(prefix.headerBytes, sizeBytes - 32), tagBytes));
  const checksum = readAt(file, Math.max(0, sizeBytes - checksumBytes), checksumBytes);
  const isEnded = hasEnding(file, sizeBytes + endingBytes, endingBytes);
  const checksumMatches = isEnded && sizeBytes >= prefix.headerBytes + 32 && hash.digest().equals(checksum);
  const atEnd = before.matches || checksumMatches ? undefined : await checkTag(open, 16, () => undefined);
  const verdict = judgeTrailer({
    checksumMatches,
    tagMatchesBeforeChecksum: before.matches,
    tagMatchesAtEnd: atEnd?.matches === true,
  });
  // without its ending a file was cut, even where the tag is the last that is left of it
  const found: TrailerVerdict = isEnded ? verdict : { ...verdict, checksum: 'wrong' };
  return { verdict: found, packed: (atEnd ?? before).packed };
}

interface CheckedTag {
  readonly matches: boolean;
  /** By the first bytes of what was decrypted; says something only where the tag matches. */
  readonly packed: PackedKind;
}

/** Runs over the ciphertext. The plaintext is thrown away: decrypting it again takes less than memory for all of it. */
async function checkTag(open: OpenFile, trailerBytes: 16 | 32, onPiece: (piece: Buffer) => void): Promise<CheckedTag> {
  let packed: PackedKind | undefined;
  if (open.sizeBytes < open.prefix.headerBytes + trailerBytes) {
    return { matches: false, packed: 'unknown' };
  }
  const decipher = createFileDecipher(open, trailerBytes);
  for (const piece of filePieces(open.file, open.prefix.headerBytes, open.sizeBytes - trailerBytes)) {
    onPiece(piece);
    const plain = decipher.update(piece);
    packed ??= packedKind(plain);
    plain.fill(0);
    releaseMemory(plain);
    open.onRead(piece.length);
    // lets signals and screens have their turn
    await setImmediate();
    open.signal?.throwIfAborted();
  }
  return { matches: finishes(decipher), packed: packed ?? 'unknown' };
}

function createFileDecipher(open: OpenFile, trailerBytes: 16 | 32): DecipherGCM {
  // the nonce has 16 bytes, not 12: GCM derives its first counter block from it by GHASH (NIST SP 800-38D, section 7.1)
  const decipher = createDecipheriv('aes-256-gcm', open.fileKey, open.prefix.iv, { authTagLength: tagBytes });
  return decipher.setAuthTag(readAt(open.file, open.sizeBytes - trailerBytes, tagBytes));
}

/** OpenSSL says that a tag is wrong by throwing from `final`, and throws nothing else there. */
function finishes(decipher: DecipherGCM): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

/** @param areKept - else a piece is valid until the next */
function* decrypt(open: OpenFile, trailerBytes: 16 | 32, areKept: boolean): Generator<Buffer, void, undefined> {
  const decipher = createFileDecipher(open, trailerBytes);
  for (const piece of filePieces(open.file, open.prefix.headerBytes, open.sizeBytes - trailerBytes)) {
    const plain = decipher.update(piece);
    yield plain;
    if (!areKept) releaseMemory(plain);
  }
  if (!finishes(decipher)) throw new ChatFormatError('damaged', 'the backup changed while it was read; try again');
}

/** @param keptBytes - where all pieces are kept: how long the content is at most, still compressed */
async function* unpack(
  content: Iterator<Buffer, unknown, undefined> & Iterable<Buffer>,
  keptBytes?: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const first = content.next();
  if (first.done === true) return;
  const whole = prepend(first.value, content);
  if (packedKind(first.value) !== 'zlib') {
    yield* whole;
    return;
  }
  const stated = keptBytes === undefined ? undefined : statedDatabaseBytes(first.value, keptBytes);
  // zlib fills one memory of this size after the other. One byte more than it needs, and it asks for no second one at the end.
  const chunkSize = stated === undefined || stated >= inMemoryLimitBytes ? inflatedPieceBytes : stated + 1;
  yield* inflatedPieces(whole, createInflate({ chunkSize }), undecompressed, { areKept: keptBytes !== undefined });
}

const undecompressed = (cause: unknown): ChatFormatError =>
  new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });

function* prepend(first: Buffer, rest: Iterable<Buffer>): Generator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}
