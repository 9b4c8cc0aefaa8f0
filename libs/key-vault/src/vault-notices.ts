import { maximumGuesses } from '@coffer/evidence';
import { toRfc3339 } from '@coffer/foundation';
import type { NewNotice } from './ports/rows';

type Notice = Omit<NewNotice, 'noticeId' | 'atMs' | 'eventNumber'>;

const left = (remaining: number): string =>
  remaining === 1 ? 'One guess is left.' : remaining === 0 ? 'No guess is left.' : `${remaining} guesses are left.`;

const provenTitles = {
  digits: 'A 64-digit key was recorded',
  password: 'A password now opens the backup key',
  passkey: 'A passkey now opens the backup key',
};

/** What the account is told. No notice holds a secret, and none tells whether there is a password keyslot. */
export const vaultNotices = {
  guess: (remaining: number): Notice => ({
    kind: 'guess',
    severity: remaining <= 3 ? 'urgent' : 'warning',
    title: `${maximumGuesses - remaining} password guesses without success`,
    text: `Somebody signed in to this account tries passwords. ${left(remaining)} If it was not you, sign out other devices at your identity provider and change its password; your 64-digit key is not affected.`,
  }),
  proven: (): Notice => ({
    kind: 'proven',
    severity: 'info',
    title: 'The password opened this account’s backup key',
    text: 'A device gave the right password and received the sealed backup key. All ten guesses are available again.',
  }),
  superseded: (): Notice => ({
    kind: 'login-superseded',
    severity: 'warning',
    title: 'An older password was given',
    text: 'A device gave a password that had just been replaced. Nothing was handed out.',
  }),
  guessesVetoed: (): Notice => ({
    kind: 'guesses-vetoed',
    severity: 'warning',
    title: 'Password guesses are stopped',
    text: 'A device with this account’s key has stopped all guesses for a while. Everything else goes on. The same key can lift this at any time.',
  }),
  vetoLifted: (): Notice => ({
    kind: 'veto-lifted',
    severity: 'info',
    title: 'Password guesses are taken again',
    text: 'A device with this account’s key has lifted its stop. What was guessed before stays spent.',
  }),
  newStartBegun: (opensAtMs: number): Notice => ({
    kind: 'new-start-begun',
    severity: 'urgent',
    title: 'Somebody asked for a new start of this account',
    text: `A new start is for an account whose key and password are both lost. From ${toRfc3339(opensAtMs)} on it can put another key in place of yours. If you still have the key or know the password, unlock your backup with the password, or cancel it with your key: either ends it. If it was not you, change your password at the identity provider as well.`,
  }),
  newStartOpen: (closesAtMs: number): Notice => ({
    kind: 'new-start-open',
    severity: 'urgent',
    title: 'The new start of this account is open',
    text: `A new password may be set now, until ${toRfc3339(closesAtMs)}. The old key or password still cancels it.`,
  }),
  newStartCancelled: (by: 'proven' | 'owner'): Notice => ({
    kind: 'new-start-cancelled',
    severity: 'warning',
    title: 'The new start was cancelled',
    text:
      by === 'proven'
        ? 'Somebody proved the password of this account, so nothing is lost and nothing is replaced.'
        : 'A device with this account’s key cancelled it. Nothing was replaced.',
  }),
  newStartExpired: (): Notice => ({
    kind: 'new-start-expired',
    severity: 'info',
    title: 'The new start was not used',
    text: 'Its time has passed without a new password. Nothing was replaced; another one can be begun.',
  }),
  newStartFinished: (undoUntilMs: number): Notice => ({
    kind: 'new-start-finished',
    severity: 'urgent',
    title: 'This account has a new key',
    text: `The new start is done: no old password opens anything any more, and new backups are under the new key. The old backup stays as it is. Until ${toRfc3339(undoUntilMs)} the old key can undo this.`,
  }),
  newStartUndone: (): Notice => ({
    kind: 'new-start-undone',
    severity: 'urgent',
    title: 'The new start was undone',
    text: 'The old key is this account’s key again, and the password of the new start is gone. Backups under either key stay; set a password anew with the old key.',
  }),
  newStartSettled: (): Notice => ({
    kind: 'new-start-settled',
    severity: 'info',
    title: 'The new start can no longer be undone',
    text: 'Its time for that has passed. The old backup is still there, and takes room: if you do not need it any more, please remove it (coffer repositories remove). Nobody removes it for you; only a signature of the old or the new key does.',
  }),
  deletionAsked: (dueAtMs: number): Notice => ({
    kind: 'deletion-asked',
    severity: 'urgent',
    title: 'Somebody asked for the deletion of this account',
    text: `On ${toRfc3339(dueAtMs)} the account goes with all its backups, and nothing brings them back. If you have the key or know the password, unlock your backup with the password, or cancel it with your key: either ends it. If it was not you, change your password at the identity provider as well.`,
  }),
  deletionCancelled: (by: 'proven' | 'owner'): Notice => ({
    kind: 'deletion-cancelled',
    severity: 'warning',
    title: 'The deletion of this account was cancelled',
    text:
      by === 'proven'
        ? 'Somebody proved the password of this account, so it stays with all its backups.'
        : 'A device with this account’s key cancelled it. The account stays with all its backups.',
  }),
  accountClosed: (): Notice => ({
    kind: 'account-closed',
    severity: 'urgent',
    title: 'This account is being deleted',
    text: 'Its keyslots are gone, and its backups are being deleted. Nothing brings them back. Copies of unencrypted backups that were found and not purged stay where they are.',
  }),
  registrationOpened: (): Notice => ({
    kind: 'registration-opened',
    severity: 'info',
    title: 'A password is being set',
    text: 'A device began to set a password for this account’s backup key. It counts only once it has been proven.',
  }),
  keyslotProven: (kind: 'digits' | 'password' | 'passkey'): Notice => ({
    kind: 'keyslot-proven',
    severity: 'warning',
    title: provenTitles[kind],
    text: 'If this was not you, check the keyslots on the safety page at once.',
  }),
  keyslotRemoved: (kind: string): Notice => ({
    kind: 'keyslot-removed',
    severity: 'warning',
    title: `A keyslot was removed (${kind})`,
    text: 'It can no longer open the backup key. The other keyslots still work.',
  }),
  keyslotReplaced: (): Notice => ({
    kind: 'keyslot-shredded',
    severity: 'warning',
    title: 'The former password no longer opens the backup key',
    text: 'It was replaced by the one that was just proven.',
  }),
  shredded: (): Notice => ({
    kind: 'keyslot-shredded',
    severity: 'urgent',
    title: 'All password guesses were spent',
    text: 'No password opens the backup key any more. Your 64-digit key and other keyslots still work; with one of them a device can set a new password.',
  }),
  repaired: (remaining: number): Notice => ({
    kind: 'account-repaired',
    severity: 'warning',
    title: 'Your account’s records in the vault were repaired',
    text:
      `They did not agree with the ledger any more. Two members of staff put them back to what the ledger shows; ${remaining} ` +
      'password guesses are left. Check the keyslots on the safety page: a password or passkey that was set lately may have to be ' +
      'set again. Your backup was not touched. If old unencrypted copies were being deleted, that has stopped until you start it again.',
  }),
  rotationProven: (): Notice => ({
    kind: 'rotation-proven',
    severity: 'warning',
    title: 'A password for a new backup key was proven',
    text: 'A device that holds the backup key prepares to replace it. Until it is replaced everything works as before. If this was not you, check your devices at once.',
  }),
  keyRotated: (): Notice => ({
    kind: 'key-rotated',
    severity: 'urgent',
    title: 'The backup key was replaced',
    text: 'A device that held the former key put a new one in its place. The former 64 digits, password and passkeys no longer open your backups; those that were made for the new key do. Other devices need the new key. If this was not you, somebody has had your key.',
  }),
  ownerBound: (): Notice => ({
    kind: 'owner-bound',
    severity: 'info',
    title: 'This account now has its own key',
    text: 'From now on nothing is replaced or deleted without a signature that only your devices can make.',
  }),
} as const;
