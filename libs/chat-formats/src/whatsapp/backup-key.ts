import { ChatFormatError } from '../errors';
import { identifyFile } from '@coffer/file-kinds';
import { readPhoneKeyFile, type WhatsAppPhoneKey } from './phone-key';

declare const brand: unique symbol;

/** The 32 bytes of WhatsApp's 64-digit key. Wipe after use. */
export type WhatsAppBackupKey = Uint8Array<ArrayBuffer> & { readonly [brand]: 'WhatsAppBackupKey' };

/** What opens WhatsApp backups: `key` crypt15, `phoneKey` crypt12 and crypt14. */
export interface WhatsAppKeys {
  readonly key?: WhatsAppBackupKey;
  readonly phoneKey?: WhatsAppPhoneKey;
}

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
 * Reads a key from a file: encrypted_backup.key (59 bytes), the phone's file `key` (158 bytes), or text that holds the 64
 * digits. The file says which of them it is, never its name.
 *
 * @returns copies, so that `content` can be wiped
 * @throws ChatFormatError `invalid-key`
 */
export function readWhatsAppKeyFile(content: Uint8Array): WhatsAppKeys {
  const { kind } = identifyFile(content);
  if (kind === 'whatsapp-key-file') return { phoneKey: readPhoneKeyFile(content) };
  if (kind === 'whatsapp-backup-key' && content.length === javaHeadBytes + keyBytes) {
    // a copy whatever the content is: slice of a Node Buffer would be a view, and die with it
    return { key: new Uint8Array(content.subarray(javaHeadBytes)) as WhatsAppBackupKey };
  }
  if (kind !== 'text' || content.length > 1024) {
    throw new ChatFormatError(
      'invalid-key',
      'this file is no key: expected encrypted_backup.key, the file named key of the phone, or text with 64 digits',
    );
  }
  return { key: parseBackupKeyDigits(new TextDecoder().decode(content)) };
}
