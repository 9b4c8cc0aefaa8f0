/** What went wrong, what is safe, and what to do, by the codes of the device. */
export const errorEnglish = {
  'error.retry': 'Try again',
  'error.sign-in': 'Sign in again',
  'error.reload': 'Reload the page',
  'error.wrong-guess': 'That password does not open this backup',
  'error.wrong-guess-text': 'Your backup is unharmed. Check capital letters and the keyboard layout.',
  'error.wrong-guess-left':
    '{count, plural, =0 {No guesses are left.} one {One guess is left.} other {# guesses are left.}}',
  'error.wrong-key': 'These digits open another backup',
  'error.wrong-key-text':
    'They are a complete key, but not the one of this backup. Compare the key id in your emergency kit: this backup wants {id}. Nothing was counted.',
  'error.malformed-key': 'These are not 64 digits',
  'error.malformed-key-text': 'A key has the digits 0 to 9 and the letters a to f. Nothing was counted.',
  'error.malformed-password': 'This cannot be your password',
  'error.malformed-password-text':
    'It holds a character that no password can have, or is too long. Nothing was counted.',
  'error.attempt-too-early': 'Too early for the next guess',
  'error.attempt-too-early-text': 'After wrong guesses the vault waits longer and longer. Nothing was counted now.',
  'error.guesses-vetoed': 'Password guesses are stopped',
  'error.guesses-vetoed-text':
    'A device that holds this account’s key has stopped them for a while. Nothing was counted. Your 64-digit key opens the backup now.',
  'error.no-attempts-left': 'No guesses are left for the password',
  'error.no-attempts-left-text': 'The password keyslot is closed. Your 64-digit key still opens the backup.',
  'error.wrong-passkey': 'This passkey does not open this backup',
  'error.wrong-passkey-text':
    'What it gives is not what the backup’s key was sealed with. Your backup is unharmed and nothing was counted. Use your password or 64-digit key, and add the passkey anew.',
  'error.no-passkey': 'No passkey of this address opens this backup',
  'error.no-passkey-text':
    'Passkeys belong to the address at which they were made. Nothing was counted. Your password or 64-digit key opens the backup.',
  'error.last-keyslot': 'A passkey must not be the only way in',
  'error.last-keyslot-text':
    'Your account has neither a password nor a recorded 64-digit key now. Add one first (coffer keyslots add); nothing was changed.',
  'error.too-many-keyslots': 'No further passkey fits',
  'error.too-many-keyslots-text':
    'Remove one that you do not need any more (coffer keyslots remove). Nothing was changed.',
  'error.signed-out': 'Your session has ended',
  'error.signed-out-text': 'Everything was sealed again. Sign in to go on.',
  'error.offline': 'No connection',
  'error.offline-text':
    'The server was not reached. Your backup is safe. Check the network and try again. A guess that was already on its way may have been counted.',
  'error.unavailable': 'The service cannot answer now',
  'error.unavailable-text': 'Your backup is safe. Try again in a little while.',
  'error.throttled': 'Too many requests',
  'error.throttled-text': 'Nothing was counted. Try again in {time}.',
  'error.server-changed': 'This is not the server that your deployment names',
  'error.server-changed-text': 'Its keys have changed. Do not type any secret here. Tell whoever runs this service.',
  'error.damaged': 'This backup is damaged',
  'error.damaged-text':
    'Some of its bytes are missing or altered, and nothing of it was shown. An older backup, or “coffer restore --salvage” on the command line, may still give back the rest.',
  'error.unsupported-format': 'This backup is newer than this page',
  'error.unsupported-format-text':
    'It was written by a newer version. Your backup is unharmed; ask for an update of this page.',
  'error.not-found': 'It is not there any more',
  'error.not-found-text': 'The backup or chat was not found. Go back and choose again.',
  'error.locked': 'The backup is locked',
  'error.locked-text': 'Unlock it again to go on.',
  'error.failed': 'Something went wrong on this page',
  'error.failed-text': 'Your backup is unharmed. Reload the page and try again.',
  'error.sign-in-too-old': 'Sign in once more',
  'error.sign-in-too-old-text':
    'This needs a sign-in of the last five minutes, so that nobody does it with a session that was left open. Nothing was changed yet.',
  'error.key-changed': 'The account’s key is another one now',
  'error.key-changed-text': 'It has no key yet, or a device changed it meanwhile. Nothing was changed now.',
  'error.key-exists': 'This account has a backup key already',
  'error.key-exists-text':
    'No other is made beside it: it would not open the backups. Open them with the secret that you have, or begin anew from the safety page if all are lost. Nothing was changed.',
  'error.too-few-guesses': 'Too few guesses are left for a check',
  'error.too-few-guesses-text':
    'Below six none is spent on it. Nothing was counted. Opening a backup with the right password gives all ten back.',
  'error.new-start-not-open': 'The new start is not open',
  'error.new-start-not-open-text': 'It still waits, or its time is over. Nothing was changed.',
  'error.undo-pending': 'The old key may still undo the new start',
  'error.undo-pending-text': 'What belongs to it stays until then. Nothing was changed.',
  'error.account-closed': 'This account is being deleted',
  'error.account-closed-text': 'Nothing can be done with it any more. A later sign-in begins a new account.',
  'error.weak-password': 'This password is too easy to guess',
  'error.weak-password-text': 'Take a few unrelated words. Nothing was changed.',
  'error.too-many-registrations': 'Too many passwords were set today',
  'error.too-many-registrations-text': 'An account may set five a day. Nothing was changed. Try again tomorrow.',
  'error.wrong-code': 'That is not the code',
  'error.wrong-code-text': 'Look at the newest message. After five wrong codes the address has to be named again.',
  'error.already-exists': 'You are told there already',
  'error.already-exists-text': 'It is in the list, or still waits for its code. Nothing was changed.',
  'error.too-many-channels': 'No further place fits',
  'error.too-many-channels-text':
    'An account has five addresses and five browsers at most, and names five addresses a day. Remove one that you do not need.',
  'error.not-offered': 'This service does not send that',
  'error.not-offered-text': 'Your news is on the safety page. Nothing was changed.',
  'error.refused': 'The vault does not take this',
  'error.refused-text': 'What was given is not as it should be. Nothing was changed.',
  'error.ledger-unsigned': 'The ledger is not signed by the key that it should be',
  'error.ledger-unsigned-text':
    'Do not believe what is said about your key and its guesses, and type no secret here. Tell whoever runs this service, and check from another device: coffer ledger check.',
  'error.ledger-rolled-back': 'Events are missing from the ledger',
  'error.ledger-rolled-back-text':
    'This browser has seen more of it before. Do not believe what is said about your key and its guesses until whoever runs this service has explained it. Check from another device: coffer ledger check.',
  'error.ledger-forked': 'The ledger shows another history than before',
  'error.ledger-forked-text':
    'What this browser saw earlier is no longer in it. Do not believe what is said about your key and its guesses until whoever runs this service has explained it. Check from another device: coffer ledger check.',
  'error.ledger-broken': 'The ledger does not hold',
  'error.ledger-broken-text':
    'Its events, its proofs and the guesses that the vault counts do not agree. Do not believe what is said about your key until whoever runs this service has explained it. Check from another device: coffer ledger check.',
  'error.ledger-behind': 'The newest events are on their way',
  'error.ledger-behind-text': 'The vault has not put them into its ledger yet. Check again in a minute.',
  'error.ledger-memory-damaged': 'This browser cannot read what it saw before',
  'error.ledger-memory-damaged-text':
    'So it cannot tell whether the ledger grew from that. Check from another device first (coffer ledger check), then clear the data of this site in your browser.',
} as const;
