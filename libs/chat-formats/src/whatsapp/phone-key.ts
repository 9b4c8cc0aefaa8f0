import { sha256 } from '@coffer/crypto';
import { equalBytes } from '@coffer/foundation';
import { ChatFormatError } from '../errors';

declare const brand: unique symbol;

/** Which of an account's keys opens a crypt12 or crypt14 backup. Stands in the backup's header and in the key file. */
export interface PhoneKeyName {
  /** 1 to 3 so far. */
  readonly keyVersion: number;
  /** 32 bytes. */
  readonly serverSalt: Uint8Array;
  /** 16 bytes. */
  readonly googleId: Uint8Array;
}

/** What the file named `key` holds: the key itself, 32 bytes, and its name. Wipe `bytes` after use. */
export interface WhatsAppPhoneKey extends PhoneKeyName {
  readonly bytes: Uint8Array<ArrayBuffer> & { readonly [brand]: 'WhatsAppPhoneKey' };
}

/** Bytes of the file: a Java head of 27, then 131. */
const phoneKeyFileBytes = 158;

/**
 * Reads the 158-byte file `key` of the phone's private folder: after the head 00 02 or so (cipher version), the key's version,
 * server salt, google id, SHA-256 of the google id, 16 zeros, the key.
 *
 * @throws ChatFormatError `invalid-key` where it is cut, longer, or its own check value is wrong
 */
export function readPhoneKeyFile(content: Uint8Array): WhatsAppPhoneKey {
  const isWhole =
    content.length === phoneKeyFileBytes && equalBytes(sha256(content.subarray(62, 78)), content.subarray(78, 110));
  if (!isWhole) {
    throw new ChatFormatError(
      'invalid-key',
      `this key file is damaged: it should have ${phoneKeyFileBytes} bytes that agree with each other. Copy it from the phone again.`,
    );
  }
  return {
    keyVersion: content[29]!,
    serverSalt: new Uint8Array(content.subarray(30, 62)),
    googleId: new Uint8Array(content.subarray(62, 78)),
    bytes: new Uint8Array(content.subarray(126, 158)) as WhatsAppPhoneKey['bytes'],
  };
}

/** Whether a backup says that it was encrypted under this key. The header that says so is not authenticated. */
export function isNamedBy(key: PhoneKeyName, header: PhoneKeyName): boolean {
  return (
    key.keyVersion === header.keyVersion &&
    equalBytes(key.serverSalt, header.serverSalt) &&
    equalBytes(key.googleId, header.googleId)
  );
}
