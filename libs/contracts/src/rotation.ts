import { z } from 'zod';
import { keyslot } from './keyslots';
import { limits } from './limits';
import { base64UrlBetween, base64UrlOf, count, keyIdText } from './text-forms';

/** An act by which an owner key hands over to the next one: the former key's signature and the new key's, over the same bytes. */
export const coSignedStatement = z
  .strictObject({
    statement: base64UrlBetween(1, 1024),
    signature: base64UrlOf(64),
    coSignature: base64UrlOf(64),
    body: base64UrlBetween(1, 65_536),
  })
  .meta({ id: 'CoSignedStatement' });

/** @see coSignedStatement */
export type CoSignedStatement = z.infer<typeof coSignedStatement>;

/** The account under its new backup key. */
export const rotatedAccount = z
  .strictObject({
    ownerGeneration: count.min(2),
    keyId: keyIdText,
    keyslots: z.array(keyslot),
    attemptsRemaining: count.max(limits.guesses),
  })
  .meta({ id: 'RotatedAccount' });

/** @see rotatedAccount */
export type RotatedAccount = z.infer<typeof rotatedAccount>;
