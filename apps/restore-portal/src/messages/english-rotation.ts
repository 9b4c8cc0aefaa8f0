/** The words of the replacement of the backup key. */
export const rotationEnglish = {
  'rotation.open': 'Replace the backup key',
  'rotation.title': 'Replace the backup key',
  'rotation.lead':
    'For when somebody may have seen your key. Your backups stay; what is backed up from now on opens with the new key alone. Whoever has the old key can still open what they copied before.',
  'rotation.loading': 'Looking at the ways to your key',
  'rotation.ends': 'What ends with the old key',
  'rotation.ends-password': 'The old password. You choose one below; it may be the same.',
  'rotation.ends-digits':
    'The 64-digit key on your emergency kit. Record the new one afterwards: coffer keyslots add --digits.',
  'rotation.ends-foreign':
    '{count, plural, one {One passkey of another address, which cannot be asked here.} other {# passkeys of other addresses, which cannot be asked here.}}',
  'rotation.ends-passkeys': 'Passkeys that you do not take along.',
  'rotation.ends-purge':
    'A deletion of unencrypted backups that is under way: it waits until it is started with the new key (coffer purge start).',
  'rotation.ends-devices': 'Your other devices ask for the password, or the new key, once.',

  'rotation.passkeys': 'Passkeys that come along',
  'rotation.passkeys-lead': 'Your browser asks for each passkey once: it opens the old key, and seals the new one.',
  'rotation.taken':
    '{taken, plural, =0 {None of {count} taken along yet.} one {One of {count} is taken along.} other {# of {count} are taken along.}}',
  'rotation.take': 'Take a passkey along',
  'rotation.all-taken': 'All of them come along.',

  'rotation.password': 'Password for the new key',
  'rotation.act': 'Replace the key now',
  'rotation.deriving': 'Sealing your backups’ keys for the new key, and proving your password',
  'rotation.opening': 'Opening the backup with the new key',
  'rotation.done': 'The new key is in force',
  'rotation.done-text':
    'Key id {id}. The password opens it{passkeys, plural, =0 {} one {, and so does the passkey} other {, and so do # passkeys}}. Record the 64-digit key as well, on a device that holds it: coffer keyslots add --digits.',
  'rotation.no-copy':
    'The copy of a passkey beside one of your backups could not be written; that matters only if the vault is lost.',
  'rotation.missing':
    '{count, plural, one {One piece} other {# pieces}} of old backups had been lost before. What needs them cannot be restored; the next backup stores it anew.',
} as const;
