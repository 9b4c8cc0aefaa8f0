import { createDecipheriv, createHmac, timingSafeEqual, type Decipheriv } from 'node:crypto';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { ChatFormatError } from '../errors';
import { deriveFileKeys, type SignalFileKeys } from '../signal/backup-keys';
import { hmacBytes, ivBytes, readSignalContainer, signalHeadBytes, type SignalContainer } from '../signal/container';
import type { SignalKeys } from '../signal/recovery-key';
import { filePieces, readAt } from './file-pieces';

const unpackedPieceBytes = 1024 * 1024;
const blockBytes = 16;

/** A Signal backup (version 2) whose HMAC was checked. */
export interface SignalFile {
  readonly container: SignalContainer;
  /**
   * The decrypted and unpacked records. The file is read again and its HMAC is checked again at the end.
   *
   * @throws ChatFormatError `damaged`
   */
  chunks(): AsyncIterable<Uint8Array>;
  /** Closes the file and wipes the keys. */
  close(): void;
}

export interface SignalFileOptions {
  /** Told how many more bytes were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check; the error is the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a Signal backup: reads it once to check the HMAC under the keys before anything is decrypted for use. Memory does not grow
 * with the file.
 *
 * @throws ChatFormatError `damaged`, `wrong-key`
 */
export async function openSignalFile(
  path: string,
  keys: SignalKeys,
  { onRead = () => undefined, signal }: SignalFileOptions = {},
): Promise<SignalFile> {
  const file = openSync(path, 'r');
  const fileKeys = deriveFileKeys(keys);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fileKeys.aesKey.fill(0);
    fileKeys.hmacKey.fill(0);
    closeSync(file);
  };
  try {
    const container = readSignalContainer(readAt(file, 0, signalHeadBytes), fstatSync(file).size);
    const open: OpenFile = { file, container, keys: fileKeys };
    const hmac = createHmac('sha256', fileKeys.hmacKey);
    for (const piece of filePieces(file, container.ivAt, container.hmacAt)) {
      hmac.update(piece);
      onRead(piece.length);
      // lets signals and screens have their turn
      await setImmediate();
      signal?.throwIfAborted();
    }
    if (!isHmac(open, hmac.digest())) throw notAuthentic(open, keys);
    return { container, chunks: () => unpack(decrypt(open)), close };
  } catch (error) {
    close();
    throw error;
  }
}

interface OpenFile {
  readonly file: number;
  readonly container: SignalContainer;
  readonly keys: SignalFileKeys;
}

function isHmac({ file, container: { hmacAt } }: OpenFile, digest: Buffer): boolean {
  const written = readAt(file, hmacAt, hmacBytes);
  return written.length === hmacBytes && timingSafeEqual(written, digest);
}

/**
 * The HMAC is wrong: was the key, or is the file? Nothing in the file tells, but its ends: a wrong key makes noise of the gzip
 * header in the first block and of the padding in the last, while damage leaves one of them or both. This decides which error is
 * named and nothing else; no decrypted byte leaves here.
 */
function notAuthentic(open: OpenFile, { token }: SignalKeys): ChatFormatError {
  if (startsAsGzip(open) || endsInPadding(open)) {
    return new ChatFormatError(
      'damaged',
      'this backup was changed or damaged after it was written: the key fits, the check value does not. Nothing was written: copy it again.',
    );
  }
  return new ChatFormatError(
    'wrong-key',
    `this recovery key and account id do not open this backup${tokenHint(open.container.form, token !== undefined)}. Nothing was written.`,
  );
}

function tokenHint(form: SignalContainer['form'], isTokenGiven: boolean): string {
  if (form === 'legacy') return isTokenGiven ? ' with this token; files of the older form want none' : '';
  if (isTokenGiven) return ' with this token';
  return '. It is of the newer form, which wants the token of the account too, unless it was made on the device alone';
}

function startsAsGzip({ file, container, keys }: OpenFile): boolean {
  const iv = readAt(file, container.ivAt, ivBytes);
  const decipher = createDecipheriv('aes-256-cbc', keys.aesKey, iv).setAutoPadding(false);
  const first = decipher.update(readAt(file, container.ciphertextAt, blockBytes));
  return first[0] === 0x1f && first[1] === 0x8b && first[2] === 8;
}

/** PKCS #7 padding in the last block, and nothing but zeros before it: a backup is filled up with zeros to a common size. */
function endsInPadding({ file, container: { hmacAt }, keys }: OpenFile): boolean {
  const [iv, block] = [hmacAt - 2 * blockBytes, hmacAt - blockBytes].map((at) => readAt(file, at, blockBytes));
  const last = createDecipheriv('aes-256-cbc', keys.aesKey, iv!).setAutoPadding(false).update(block!);
  const padding = last[blockBytes - 1]!;
  if (padding < 1 || padding > blockBytes) return false;
  const [filled, padded] = [last.subarray(0, blockBytes - padding), last.subarray(blockBytes - padding)];
  return filled.every((byte) => byte === 0) && padded.every((byte) => byte === padding);
}

function* decrypt(open: OpenFile): Generator<Buffer, void, undefined> {
  const { file, container, keys } = open;
  const iv = readAt(file, container.ivAt, ivBytes);
  const hmac = createHmac('sha256', keys.hmacKey).update(iv);
  const decipher = createDecipheriv('aes-256-cbc', keys.aesKey, iv);
  for (const piece of filePieces(file, container.ciphertextAt, container.hmacAt)) {
    hmac.update(piece);
    yield decipher.update(piece);
  }
  const last = finalBlock(decipher);
  if (last === undefined || !isHmac(open, hmac.digest())) {
    throw new ChatFormatError('damaged', 'the backup changed while it was read; try again');
  }
  yield last;
}

/** OpenSSL says that padding is wrong by throwing from `final`, and throws nothing else there. */
function finalBlock(decipher: Decipheriv): Buffer | undefined {
  try {
    return decipher.final();
  } catch {
    return undefined;
  }
}

/**
 * One gzip member; zeros follow that only fill up the size. The decompressor stops at its own end, so what is left of the file is
 * read after it: the check at the end is part of the reading.
 */
async function* unpack(content: Generator<Buffer, void, undefined>): AsyncGenerator<Uint8Array, void, undefined> {
  const gunzip = createGunzip({ chunkSize: unpackedPieceBytes });
  let failure: unknown;
  const next = (): IteratorResult<Buffer, void> => {
    try {
      return content.next();
    } catch (error) {
      failure = error;
      throw error;
    }
  };
  // without a `return`, so that a stream that ends early does not end the reading
  const source = Readable.from({ [Symbol.iterator]: () => ({ next }) }, { objectMode: false });
  pipeline(source, gunzip, () => undefined);
  try {
    for await (const piece of gunzip) yield piece as Uint8Array;
    while (next().done !== true);
  } catch (error) {
    throw failure instanceof ChatFormatError ? failure : undecompressed(error);
  }
  if (failure instanceof ChatFormatError) throw failure;
}

const undecompressed = (cause: unknown): ChatFormatError =>
  new ChatFormatError('damaged', 'the decrypted content cannot be decompressed', { cause });
