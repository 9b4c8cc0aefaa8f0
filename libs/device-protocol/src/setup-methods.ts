import { z } from 'zod';
import { count, instant, keyIdHex, method, nothing } from './method';

const digits = z.string().max(512);
const password = z.string().min(1).max(1024);
/** Number of a group of four digits, counted from 1 in the order of the key. */
const group = z.int().min(1).max(16);

const begunSchema = z.strictObject({
  keyIdHex,
  /** Four rows of four groups, each with the two letters that find a typing error in it. */
  rows: z
    .array(
      z.strictObject({ groups: z.array(z.string().regex(/^[0-9a-f]{4}$/)).length(4), check: z.string().length(2) }),
    )
    .length(4),
});

/** A backup key that is being set up, as the person is to record it. */
export type BegunSetup = z.infer<typeof begunSchema>;

const activatedSchema = z.strictObject({
  keyIdHex,
  /** False where the place for backups could not be made now: the device with the chats makes it later. */
  isRepositoryMade: z.boolean(),
});

/**
 * The set-up of an account's first backup key, and the question whether its secret is still known. The digits of a key that is
 * being set up, and its emergency kit, are the only secrets that a device ever answers: a person is to record them.
 */
export const setupMethods = {
  /** Makes a backup key in the device. Nothing leaves it. Fails with `key-exists` where the account has one, or backups of one. */
  beginSetup: method(nothing, begunSchema),
  /** Takes up the key of a set-up that a sign-in interrupted: the person types what was recorded. Fails with `wrong-key`. */
  resumeSetup: method(z.strictObject({ digits, keyIdHex }), z.strictObject({ keyIdHex })),
  /** The emergency kit of the key that is being set up, a PDF of one page. */
  makeKit: method(nothing, z.strictObject({ content: z.instanceof(Blob) })),
  /** The digits typed back: tells the vault that they are recorded. Needs a fresh sign-in. Fails with `wrong-key` where they differ. */
  activateDigits: method(z.strictObject({ digits }), activatedSchema),
  /** Sets the password of the key that is being set up, and proves it. Needs a fresh sign-in. */
  activatePassword: method(z.strictObject({ password }), activatedSchema),
  /** Forgets the key that was being set up. */
  endSetup: method(nothing, nothing),

  /** Two groups of the digits, by number, which the device has drawn to be asked for. Needs the open backup. */
  askGroups: method(nothing, z.strictObject({ groups: z.array(group).length(2) })),
  /**
   * Whether the secret is still known. Groups are compared with the key of the open backup; digits with the account's key id; a
   * password by a real recovery, which costs a guess where it is wrong and is refused (`too-few-guesses`) below six. The vault
   * hears how it went, where the key is at hand to sign that.
   */
  checkSecret: method(
    z.discriminatedUnion('by', [
      z.strictObject({ by: z.literal('groups'), typed: z.array(z.string().max(64)).length(2) }),
      z.strictObject({ by: z.literal('digits'), digits }),
      z.strictObject({ by: z.literal('password'), password }),
    ]),
    z.strictObject({
      isRight: z.boolean(),
      /** When the account is asked next; null where the vault could not be told. */
      nextCheckAt: instant.nullable(),
      /** Failed checks in a row. */
      failures: count,
      /** Whether another keyslot should be made while a device holds the key. */
      shouldOfferKeyslot: z.boolean(),
    }),
  ),
} as const;
