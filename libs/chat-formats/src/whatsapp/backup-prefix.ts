import { ChatFormatError } from '../errors';
import { readFields, readVarint, type ProtobufField } from './protobuf';

/** Longest prefix that is looked at, its length included, in bytes. The app writes fewer than 300. */
export const backupPrefixLimit = 64 * 1024;

/** What stands before the ciphertext of a crypt14 or crypt15 file. Unauthenticated: for finding the way, not for trust. */
export interface BackupPrefix {
  /** Bytes of the length and the prefix together: where the ciphertext begins. */
  readonly headerBytes: number;
  readonly generation: 'crypt14' | 'crypt15';
  /** 16 bytes. */
  readonly iv: Uint8Array;
  readonly appVersion?: string;
  /** Last digits of the phone number. */
  readonly numberEndsWith?: string;
  readonly deviceModel?: string;
  /** Migration flags that are set, by field number; only chat databases carry them. */
  readonly flags: readonly number[];
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
  const iv = bytesField([...readFields(cipher)], crypt15 === undefined ? 5 : 1);
  if (iv?.length !== 16) return undefined;
  const info = [...readFields(bytesField(fields, 4) ?? new Uint8Array())];
  return {
    headerBytes,
    generation: crypt15 === undefined ? 'crypt14' : 'crypt15',
    iv: new Uint8Array(iv),
    ...textField('appVersion', info, 1),
    ...textField('deviceModel', info, 2),
    ...textField('numberEndsWith', info, 3),
    flags: info.filter(({ number, value }) => number >= 5 && number !== 38 && value === 1).map(({ number }) => number),
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
