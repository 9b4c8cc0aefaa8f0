import { fromHex, utf8 } from '@coffer/foundation';
import { ChatFormatError } from '../errors';

declare const brand: unique symbol;

/** The 64 ASCII characters of Signal's recovery key (account entropy pool), as bytes. Wipe after use. */
export type SignalRecoveryKey = Uint8Array & { readonly [brand]: 'SignalRecoveryKey' };

/** What opens a Signal backup of version 2. */
export interface SignalKeys {
  readonly recoveryKey: SignalRecoveryKey;
  /** The account's ACI, 16 bytes. */
  readonly aci: Uint8Array;
  /** 32 bytes; only cloud backups of newer versions want it. */
  readonly token?: Uint8Array;
}

const recoveryKeyLength = 64;
const forwardSecrecyTokenBytes = 32;

/**
 * Reads a recovery key as people write it: upper or lower case, in groups or not.
 *
 * @throws ChatFormatError `invalid-key` naming how many characters there are, never which
 */
export function parseRecoveryKey(text: string): SignalRecoveryKey {
  const characters = text.replaceAll(/[\s\-–—:.,_\u200b-\u200f\u2060\ufeff]/g, '').toLowerCase();
  if (!/^[0-9a-z]*$/.test(characters)) {
    throw new ChatFormatError('invalid-key', 'a recovery key has the letters a-z and digits only; this has others');
  }
  if (characters.length !== recoveryKeyLength) {
    throw new ChatFormatError(
      'invalid-key',
      `a recovery key has ${recoveryKeyLength} characters; this has ${characters.length}`,
    );
  }
  return utf8(characters) as SignalRecoveryKey;
}

/** Reads an account id (ACI), a UUID. @throws ChatFormatError `invalid-key` */
export function parseAci(text: string): Uint8Array {
  const hex = text.trim().replaceAll('-', '').toLowerCase();
  if (/^[0-9a-f]{32}$/.test(hex)) return fromHex(hex);
  throw new ChatFormatError(
    'invalid-key',
    'the account id (ACI) is a UUID, such as 00000000-0000-4000-8000-000000000000',
  );
}

/** Reads a forward-secrecy token from a file: its 32 bytes, or 64 hexadecimal digits. @throws ChatFormatError `invalid-key` */
export function readForwardSecrecyToken(content: Uint8Array): Uint8Array {
  if (content.length === forwardSecrecyTokenBytes) return new Uint8Array(content);
  const text = content.length > 256 ? '' : new TextDecoder().decode(content).replaceAll(/\s/g, '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(text)) return fromHex(text);
  throw new ChatFormatError('invalid-key', 'a token file holds 32 bytes, or 64 hexadecimal digits; this holds neither');
}
