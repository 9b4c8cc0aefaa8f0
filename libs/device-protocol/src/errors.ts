import { CofferError, type CofferErrorOptions } from '@coffer/foundation';

/**
 * Every way in which a request to a device can fail, as a page must tell them apart.
 *
 * | code | what it means for the person |
 * |---|---|
 * | `wrong-key` | well-formed digits that open another backup; costs nothing |
 * | `malformed-key` | not 64 hexadecimal digits; costs nothing |
 * | `malformed-password` | holds characters that no password can have, or too many; costs nothing |
 * | `wrong-guess` | the password did not open it; fields `attemptsRemaining`, `nextAttemptAt` (RFC 3339 or null) |
 * | `attempt-too-early` | the next guess is not open yet; nothing was spent; `nextAttemptAt`, `attemptsRemaining` |
 * | `guesses-vetoed` | the account's owner has stopped guesses; nothing was spent; `nextAttemptAt`, `attemptsRemaining` |
 * | `no-attempts-left` | the password keyslot is gone or has no guesses left; other keyslots still work |
 * | `wrong-passkey` | what the passkey gave does not open the backup; costs nothing |
 * | `no-passkey` | no passkey of this address opens this backup; costs nothing |
 * | `last-keyslot` | a passkey would be the only way to the backup key; nothing was added |
 * | `too-many-keyslots` | the account has as many passkeys as it may have; nothing was added |
 * | `sign-in-too-old` | the request needs a sign-in of the last five minutes; nothing was changed |
 * | `key-changed` | the account has another backup key than the device knows, or none; nothing was changed |
 * | `key-exists` | the account has a backup key, or backups of one: no other is made beside it |
 * | `too-few-guesses` | too few guesses are left to spend one on a check; nothing was spent |
 * | `new-start-not-open` | the new start still waits, or its time is over; `nextAttemptAt` |
 * | `undo-pending` | a new start can still be undone; nothing was changed |
 * | `account-closed` | the account is being deleted; nothing can be done with it any more |
 * | `weak-password` | the new password could be guessed; nothing was changed |
 * | `too-many-registrations` | too many passwords were set today; nothing was changed |
 * | `wrong-code` | not the code that was sent to the address |
 * | `already-exists` | the account is told there already |
 * | `too-many-channels` | no further place fits, or too many addresses were named today |
 * | `not-offered` | this deployment does not send that, or not to this push service |
 * | `refused` | the vault does not take what was given: an address, a time zone; nothing was changed |
 * | `ledger-unsigned` | the checkpoint is not signed by the pinned key |
 * | `ledger-rolled-back` | the ledger shows an earlier state than this browser has seen |
 * | `ledger-forked` | the ledger shows another history than this browser has seen |
 * | `ledger-broken` | chain, tree or budget do not agree; `reason` |
 * | `ledger-behind` | the newest events are not in the tree yet |
 * | `ledger-memory-damaged` | what this browser remembers of the ledger can no longer be read |
 * | `signed-out` | the session of the page has ended; sign in again |
 * | `offline` | the server was not reached; nothing was spent that an answer would have shown |
 * | `unavailable` | the server answered that it cannot serve now; `retryAfterSeconds` or null |
 * | `throttled` | too many requests; `retryAfterSeconds` or null |
 * | `server-changed` | the server is not the one of deployment.json; a hard stop |
 * | `damaged` | bytes of the backup are missing, altered or of an older state than one seen before |
 * | `unsupported-format` | a newer format than this device reads |
 * | `not-found` | no such backup, snapshot or conversation |
 * | `not-a-backup` | the file is none that a device knows |
 * | `key-required` | the file wants a key, and none of its kind was given |
 * | `no-chats` | the file was opened, and there are no conversations in it |
 * | `too-large` | the file is larger than a browser can hold |
 * | `unreadable` | the browser can read the file no more: it was moved, changed, or its drive is gone |
 * | `locked` | the request needs the backup key, and the device does not hold it |
 * | `cancelled` | the page took the request back |
 * | `protocol` | page and device do not speak the same version, or a message is malformed |
 * | `failed` | anything else; a fault of this software |
 */
export const deviceErrorCodes = [
  'wrong-key',
  'malformed-key',
  'malformed-password',
  'wrong-guess',
  'attempt-too-early',
  'guesses-vetoed',
  'no-attempts-left',
  'wrong-passkey',
  'no-passkey',
  'last-keyslot',
  'too-many-keyslots',
  'sign-in-too-old',
  'key-changed',
  'key-exists',
  'too-few-guesses',
  'new-start-not-open',
  'undo-pending',
  'account-closed',
  'weak-password',
  'too-many-registrations',
  'wrong-code',
  'already-exists',
  'too-many-channels',
  'not-offered',
  'refused',
  'ledger-unsigned',
  'ledger-rolled-back',
  'ledger-forked',
  'ledger-broken',
  'ledger-behind',
  'ledger-memory-damaged',
  'signed-out',
  'offline',
  'unavailable',
  'throttled',
  'server-changed',
  'damaged',
  'unsupported-format',
  'not-found',
  'not-a-backup',
  'key-required',
  'no-chats',
  'too-large',
  'unreadable',
  'locked',
  'cancelled',
  'protocol',
  'failed',
] as const;
export type DeviceErrorCode = (typeof deviceErrorCodes)[number];

/** A request to a device failed. Thrown by handlers in the worker, and again, from the wire, by `DeviceClient.call`. */
export class DeviceError extends CofferError {
  declare readonly code: DeviceErrorCode;

  constructor(code: DeviceErrorCode, message: string, options: CofferErrorOptions = {}) {
    super(code, message, options);
  }
}
