import { equalBytes } from '@coffer/foundation';
import { ChatFormatError } from '../errors';
import { letOthers, type Ciphers, type Digest, type PieceSource } from '../platform';
import type { AndroidKeys } from './android-keys';
import { readAndroidFrame, readAndroidHeader, type AndroidFrame, type AndroidHeader } from './frame';

const lengthBytes = 4;
const macBytes = 10;
const headerLimitBytes = 1024;
/** Longest record that is read; what is larger are attachments, which are no records. */
const frameLimitBytes = 32 * 1024 * 1024;
const newestVersion = 1;
const turnBytes = 4 * 1024 * 1024;

/** One record, authenticated. */
export interface AndroidRecord {
  readonly frame: AndroidFrame;
  /** As it was decrypted. */
  readonly bytes: Uint8Array;
  /**
   * The bytes that follow the record, decrypted, where some do; a piece is valid until the next. They are proven only at the end,
   * and proven all the same where nobody asks for them.
   */
  readonly blobPieces: () => Generator<Uint8Array, void, undefined>;
}

/** A Signal backup file of an Android phone of which every part was checked. */
export interface AndroidFile {
  readonly header: AndroidHeader;
  /** Bytes of all statements together. */
  readonly statementBytes: number;
  /** All records but the last. The file is read again and checked again. @throws ChatFormatError `damaged` */
  records(): Generator<AndroidRecord, void, undefined>;
  /** Closes the file and wipes the keys. */
  close(): void;
}

export interface AndroidFileOptions {
  /** Told how many more bytes were checked. */
  readonly onRead?: (bytes: number) => void;
  /** Stops the check; the error is the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Opens a Signal backup file of an Android phone, version 0 or 1: reads it once to check each part under the keys, to the record that
 * says that it is the last. Memory is one record.
 *
 * @param file - taken over
 * @param keysOf - see `deriveAndroidKeys`; its keys are wiped when the file is closed
 * @throws ChatFormatError `damaged`, `wrong-key`, `unsupported-format`
 */
export async function openAndroidContent(
  file: PieceSource,
  ciphers: Ciphers,
  keysOf: (salt: Uint8Array) => AndroidKeys,
  { onRead = () => undefined, signal }: AndroidFileOptions = {},
): Promise<AndroidFile> {
  let keys: AndroidKeys | undefined;
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    keys?.cipherKey.fill(0);
    keys?.macKey.fill(0);
    file.close();
  };
  try {
    const { sizeBytes } = file;
    const { header, endAt } = readHeader(file);
    keys = keysOf(header.salt);
    const open: OpenFile = { file, ciphers, sizeBytes, header, keys, startAt: endAt };
    let [statementBytes, told, turned] = [0, 0, 0];
    for (const { frame, bytes, endsAt } of readRecords(open)) {
      if (frame.kind === 'statement') statementBytes += bytes.length;
      onRead(endsAt - told);
      told = endsAt;
      if (endsAt - turned < turnBytes) continue;
      turned = endsAt;
      await letOthers();
      signal?.throwIfAborted();
    }
    return { header, statementBytes, records: () => readRecords(open), close };
  } catch (error) {
    close();
    throw error;
  }
}

interface OpenFile {
  readonly file: PieceSource;
  readonly ciphers: Ciphers;
  readonly sizeBytes: number;
  readonly header: AndroidHeader;
  readonly keys: AndroidKeys;
  /** Where the first encrypted record starts. */
  readonly startAt: number;
}

const damaged = (what: string): ChatFormatError =>
  new ChatFormatError(
    'damaged',
    `this Signal backup is damaged: ${what}. Nothing was written: copy the file again and compare the sizes.`,
  );

function readHeader(file: PieceSource): { readonly header: AndroidHeader; readonly endAt: number } {
  const first = file.readAt(0, lengthBytes);
  const length = first.length < lengthBytes ? 0 : lengthIn(first);
  if (length === 0 || length > headerLimitBytes || lengthBytes + length > file.sizeBytes)
    throw damaged('it has no header');
  const header = readAndroidHeader(file.readAt(lengthBytes, length));
  if (header.version > newestVersion) {
    throw new ChatFormatError(
      'unsupported-format',
      `this Signal backup is of version ${header.version}; versions 0 and ${newestVersion} are read`,
    );
  }
  return { header, endAt: lengthBytes + length };
}

interface ReadRecord extends AndroidRecord {
  /** Where the next record starts; of the last, the size of the file. */
  readonly endsAt: number;
}

