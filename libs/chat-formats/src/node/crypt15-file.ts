import { createDecipheriv, createHash, hkdfSync, type DecipherGCM } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createInflate } from 'node:zlib';
import { ChatFormatError } from '../errors';
import { packedKind } from '../payload-kind';
import type { WhatsAppBackupKey } from '../whatsapp/backup-key';
import { backupPrefixLimit, readBackupPrefix, type BackupPrefix } from '../whatsapp/backup-prefix';
import { crypt15ChecksumBytes, crypt15TagBytes, judgeCrypt15, type Crypt15Verdict } from '../whatsapp/crypt15-trailer';

const pieceBytes = 4 * 1024 * 1024;
const inflatedPieceBytes = 1024 * 1024;
const fileKeyInfo = 'backup encryption';

/** A crypt15 file whose tag was checked. */
export interface Crypt15File {
  readonly prefix: BackupPrefix;
  readonly verdict: Crypt15Verdict;
  /**
   * The decrypted and inflated content. The file is read again and its tag is checked again at the end, so what a change in
   * between would do is an error, not an output that looks whole.
   *
   * @throws ChatFormatError `damaged`
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** Closes the file and wipes the key. */
  close(): void;
}

export interface Crypt15Options {
  /** Told how many more bytes of the ciphertext were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check; the error is the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a crypt15 file: reads it once to check the tag under the key before anything is handed out. Memory does not grow
 * with the file.
 *
 * @throws ChatFormatError `damaged`, `wrong-key`
 */
export async function openCrypt15File(
  path: string,
  key: WhatsAppBackupKey,
  { onRead = () => undefined, signal }: Crypt15Options = {},
): Promise<Crypt15File> {
  const file = openSync(path, 'r');
  const fileKey = Buffer.from(hkdfSync('sha256', key, '', fileKeyInfo, 32));
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fileKey.fill(0);
    closeSync(file);
  };
  try {
    const prefix = readBackupPrefix(readAt(file, 0, backupPrefixLimit));
    const sizeBytes = fstatSync(file).size;
    const open: OpenFile = { file, sizeBytes, prefix, fileKey, onRead, signal };
    const verdict = await checkFile(open);
    const chunks = (): AsyncIterable<Uint8Array> => unpack(decrypt(open, verdict.trailerBytes));
    return { prefix, verdict, chunks, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Whether the last 16 bytes of a file are the MD5 of all before them. */
export function hasChecksum(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const sizeBytes = fstatSync(file).size;
    if (sizeBytes < crypt15ChecksumBytes) return false;
    const hash = createHash('md5');
    for (const piece of pieces(file, 0, sizeBytes - crypt15ChecksumBytes)) hash.update(piece);
    return hash.digest().equals(readAt(file, sizeBytes - crypt15ChecksumBytes, crypt15ChecksumBytes));
  } finally {
    closeSync(file);
  }
}

interface OpenFile {
  readonly file: number;
  readonly sizeBytes: number;
  readonly prefix: BackupPrefix;
  readonly fileKey: Buffer;
  readonly onRead: (bytes: number) => void;
  readonly signal: AbortSignal | undefined;
}

async function checkFile(open: OpenFile): Promise<Crypt15Verdict> {
  const { file, sizeBytes, prefix } = open;
  const hash = createHash('md5').update(readAt(file, 0, prefix.headerBytes));
  const tagMatchesBeforeChecksum = await tagMatches(open, 32, (piece) => hash.update(piece));
  hash.update(readAt(file, Math.max(prefix.headerBytes, sizeBytes - 32), crypt15TagBytes));
  const checksum = readAt(file, Math.max(0, sizeBytes - crypt15ChecksumBytes), crypt15ChecksumBytes);
  const checksumMatches = sizeBytes >= prefix.headerBytes + 32 && hash.digest().equals(checksum);
  const tagMatchesAtEnd =
    !tagMatchesBeforeChecksum && !checksumMatches && (await tagMatches(open, 16, () => undefined));
  return judgeCrypt15({ checksumMatches, tagMatchesBeforeChecksum, tagMatchesAtEnd });
}

/** Runs over the ciphertext and throws the plaintext away: the tag alone is of interest. */
async function tagMatches(open: OpenFile, trailerBytes: 16 | 32, onPiece: (piece: Buffer) => void): Promise<boolean> {
  if (open.sizeBytes < open.prefix.headerBytes + trailerBytes) return false;
  const decipher = createFileDecipher(open, trailerBytes);
  for (const piece of pieces(open.file, open.prefix.headerBytes, open.sizeBytes - trailerBytes)) {
    onPiece(piece);
    decipher.update(piece).fill(0);
    open.onRead(piece.length);
    // lets signals and screens have their turn
    await setImmediate();
    open.signal?.throwIfAborted();
  }
  return finishes(decipher);
}

function createFileDecipher(open: OpenFile, trailerBytes: 16 | 32): DecipherGCM {
  // the nonce has 16 bytes, not 12: GCM derives its first counter block from it by GHASH (NIST SP 800-38D, section 7.1)
  const decipher = createDecipheriv('aes-256-gcm', open.fileKey, open.prefix.iv, { authTagLength: crypt15TagBytes });
  return decipher.setAuthTag(readAt(open.file, open.sizeBytes - trailerBytes, crypt15TagBytes));
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

function* decrypt(open: OpenFile, trailerBytes: 16 | 32): Generator<Buffer, void, undefined> {
  const decipher = createFileDecipher(open, trailerBytes);
  for (const piece of pieces(open.file, open.prefix.headerBytes, open.sizeBytes - trailerBytes)) {
    yield decipher.update(piece);
  }
  if (!finishes(decipher)) throw new ChatFormatError('damaged', 'the backup changed while it was read; try again');
}

async function* unpack(content: Generator<Buffer, void, undefined>): AsyncGenerator<Uint8Array, void, undefined> {
  const first = content.next();
  if (first.done === true) return;
  const whole = prepend(first.value, content);
  if (packedKind(first.value) !== 'zlib') {
    yield* whole;
    return;
  }
  const inflate = createInflate({ chunkSize: inflatedPieceBytes });
  let failure: unknown;
  // a failure destroys both streams, and so ends the loop below by throwing
  pipeline(Readable.from(whole, { objectMode: false }), inflate, (error) => (failure = error));
  try {
    for await (const piece of inflate) yield piece as Uint8Array;
  } catch (error) {
    const cause = failure ?? error;
    if (cause instanceof ChatFormatError) throw cause;
    throw new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });
  }
}

function* prepend(first: Buffer, rest: Generator<Buffer, void, undefined>): Generator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

/** The bytes from `start` to `end`; the buffer is the same for each piece. */
function* pieces(file: number, start: number, end: number): Generator<Buffer, void, undefined> {
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(0, end - start)));
  for (let at = start; at < end;) {
    const length = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at);
    if (length === 0) throw new ChatFormatError('damaged', 'the backup became shorter while it was read; try again');
    yield buffer.subarray(0, length);
    at += length;
  }
}

/** Up to `length` bytes at `position`; fewer at the end of the file. */
function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, position));
}
