import { ChatFormatError } from '../errors';

declare const brand: unique symbol;

/** The 30 ASCII digits of a Signal backup file of an Android phone. Wipe after use. */
export type SignalPassphrase = Uint8Array & { readonly [brand]: 'SignalPassphrase' };

const digitCount = 30;

/**
 * Reads a passphrase as people write it: in groups of five or not.
 *
 * @throws ChatFormatError `invalid-key` naming how many digits there are, never which
 */
export function parseSignalPassphrase(text: string): SignalPassphrase {
  const digits = text.replaceAll(/[\s\-–—:.,_\u200b-\u200f\u2060\ufeff]/g, '');
  if (!/^[0-9]*$/.test(digits)) {
    throw new ChatFormatError('invalid-key', 'a passphrase of a Signal backup has digits only; this has others');
  }
  if (digits.length !== digitCount) {
    throw new ChatFormatError(
      'invalid-key',
      `a passphrase of a Signal backup has ${digitCount} digits; this has ${digits.length}`,
    );
  }
  return new TextEncoder().encode(digits) as SignalPassphrase;
}