/** Goes over the records; one counter for each record and for each run of bytes. */
function* readRecords(open: OpenFile): Generator<ReadRecord, void, undefined> {
  let position: Position = { at: open.startAt, counter: new DataView(open.header.iv.buffer).getUint32(0) };
  for (let isFirst = true; ; isFirst = false) {
    const box = readBox(open, position);
    if (!box.isAuthentic) throw isFirst ? firstNotAuthentic(open, box) : damaged('a record was changed, or is cut off');
    const frame = readAndroidFrame(box.bytes);
    if (frame.kind === 'end') {
      if (box.next.at !== open.sizeBytes) throw damaged('something follows its end');
      return;
    }
    const blobBytes = 'blobBytes' in frame ? frame.blobBytes : 0;
    const blobAt = box.next;
    const hasBlob = 'blobBytes' in frame;
    const endsAt = hasBlob ? endOfBlob(open, blobAt, blobBytes) : blobAt.at;
    let isProven = !hasBlob;
    const blobPieces = function* (): Generator<Uint8Array, void, undefined> {
      if (!hasBlob) return;
      yield* readBlob(open, blobAt, blobBytes);
      isProven = true;
    };
    yield { frame, bytes: box.bytes, blobPieces, endsAt };
    if (!isProven) proveBlob(open, blobAt, blobBytes);
    position = { at: endsAt, counter: hasBlob ? blobAt.counter + 1 : blobAt.counter };
  }
}

interface Position {
  readonly at: number;
  readonly counter: number;
}

interface Box {
  readonly isAuthentic: boolean;
  /** Decrypted; empty where it is not authentic. */
  readonly bytes: Uint8Array;
  /** Where the next one would be. */
  readonly next: Position;
}

const noBytes = new Uint8Array();

/** One encrypted record: its length, in version 1 encrypted and authenticated with it, ciphertext, and ten bytes of HMAC. */
function readBox({ file, ciphers, sizeBytes, header, keys }: OpenFile, { at, counter }: Position): Box {
  const decrypt = ciphers.aesCtr(keys.cipherKey, counterBlock(header.iv, counter));
  const mac = ciphers.hmacSha256(keys.macKey);
  const nowhere: Box = { isAuthentic: false, bytes: noBytes, next: { at: sizeBytes, counter } };
  const lengthPart = file.readAt(at, lengthBytes);
  if (lengthPart.length < lengthBytes) return nowhere;
  const isLengthEncrypted = header.version === 1;
  if (isLengthEncrypted) mac.update(lengthPart);
  const length = lengthIn(isLengthEncrypted ? decrypt(lengthPart) : lengthPart);
  const next: Position = { at: at + lengthBytes + length, counter: counter + 1 };
  if (length < macBytes || length > frameLimitBytes || next.at > sizeBytes) return nowhere;
  const content = file.readAt(at + lengthBytes, length);
  if (content.length < length) return nowhere;
  const encrypted = content.subarray(0, length - macBytes);
  mac.update(encrypted);
  const isAuthentic = isMac(mac, content.subarray(length - macBytes));
  return { isAuthentic, bytes: isAuthentic ? new Uint8Array(decrypt(encrypted)) : noBytes, next };
}

/** The first record fails under a wrong passphrase; where the second one holds, the passphrase is right and the first is damaged. */
function firstNotAuthentic(open: OpenFile, first: Box): ChatFormatError {
  if (first.next.at < open.sizeBytes && readBox(open, first.next).isAuthentic) return damaged('a record was changed');
  return new ChatFormatError(
    'wrong-key',
    'this passphrase does not open this backup. Nothing was written: it is the one of 30 digits that Signal showed when backups were turned on.',
  );
}

function endOfBlob({ sizeBytes }: OpenFile, { at }: Position, length: number): number {
  const end = at + length + macBytes;
  if (!Number.isSafeInteger(length) || end > sizeBytes) throw damaged('an attachment is cut off');
  return end;
}

/** The bytes behind a record, decrypted; an error at the end where they were changed. */
function* readBlob(
  { file, ciphers, header, keys }: OpenFile,
  { at, counter }: Position,
  length: number,
): Generator<Uint8Array, void, undefined> {
  const iv = counterBlock(header.iv, counter);
  const mac = ciphers.hmacSha256(keys.macKey);
  mac.update(iv);
  const decrypt = ciphers.aesCtr(keys.cipherKey, iv);
  for (const piece of file.pieces(at, at + length)) {
    mac.update(piece);
    yield decrypt(piece);
  }
  if (!isMac(mac, file.readAt(at + length, macBytes))) throw changedBlob();
}

/** As `readBlob`, without decrypting. */
function proveBlob({ file, ciphers, header, keys }: OpenFile, { at, counter }: Position, length: number): void {
  const mac = ciphers.hmacSha256(keys.macKey);
  mac.update(counterBlock(header.iv, counter));
  for (const piece of file.pieces(at, at + length)) mac.update(piece);
  if (!isMac(mac, file.readAt(at + length, macBytes))) throw changedBlob();
}

const changedBlob = (): ChatFormatError => damaged('an attachment was changed');

/** The IV of the header with its first four bytes as a counter. */
function counterBlock(iv: Uint8Array, counter: number): Uint8Array {
  const block = new Uint8Array(iv);
  new DataView(block.buffer).setUint32(0, counter % 2 ** 32);
  return block;
}

const isMac = (mac: Digest, written: Uint8Array): boolean => equalBytes(mac.digest().subarray(0, macBytes), written);

/** A length as four bytes, the highest first. */
const lengthIn = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
