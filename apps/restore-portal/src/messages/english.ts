import { webUiEnglish } from '@coffer/web-ui';
import { drillEnglish } from './english-drill';
import { errorEnglish } from './english-errors';
import { lastResortEnglish } from './english-last-resort';
import { ledgerEnglish } from './english-ledger';
import { messagesEnglish } from './english-messages';
import { openEnglish } from './english-open';
import { rotationEnglish } from './english-rotation';
import { safetyEnglish } from './english-safety';
import { setupEnglish } from './english-setup';

/** Every word of the portal, in English. ICU MessageFormat; keys are grouped by screen. */
export const english = {
  ...webUiEnglish,
  ...ledgerEnglish,
  ...safetyEnglish,
  ...messagesEnglish,
  ...lastResortEnglish,
  ...rotationEnglish,
  ...setupEnglish,
  ...drillEnglish,
  ...errorEnglish,
  ...openEnglish,
  'app.name': 'Coffer',
  'app.lock': 'Lock',
  'app.sign-out': 'Sign out',
  'app.signed-in-as': 'Signed in as {name}',
  'app.skip': 'Skip to the content',

  'not-found.title': 'There is no such page',
  'not-found.action': 'To the start',

  'sign-in.title': 'Your chats, and nobody else’s',
  'sign-in.lead':
    'Open your encrypted chat backups in this browser. They are decrypted here, on your device, and never on our servers.',
  'sign-in.action': 'Sign in',
  'sign-in.point-sealed': 'Signing in shows that backups exist. Only your password or your 64-digit key opens them.',
  'sign-in.point-limit':
    'A password has ten guesses, counted by the Backup Key Vault. After that only the other ways in are left.',
  'sign-in.point-forget':
    'This page keeps nothing of your chats: close it, lock it or reload it, and everything is sealed again.',
  'sign-in.failed': 'The sign-in did not succeed',
  'sign-in.failed-text': 'Nothing was changed. Try again.',
  'sign-in.unreachable': 'The sign-in service does not answer',
  'sign-in.unreachable-text': 'Your backups are safe. Try again in a few minutes.',

  'backups.title': 'Your backups',
  'backups.lead': 'Choose the backup that you want to open.',
  'backups.loading': 'Looking for your backups',
  'backups.last': 'Last backup {date}',
  'backups.created': 'Kept since {date}',
  'backups.no-snapshot': 'Nothing has been backed up here yet.',
  'backups.proof': 'Proven to be restorable {date}',
  'backups.no-proof': 'No device has proven yet that it can be restored.',
  'backups.key-id': 'Key id {id}',
  'backups.open': 'Open',
  'backups.go-on': 'Go on reading',
  'backups.is-open': 'Open in this tab',
  'backups.none': 'No backups yet',
  'backups.none-text':
    'This account has no encrypted backup. Set up its key here or on the device that holds your chats; that device then makes the backup.',
  'backups.slot-password': 'Password',
  'backups.slot-digits': '64-digit key',
  'backups.slot-passkey': 'Passkey',

  'unlock.title': 'Open this backup',
  'unlock.of': 'Last backup {date}',
  'unlock.which': 'Which secret do you have?',
  'unlock.password': 'Password',
  'unlock.password-detail': 'The one that you chose for your backups. Guesses are counted.',
  'unlock.digits': '64-digit key',
  'unlock.digits-detail': 'From your emergency kit. May be tried as often as you like.',
  'unlock.passkey': 'Passkey',
  'unlock.passkey-detail': 'Your fingerprint, face or PIN. May be tried as often as you like.',
  'unlock.passkey-hint': 'Your browser asks for the passkey that you added for this backup at this address.',
  'unlock.passkey-unlisted': 'I have a passkey',
  'unlock.passkey-asking': 'Answer your browser',
  'unlock.passkey-action': 'Unlock with passkey',
  'unlock.password-label': 'Backup password',
  'unlock.password-hint': 'Not the password with which you sign in. It never leaves this device.',
  'unlock.digits-label': '64-digit key',
  'unlock.digits-hint':
    '16 groups of 4. Case and blanks do not matter; the two letters at the end of a row may stay away.',
  'unlock.action': 'Unlock',
  'unlock.back': 'All backups',
  'unlock.attempts': '{count, plural, =0 {No guesses left} one {# guess left} other {# guesses left}}',
  'unlock.attempts-hint': 'A right password gives all ten back.',
  'unlock.next-at': 'The next guess opens in {time}.',
  'unlock.contacting': 'Asking the vault',
  'unlock.deriving': 'Working out the key from your password',
  'unlock.opening': 'Opening the backup',
  'unlock.reading': 'Reading',

  'passkey.open': 'Add a passkey',
  'passkey.title': 'Add a passkey',
  'passkey.lead': 'Open your backups with your fingerprint, face or PIN, on the devices that hold this passkey.',
  'passkey.point-beside':
    'It stands beside your password or 64-digit key and never takes their place. Keep those: they still open your backups when the passkey is lost.',
  'passkey.point-asks':
    'Your browser asks two or three times: to make the passkey, and to see that it opens your backup again. It is added only then.',
  'passkey.point-keeper':
    'If your passkeys are kept in an account of Apple, Google or a password manager, whoever gets into that account can use this one too, once signed in here. No guess is counted then.',
  'passkey.action': 'Make the passkey',
  'passkey.again': 'Try again',
  'passkey.back': 'Back to your chats',
  'passkey.phase-make': 'Answer your browser: it makes the passkey',
  'passkey.phase-seal': 'Answer your browser again: the passkey seals your backup’s key',
  'passkey.phase-check': 'Answer your browser again: the passkey has to open your backup’s key once more',
  'passkey.phase-save': 'Telling the vault',
  'passkey.done': 'The passkey opens your backups now',
  'passkey.done-text': 'Next time choose “Passkey” when you open a backup. To remove it: coffer keyslots remove.',
  'passkey.done-no-copy':
    'The vault has it. Its copy beside one of your backups could not be written; that matters only if the vault is lost.',
  'passkey.cancelled': 'The browser’s question was closed',
  'passkey.cancelled-text':
    'It was cancelled or not answered in time, or this device has no such passkey. Nothing was changed, and nothing was counted.',
  'passkey.known': 'This device has a passkey for your backups already',
  'passkey.known-text': 'It opens them now; a second one on the same device would add nothing. Nothing was changed.',
  'passkey.no-prf': 'This passkey cannot open a backup',
  'passkey.no-prf-text':
    'Its device or browser does not give the secret that a backup is sealed with (the PRF extension of WebAuthn). Nothing was added to your account; you can delete the passkey where your device keeps it. Try another device, or keep to your password or 64-digit key.',
  'passkey.unsupported': 'Passkeys do not work here',
  'passkey.unsupported-text':
    'This browser has none, or none that checks your fingerprint, face or PIN. Nothing was changed. Your password or 64-digit key opens your backups as before.',

  'reader.loading': 'Reading the list of chats',
  'reader.snapshot': 'Backup of',
  'reader.counts':
    '{chats, plural, one {# chat} other {# chats}}, {messages, plural, one {# message} other {# messages}}',
  'reader.choose': 'Choose a chat',
  'reader.choose-text': 'The newest stand at the top.',
  'reader.back': 'Back to all chats',
  'reader.search': 'Search all messages',
  'reader.search-action': 'Search',
  'reader.search-end': 'Back to the list of chats',
  'reader.search-stop': 'Stop the search',
  'reader.searching': 'Looking through the messages',
  'reader.found': '{count, plural, =0 {No message has all these words} one {# message} other {# messages}}',
  'reader.found-none': 'Nothing found',
  'reader.found-none-text':
    'Fewer words find more. Case and accents do not matter; words in quotation marks are taken as they stand.',
  'reader.found-more': 'The newest {count} messages; there are more',
  'reader.found-list': 'Messages found',
  'reader.empty': 'No chats in this backup',
  'reader.empty-text': 'It holds {files, plural, one {# file} other {# files}}. The command line restores them.',
  'reader.no-snapshots': 'Nothing has been backed up yet',
  'reader.no-snapshots-text': 'The key is right, and the backup is empty so far.',
  'reader.damaged':
    '{count, plural, one {# other backup is damaged and cannot be shown.} other {# other backups are damaged and cannot be shown.}}',
  'reader.of-device': '{date} ({device})',
} as const;

/** Keys of {@link english}. */
export type TextKey = keyof typeof english;
