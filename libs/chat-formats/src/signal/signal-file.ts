import { equalBytes } from '@coffer/foundation';
import { ChatFormatError } from '../errors';
import { letOthers, type Ciphers, type PieceSource } from '../platform';
import { deriveFileKeys, type SignalFileKeys } from './backup-keys';
import { hmacBytes, ivBytes, readSignalContainer, signalHeadBytes, type SignalContainer } from './container';
import type { SignalKeys } from './recovery-key';

const blockBytes = 16;

/** A Signal backup (version 2) whose HMAC was checked. */
export interface SignalFile {
  readonly container: SignalContainer;
  /**
   * The decrypted and unpacked records; a piece is valid until the next. The file is read again and its HMAC is checked again at the end.
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
 * Opens a Signal backup, which this takes over: reads it once to check the HMAC under the keys before anything is decrypted for use. Memory does not grow
 * with the file.
 *
 * @throws ChatFormatError `damaged`, `wrong-key`
 */
export async function openSignalContent(
  file: PieceSource,
  ciphers: Ciphers,
  keys: SignalKeys,
  { onRead = () => undefined, signal }: SignalFileOptions = {},
): Promise<SignalFile> {
  const fileKeys = deriveFileKeys(keys);
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fileKeys.aesKey.fill(0);
    fileKeys.hmacKey.fill(0);
    file.close();
  };
  try {
    const container = readSignalContainer(file.readAt(0, signalHeadBytes), file.sizeBytes);
    const open: OpenFile = { file, ciphers, container, keys: fileKeys };
    const hmac = ciphers.hmacSha256(fileKeys.hmacKey);
    for (const piece of file.pieces(container.ivAt, container.hmacAt)) {
      hmac.update(piece);
      onRead(piece.length);
      await letOthers();
      signal?.throwIfAborted();
    }
    if (!isHmac(open, hmac.digest())) throw notAuthentic(open, keys);
    return { container, chunks: () => ciphers.gunzip(decrypt(open)), close };
  } catch (error) {
    close();
    throw error;
  }
}

interface OpenFile {
  readonly file: PieceSource;
  readonly ciphers: Ciphers;
  readonly container: SignalContainer;
  readonly keys: SignalFileKeys;
}

function isHmac({ file, container: { hmacAt } }: OpenFile, digest: Uint8Array): boolean {
  return equalBytes(file.readAt(hmacAt, hmacBytes), digest);
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

function startsAsGzip({ file, ciphers, container, keys }: OpenFile): boolean {
  const decrypt = ciphers.aesCbc(keys.aesKey, file.readAt(container.ivAt, ivBytes));
  const first = decrypt(file.readAt(container.ciphertextAt, blockBytes));
  return first[0] === 0x1f && first[1] === 0x8b && first[2] === 8;
}

/** PKCS #7 padding in the last block, and nothing but zeros before it: a backup is filled up with zeros to a common size. */
function endsInPadding({ file, ciphers, container: { hmacAt }, keys }: OpenFile): boolean {
  const [iv, block] = [hmacAt - 2 * blockBytes, hmacAt - blockBytes].map((at) => file.readAt(at, blockBytes));
  const last = ciphers.aesCbc(keys.aesKey, iv!)(block!);
  const padding = paddingOf(last);
  return padding !== undefined && last.subarray(0, blockBytes - padding).every((byte) => byte === 0);
}

/** Bytes of PKCS #7 padding at the end of a block; absent where there is none. */
function paddingOf(bytes: Uint8Array): number | undefined {
  const padding = bytes.at(-1) ?? 0;
  if (padding < 1 || padding > blockBytes || padding > bytes.length) return undefined;
  return bytes.subarray(-padding).every((byte) => byte === padding) ? padding : undefined;
}

/** The last block is held back until the HMAC has held once more. */
function* decrypt(open: OpenFile): Generator<Uint8Array, void, undefined> {
  const { file, ciphers, container, keys } = open;
  const iv = file.readAt(container.ivAt, ivBytes);
  const hmac = ciphers.hmacSha256(keys.hmacKey);
  hmac.update(iv);
  const next = ciphers.aesCbc(keys.aesKey, iv);
  let held = new Uint8Array();
  for (const piece of file.pieces(container.ciphertextAt, container.hmacAt)) {
    hmac.update(piece);
    const plain = next(piece);
    if (held.length > 0) yield held;
    yield plain.subarray(0, -blockBytes);
    held = Uint8Array.from(plain.subarray(-blockBytes));
  }
  const padding = paddingOf(held);
  if (padding === undefined || !isHmac(open, hmac.digest())) {
    throw new ChatFormatError('damaged', 'the backup changed while it was read; try again');
  }
  yield held.subarray(0, -padding);
}
