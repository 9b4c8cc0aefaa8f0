import { hkdfSha256 } from '@coffer/crypto';
import { fromHex } from '@coffer/foundation';
import type { WhatsAppBackupKey } from './backup-key';

const noSalt = new Uint8Array();
const namePattern = /^([0-9a-f]{64})\.mcrypt1$/;

/** Bytes of the GCM tag at the end of an encrypted media file. */
export const mediaTagBytes = 16;

/** What opens one encrypted media file. Wipe `key` after use. */
export interface MediaFileKey {
  /** AES-256. */
  readonly key: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
}

/** Whether a file's name is that of media in an end-to-end encrypted backup: 64 hexadecimal digits and `.mcrypt1`. */
export const isEncryptedMediaName = (name: string): boolean => namePattern.test(name);

/**
 * The key of one media file of an end-to-end encrypted WhatsApp backup: HKDF-SHA-256 of the 64-digit key, with the 32 bytes that the
 * file's name spells as info; 32 bytes of key, then 16 of nonce. The file is ciphertext and GCM tag, without any header.
 *
 * @param name - see `isEncryptedMediaName`; undefined for any other
 */
export function mediaFileKey(root: WhatsAppBackupKey, name: string): MediaFileKey | undefined {
  const digits = namePattern.exec(name)?.[1];
  if (digits === undefined) return undefined;
  const both = hkdfSha256(root, noSalt, fromHex(digits), 48);
  return { key: both.subarray(0, 32), iv: both.subarray(32) };
}
