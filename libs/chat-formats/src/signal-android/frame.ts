import { ChatFormatError } from '../errors';
import { FieldCursor } from '../protobuf/field-cursor';
import { signedVarint } from '../protobuf/wire-reader';
import type { SqlValue } from '../sql';

/** The record before all others, not encrypted. */
export interface AndroidHeader {
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** 0 and 1 are known. */
  readonly version: number;
}

/** A statement and what stands for its question marks, in their order. */
export interface AndroidStatement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** One record. Of those that bytes follow, `blobBytes` says how many. */
export type AndroidFrame =
  | { readonly kind: 'statement'; readonly statement: AndroidStatement }
  | { readonly kind: 'attachment'; readonly rowId: number; readonly blobBytes: number }
  | { readonly kind: 'sticker'; readonly rowId: number; readonly blobBytes: number }
  /** A picture of somebody, or of a group: by the row in `recipient`, or by number, address or name in older apps. */
  | { readonly kind: 'avatar'; readonly person: string; readonly blobBytes: number }
  | { readonly kind: 'version'; readonly version: number }
  /** One of the app's own settings; text only where it is text. */
  | { readonly kind: 'keyValue'; readonly key: string; readonly text: string | undefined }
  | { readonly kind: 'preference' | 'end' | 'unknown' };

const utf8 = new TextDecoder();

/** Reads the header record. @throws ChatFormatError `damaged` where it names no IV of 16 and no salt */
export function readAndroidHeader(bytes: Uint8Array): AndroidHeader {
  const frame = new FieldCursor(bytes);
  let header: { iv?: Uint8Array; salt?: Uint8Array; version: number } = { version: 0 };
  while (frame.next()) {
    if (frame.number !== 1) continue;
    const field = new FieldCursor(bytes, frame.start, frame.end);
    header = { version: 0 };
    while (field.next()) {
      if (field.number === 1) header.iv = new Uint8Array(bytes.subarray(field.start, field.end));
      if (field.number === 2) header.salt = new Uint8Array(bytes.subarray(field.start, field.end));
      if (field.number === 3) header.version = field.value;
    }
  }
  const { iv, salt, version } = header;
  if (iv?.length === 16 && salt !== undefined && salt.length > 0) return { iv, salt, version };
  throw new ChatFormatError('damaged', 'the header of this Signal backup cannot be read. Nothing was written.');
}

/** Reads one decrypted record. @throws ChatFormatError `damaged` */
export function readAndroidFrame(bytes: Uint8Array): AndroidFrame {
  const cursor = new FieldCursor(bytes);
  if (!cursor.next()) return { kind: 'unknown' };
  const { number, start, end, value } = cursor;
  if (number === 2) return { kind: 'statement', statement: readStatement(bytes, start, end) };
  if (number === 3) return { kind: 'preference' };
  if (number === 4) {
    return { kind: 'attachment', rowId: numberIn(bytes, start, end, 1), blobBytes: numberIn(bytes, start, end, 3) };
  }
  if (number === 5) return { kind: 'version', version: numberIn(bytes, start, end, 1) };
  if (number === 6) return { kind: value === 0 ? 'unknown' : 'end' };
  if (number === 7) return readAvatar(bytes, start, end);
  if (number === 8) {
    return { kind: 'sticker', rowId: numberIn(bytes, start, end, 1), blobBytes: numberIn(bytes, start, end, 2) };
  }
  return number === 9 ? readKeyValue(bytes, start, end) : { kind: 'unknown' };
}

function numberIn(bytes: Uint8Array, start: number, end: number, field: number): number {
  const cursor = new FieldCursor(bytes, start, end);
  let value = 0;
  while (cursor.next()) if (cursor.number === field) value = cursor.value;
  return value;
}

function readAvatar(bytes: Uint8Array, start: number, end: number): AndroidFrame {
  const cursor = new FieldCursor(bytes, start, end);
  let [name, recipient, blobBytes] = ['', '', 0];
  while (cursor.next()) {
    if (cursor.number === 1) name = utf8.decode(bytes.subarray(cursor.start, cursor.end));
    if (cursor.number === 2) blobBytes = cursor.value;
    if (cursor.number === 3) recipient = utf8.decode(bytes.subarray(cursor.start, cursor.end));
  }
  return { kind: 'avatar', person: recipient === '' ? name : recipient, blobBytes };
}

function readKeyValue(bytes: Uint8Array, start: number, end: number): AndroidFrame {
  const cursor = new FieldCursor(bytes, start, end);
  let [key, text]: [string, string | undefined] = ['', undefined];
  while (cursor.next()) {
    if (cursor.number === 1) key = utf8.decode(bytes.subarray(cursor.start, cursor.end));
    if (cursor.number === 7) text = utf8.decode(bytes.subarray(cursor.start, cursor.end));
  }
  return { kind: 'keyValue', key, text };
}

function readStatement(bytes: Uint8Array, start: number, end: number): AndroidStatement {
  const cursor = new FieldCursor(bytes, start, end);
  const parameters: SqlValue[] = [];
  let sql = '';
  while (cursor.next()) {
    if (cursor.number === 1) sql = utf8.decode(bytes.subarray(cursor.start, cursor.end));
    if (cursor.number === 2) parameters.push(readParameter(bytes, cursor.start, cursor.end));
  }
  return { sql, parameters };
}

function readParameter(bytes: Uint8Array, start: number, end: number): SqlValue {
  const cursor = new FieldCursor(bytes, start, end);
  if (!cursor.next()) return null;
  const content = bytes.subarray(cursor.start, cursor.end);
  if (cursor.number === 1) return utf8.decode(content);
  if (cursor.number === 2 && cursor.wireType === 0) return signedVarint(bytes, cursor.start, cursor.end);
  if (cursor.number === 3 && cursor.wireType === 1) {
    return new DataView(content.buffer, content.byteOffset, 8).getFloat64(0, true);
  }
  return cursor.number === 4 ? new Uint8Array(content) : null;
}
