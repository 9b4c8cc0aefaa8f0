import {
  accountDeletion,
  addressConfirmation,
  claims,
  newStart,
  newStartList,
  noticeChannel,
  noticeList,
  noticePreferences,
  noticeSettings,
  waitingDeletion,
} from '@coffer/contracts';
import { z } from 'zod';
import { budgetSchema, count, instant, keyIdHex, keyslotKind, method, nothing } from './method';

const uuid = z.uuid();

const heldKeyslotSchema = z.strictObject({
  keyslotId: uuid,
  kind: keyslotKind,
  /** Since when it opens the backup key. */
  provenAt: instant.nullable(),
});

/** One way to get the account's backup key back. */
export type HeldKeyslot = z.infer<typeof heldKeyslotSchema>;

const accountSchema = z.strictObject({
  /** Null while the account has no backup key. */
  keyIdHex: keyIdHex.nullable(),
  keyslots: z.array(heldKeyslotSchema),
  budget: budgetSchema,
});

/** The account as the vault describes it to a sign-in. */
export type AccountState = z.infer<typeof accountSchema>;

const ledgerEntrySchema = z.strictObject({
  number: count,
  /** As in docs/wire.md, "Kinds of events". */
  kind: z.string().max(64),
  at: instant,
  /** Guesses left after it. */
  remaining: count,
  /** Of the keyslot that it is about; null where it is about none. */
  keyslotKind: keyslotKind.nullable(),
});

/** One event of the account's ledger, verified. */
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/** A public checkpoint, and the place of the last event of each account that was checked. */
const ledgerMemory = z.string().min(1).max(1_000_000);

const checkedLedgerSchema = z.strictObject({
  /** Oldest first. */
  entries: z.array(ledgerEntrySchema),
  /** Entries in the whole ledger, which the vault has signed. */
  treeSize: count,
  /** Events whose place was verified now; the others were before. */
  newlyVerified: count,
  /** Guesses left, as the events give them. */
  remaining: count,
  /** Nothing was known of this ledger before. */
  isFirst: z.boolean(),
  /** What this browser has seen now: for the page to keep, and to give with the next check. Holds no secret. */
  seen: ledgerMemory,
});

/** A ledger that held. */
export type CheckedLedger = z.infer<typeof checkedLedgerSchema>;

/** What a page asks a device about the account that is signed in. Whatever says so needs the open backup, too. */
export const accountMethods = {
  /** Keyslots in use and guesses left. */
  readAccount: method(nothing, accountSchema),
  /** A page of the in-app feed, newest first. */
  listNotices: method(z.strictObject({ cursor: z.string().max(512).nullable() }), noticeList),
  /**
   * The account's ledger, verified by the device: chain, inclusion, consistency with what this browser has seen, and the signature
   * of the pinned key. Fails with a `ledger-…` code where it does not hold.
   */
  checkLedger: method(z.strictObject({ seen: ledgerMemory.nullable() }), checkedLedgerSchema),
  /** What this deployment can and cannot promise. */
  getClaims: method(nothing, claims),

  /** Where and when the account is told. */
  getNoticeSettings: method(nothing, noticeSettings),
  setNoticePreferences: method(noticePreferences, noticeSettings),
  /** Names an e-mail address, which gets a code. */
  addEmail: method(z.strictObject({ address: z.string().min(3).max(254) }), noticeChannel),
  confirmEmail: method(z.strictObject({ channelId: uuid, code: addressConfirmation.shape.code }), noticeChannel),
  /** Hands over the push subscription of this browser. */
  addPush: method(
    z.strictObject({ endpoint: z.url().max(2048), p256dh: z.string().max(128), auth: z.string().max(64) }),
    noticeChannel,
  ),
  removeChannel: method(z.strictObject({ channelId: uuid }), nothing),

  listNewStarts: method(nothing, newStartList),
  /** Needs a sign-in of the last five minutes: else `sign-in-too-old`. */
  beginNewStart: method(nothing, newStart),
  /** Signed by the key of the open backup. */
  cancelNewStart: method(z.strictObject({ newStartId: uuid }), newStart),
  /** Signed by the key of the open backup, which the new start has replaced. */
  undoNewStart: method(z.strictObject({ newStartId: uuid }), newStart),
  /** Makes a new backup key with its first password under an open new start, and an empty backup for it. Needs a fresh sign-in. */
  finishNewStart: method(
    z.strictObject({ newStartId: uuid, password: z.string().min(1).max(1024) }),
    z.strictObject({ keyIdHex, isRepositoryMade: z.boolean() }),
  ),

  /** How a new password would fare against somebody who guesses off-line. It goes nowhere. */
  ratePassword: method(
    z.strictObject({ password: z.string().max(1024) }),
    z.strictObject({ strength: z.enum(['refused', 'weak', 'good']) }),
  ),

  getDeletion: method(nothing, waitingDeletion),
  /** Asks for the deletion without the key. Needs a sign-in of the last five minutes: else `sign-in-too-old`. */
  askDeletion: method(nothing, accountDeletion),
  /** Signed by the key of the open backup. */
  cancelDeletion: method(z.strictObject({ deletionId: uuid }), nothing),
} as const;
