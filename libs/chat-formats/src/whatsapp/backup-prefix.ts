import { ChatFormatError } from '../errors';
import { isCrypt12Header, readCrypt12Header } from './crypt12-header';
import type { PhoneKeyName } from './phone-key';
import { readFields, readVarint, type ProtobufField } from '../protobuf/read-fields';

/** Longest prefix that is looked at, its length included, in bytes. The app writes fewer than 300. */
export const backupPrefixLimit = 64 * 1024;

/** What stands before the ciphertext of a WhatsApp backup. Unauthenticated: for finding the way, not for trust. */
export interface BackupPrefix {
  /** Bytes of the length and the prefix together: where the ciphertext begins. */
  readonly headerBytes: number;
  readonly generation: 'crypt12' | 'crypt14' | 'crypt15';
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** Only of crypt12 and crypt14: which key file opens it. */
  readonly phoneKey?: PhoneKeyName;
  readonly appVersion?: string;
  /** Last digits of the phone number. */
  readonly numberEndsWith?: string;
  readonly deviceModel?: string;
  /** Migration flags that are set, by field number; only chat databases carry them. */
  readonly flags: readonly number[];
}

/**
 * What stands before the ciphertext, whichever of the three generations it is: a crypt14 or crypt15 file never starts with a
 * zero, which would be the length of its prefix.
 *
 * @param firstBytes - the file's first 64 KiB, or all of it
 * @throws ChatFormatError `damaged`
 */
export function readBackupHeader(firstBytes: Uint8Array): BackupPrefix {
  return isCrypt12Header(firstBytes) ? readCrypt12Header(firstBytes) : readBackupPrefix(firstBytes);
}

/**
 * Reads the prefix of a crypt14 or crypt15 file: a varint length and a protobuf message; where that gives no prefix, a
 * length of one byte followed by 01, which another tool writes. Unknown fields are skipped.
 *
 * @param firstBytes - the file's first 64 KiB, or all of it
 * @throws ChatFormatError `damaged`
 */
export function readBackupPrefix(firstBytes: Uint8Array): BackupPrefix {
  const length = readVarint(firstBytes, 0);
  const prefix = tryPrefix(firstBytes, length.next, length.value);
  if (prefix !== undefined) return prefix;
  const [size, marker] = firstBytes;
  const other = marker === 1 && size !== undefined ? tryPrefix(firstBytes, 2, size) : undefined;
  if (other !== undefined) return other;
  throw new ChatFormatError(
    'damaged',
    'the header of this file cannot be read: it is damaged, or not a WhatsApp backup. Nothing was written.',
  );
}

function tryPrefix(bytes: Uint8Array, start: number, length: number): BackupPrefix | undefined {
  if (length === 0 || start + length > Math.min(bytes.length, backupPrefixLimit)) return undefined;
  try {
    return readPrefix([...readFields(bytes.subarray(start, start + length))], start + length);
  } catch (error) {
    if (error instanceof ChatFormatError) return undefined;
    throw error;
  }
}

function readPrefix(fields: readonly ProtobufField[], headerBytes: number): BackupPrefix | undefined {
  const crypt14 = bytesField(fields, 2);
  const crypt15 = bytesField(fields, 3);
  const cipher = crypt15 ?? crypt14;
  if (cipher === undefined) return undefined;
  const cipherFields = [...readFields(cipher)];
  const iv = bytesField(cipherFields, crypt15 === undefined ? 5 : 1);
  if (iv?.length !== 16) return undefined;
  const phoneKey = crypt15 === undefined ? phoneKeyName(cipherFields) : undefined;
  const info = [...readFields(bytesField(fields, 4) ?? new Uint8Array())];
  return {
    headerBytes,
    generation: crypt15 === undefined ? 'crypt14' : 'crypt15',
    iv: new Uint8Array(iv),
    ...(phoneKey === undefined ? {} : { phoneKey }),
    ...textField('appVersion', info, 1),
    ...textField('deviceModel', info, 2),
    ...textField('numberEndsWith', info, 3),
    flags: info.filter(({ number, value }) => number >= 5 && number !== 38 && value === 1).map(({ number }) => number),
  };
}

/** The key version stands there as an ASCII digit; a name without all three parts is as good as none. */
function phoneKeyName(cipher: readonly ProtobufField[]): PhoneKeyName | undefined {
  const [version, serverSalt, googleId] = [2, 3, 4].map((number) => bytesField(cipher, number));
  if (version?.length !== 1 || serverSalt?.length !== 32 || googleId?.length !== 16) return undefined;
  return {
    keyVersion: version[0]! - 0x30,
    serverSalt: new Uint8Array(serverSalt),
    googleId: new Uint8Array(googleId),
  };
}

/** Of a field that is there more than once the last one counts. */
function bytesField(fields: readonly ProtobufField[], number: number): Uint8Array | undefined {
  const value = fields.findLast((field) => field.number === number)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

function textField<Name extends string>(
  name: Name,
  fields: readonly ProtobufField[],
  number: number,
): { readonly [K in Name]?: string } {
  const value = bytesField(fields, number);
  if (value === undefined) return {};
  // untrusted and shown on terminals: no control characters
  const text = new TextDecoder().decode(value.subarray(0, 256)).replaceAll(/\p{C}/gu, '\ufffd');
  return { [name]: text } as { readonly [K in Name]?: string };
}
