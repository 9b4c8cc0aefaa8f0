import { ChatFormatError } from '../errors';
import { identifyFile } from '@coffer/file-kinds';

declare const brand: unique symbol;

/** The 32 bytes of WhatsApp's 64-digit key. Wipe after use. */
export type WhatsAppBackupKey = Uint8Array<ArrayBuffer> & { readonly [brand]: 'WhatsAppBackupKey' };

const keyBytes = 32;
const javaHeadBytes = 27;

/**
 * Reads a 64-digit key as people write it: upper or lower case, in groups or not, with blanks, dashes, colons or line ends.
 *
 * @throws ChatFormatError `invalid-key` naming how many digits there are, never which
 */
export function parseBackupKeyDigits(text: string): WhatsAppBackupKey {
  const digits = text.replaceAll(/[\s\-–—:.,_\u200b-\u200f\u2060\ufeff]/g, '');
  if (!/^[0-9a-f]*$/i.test(digits)) {
    throw new ChatFormatError('invalid-key', 'a 64-digit key has the digits 0-9 and a-f only; this has others');
  }
  if (digits.length !== 2 * keyBytes) {
    throw new ChatFormatError('invalid-key', `a 64-digit key has 64 digits; this has ${digits.length}`);
  }
  const key = new Uint8Array(keyBytes);
  for (let index = 0; index < keyBytes; index++)
    key[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  return key as WhatsAppBackupKey;
}

/**
 * Reads a key from a file: encrypted_backup.key (59 bytes), or text that holds the 64 digits.
 *
 * @throws ChatFormatError `invalid-key`; `wrong-key` where it is the `key` file of crypt12 and crypt14
 */
export function readBackupKeyFile(content: Uint8Array): WhatsAppBackupKey {
  const { kind } = identifyFile(content);
  if (kind === 'whatsapp-backup-key' && content.length === javaHeadBytes + keyBytes) {
    // a copy whatever the content is: slice of a Node Buffer would be a view, and die with it
    return new Uint8Array(content.subarray(javaHeadBytes)) as WhatsAppBackupKey;
  }
  if (kind === 'whatsapp-key-file') {
    throw new ChatFormatError(
      'wrong-key',
      'this key file opens crypt12 and crypt14 backups of one phone; a crypt15 backup wants the 64-digit key or encrypted_backup.key',
    );
  }
  if (kind !== 'text' || content.length > 1024) {
    throw new ChatFormatError(
      'invalid-key',
      'this file is no key: expected encrypted_backup.key or text with 64 digits',
    );
  }
  return parseBackupKeyDigits(new TextDecoder().decode(content));
}
