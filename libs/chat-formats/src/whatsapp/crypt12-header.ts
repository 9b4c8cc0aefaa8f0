import { ChatFormatError } from '../errors';
import type { BackupPrefix } from './backup-prefix';

const headerBytes = 67;

/** Whether a file starts as crypt12 does: 00 01 and a key version of 1 to 3. */
export function isCrypt12Header(firstBytes: Uint8Array): boolean {
  const [first, second, version] = firstBytes;
  return first === 0 && second === 1 && version !== undefined && version >= 1 && version <= 3;
}

/**
 * The 67 bytes before the ciphertext of a crypt12 file: 00 01, key version, server salt (32), google id (16), nonce (16).
 *
 * @throws ChatFormatError `damaged` where the file ends before
 */
export function readCrypt12Header(firstBytes: Uint8Array): BackupPrefix {
  if (firstBytes.length < headerBytes) {
    throw new ChatFormatError('damaged', 'this file ends within its header: it is cut off. Nothing was written.');
  }
  const part = (start: number, end: number): Uint8Array => new Uint8Array(firstBytes.subarray(start, end));
  return {
    headerBytes,
    generation: 'crypt12',
    iv: part(51, 67),
    phoneKey: { keyVersion: firstBytes[2]!, serverSalt: part(3, 35), googleId: part(35, 51) },
    flags: [],
  };
}

/** Whether the last four bytes are those of a crypt12 file: two dashes or digits, then two digits. */
export function isCrypt12Ending(lastBytes: Uint8Array): boolean {
  return /^[-\d]{2}\d\d$/.test(String.fromCharCode(...lastBytes.subarray(-4)));
}
