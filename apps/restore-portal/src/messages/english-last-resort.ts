/** The words of a new start and of the deletion of the account. */
export const lastResortEnglish = {
  'start.title': 'Key and password lost',
  'start.lead':
    'A new start gives your account a new key. It opens no old backup: without the lost key nobody can, not even whoever runs this service.',
  'start.loading': 'Asking whether a new start is under way',
  'start.how': 'What happens',
  'start.step-wait':
    'You ask for it, and it waits {time}. Everybody who is told of your account’s news hears of it, so that nobody takes your account unnoticed.',
  'start.step-stop': 'Whoever gives the old password meanwhile, or signs with the old key, ends it.',
  'start.step-finish': 'Then you have {time} to come back here and choose a new password. Your account gets a new key.',
  'start.step-old':
    'Old backups stay as they are, closed. For {time} the old key, should it turn up, can undo all of this.',
  'start.before': 'Look once more before you ask',
  'start.before-text':
    'Is the 64-digit key on paper, in a password manager, or on another device? Does a passkey open the backup? Each of them is enough.',
  'start.begin': 'Ask for a new start',
  'start.no-key': 'This account has no key',
  'start.no-key-text': 'There is nothing to begin anew. Set up a backup on the device that holds your chats.',
  'start.waiting': 'A new start waits until {date}',
  'start.waiting-text':
    'From then on a new password can be set here. Until then the old password and the old key work as before.',
  'start.open': 'The new start is open until {date}',
  'start.open-text': 'Choose a new password below. The old password and the old key still end this.',
  'start.ended-text': 'Nothing was replaced.',
  'start.expired': 'The last new start was not used in time',
  'start.finished': 'This account has a new key',
  'start.finished-text': 'The old key can undo that until {date}.',
  'start.undone': 'The new start was undone',
  'start.undone-text': 'The account is the old key’s again. Guesses that were spent stay spent.',
  'start.settled': 'This account has had a new start',
  'start.settled-text': 'It can no longer be undone. The old backups stay closed.',
  'start.stop-title': 'It was not you, or you have found the key?',
  'start.stop-password': 'Open a backup with its password: that ends the new start at once.',
  'start.stop-key':
    'Or open a backup with the 64-digit key or a passkey, come back here, and stop it with the key. If it was not you, change the password of your sign-in, too.',
  'start.stop-ready': 'A backup is open in this tab, so this page can sign with its key.',
  'start.stop': 'Stop the new start',
  'start.stopped': 'The new start is stopped',
  'start.stopped-text':
    'Nothing was replaced. If you did not ask for it, change the password of your sign-in: somebody else could use it.',
  'start.undo': 'Undo the new start',
  'start.undo-ready':
    'The backup that is open in this tab belongs to the old key, so this page can undo the new start.',
  'start.undo-how':
    'If the old key has turned up: open an old backup with it, come back here, and undo the new start. With the command line: coffer new-start undo.',

  'new-password.label': 'New password for your backups',
  'new-password.hint': 'Not the one with which you sign in. A few unrelated words are easy to keep and hard to guess.',
  'new-password.again': 'The same password once more',
  'new-password.differs': 'This is not the same password.',
  'new-password.refused': 'Too easy to guess: eight characters or more, and no mere row or repetition.',
  'new-password.weak': 'This could be guessed by somebody who has the vault’s data. A few more words make it strong.',
  'new-password.good': 'This is hard to guess.',
  'start.agree': 'I know that the backups under the key {id} stay closed unless that key turns up.',
  'start.finish': 'Set the new key and password',
  'start.finishing': 'Making the new key and proving your password',
  'start.done': 'Your account has a new key',
  'start.done-text':
    'Key id {id}. On the device with your chats: coffer unlock with the new password, then coffer backup. Record the 64-digit key as well (coffer keyslots add --digits), so that a forgotten password never costs you a backup again.',
  'start.done-no-place':
    'Its place for backups could not be made just now. On the device: coffer unlock, and then coffer setup makes it.',

  'delete.title': 'Delete this account',
  'delete.open': 'Delete this account',
  'delete.lead':
    'Everything of it goes: the ways to your key, the ledger, and every backup in it. Nothing brings them back.',
  'delete.loading': 'Asking whether a deletion is under way',
  'delete.step-wait': 'Asked for with a sign-in alone, it waits {time} and is told everywhere that you get news.',
  'delete.step-stop': 'Until then whoever gives the password, or signs with the key, ends it.',
  'delete.step-plain': 'Unencrypted backups that were found in your clouds and not deleted yet stay where they are.',
  'delete.step-now': 'With the key it can be done at once, on a device that holds it: coffer account delete.',
  'delete.agree': 'I know that every backup of this account will be gone.',
  'delete.ask': 'Ask for the deletion',
  'delete.waiting': 'This account is deleted on {date}',
  'delete.waiting-text': 'Until then everything works as before, and the deletion can be stopped.',
  'delete.closed': 'This account is being deleted',
  'delete.closed-text': 'Its backups are going now. Nothing can stop that any more.',
  'delete.stop-title': 'It was not you, or you want to keep it?',
  'delete.stop-password': 'To keep the account, open a backup with its password: that ends the deletion at once.',
  'delete.stop-key': 'Or open a backup with the 64-digit key or a passkey, come back here, and stop it with the key.',
  'delete.stop': 'Keep the account',
  'delete.stopped': 'The account stays',
  'delete.stopped-text':
    'With all its backups. If you did not ask for the deletion, change the password of your sign-in: somebody else could use it.',

  'pending.see': 'See what can be done',
} as const;
