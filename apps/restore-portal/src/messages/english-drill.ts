/** The words of the fire drill. */
export const drillEnglish = {
  'drill.open': 'Check that my backup can be restored',
  'drill.open-short': 'Check it',
  'drill.title': 'Can this backup be restored?',
  'drill.lead':
    'A fire drill: your browser fetches the newest backup as a restore would, decrypts it here and checks every part that it fetched. It changes nothing in the backup.',
  'drill.proof-lead':
    'Where all is sound your browser signs that with your key, and the vault keeps this proof. It holds nothing of your chats.',
  'drill.back': 'Back',
  'drill.how-much': 'How much is read?',
  'drill.sample': 'A sample',
  'drill.sample-detail': 'Five of every hundred parts, drawn anew each time. Takes little time.',
  'drill.everything': 'Everything',
  'drill.everything-detail': 'The whole backup. Takes as long as to download it.',
  'drill.start': 'Start the check',
  'drill.again': 'Check again',
  'drill.cancel': 'Stop the check',
  'drill.opening': 'Reading the list of contents',
  'drill.checking': 'Reading and checking',
  'drill.proving': 'Telling the vault',
  'drill.stay': 'Leaving this screen stops the check. Your backup stays as it is.',
  'drill.stopped': 'The check was stopped',
  'drill.stopped-text': 'Your backup is as it was, and nothing was proven.',

  'drill.sound': 'This backup can be restored',
  'drill.sound-sample': 'What was read of this backup can be restored',
  'drill.sound-text':
    '{percent} % of the backup of {date} was read ({bytes}), decrypted and checked: all of it is sound. The whole backup holds {messages, plural, one {# message} other {# messages}} in {chats, plural, one {# chat} other {# chats}}, and {files, plural, one {# file} other {# files}}.',
  'drill.proof-taken': 'The vault has a proof of it that your key has signed.',
  'drill.superseded': 'A newer backup was made meanwhile',
  'drill.superseded-text': 'What was read is sound, and a proof can speak of the newest backup alone. Check again.',
  'drill.not-taken': 'The vault has no proof of this yet',
  'drill.not-taken-text':
    'What was read is sound, and you can restore it. Only the proof did not reach the vault, or was not taken. Check again in a little while.',

  'drill.damaged':
    '{count, plural, one {One part of this backup is damaged or missing} other {# parts of this backup are damaged or missing}}',
  'drill.damaged-text': 'Nothing was changed, and no proof was sent. Of the backup of {date}, {percent} % was read.',
  'drill.lost':
    'Cannot be restored whole: {brokenFiles} of {files, plural, one {# file} other {# files}}, {brokenChats} of {chats, plural, one {# chat} other {# chats}}.',
  'drill.rest': 'All the others can be restored.',
  'drill.rest-sample': 'The others are not harmed as far as this sample shows: check everything to be sure.',
  'drill.rest-none': 'That is all of it.',
  'drill.do-missing':
    'What is missing comes back when you back up again while the device still holds your chats: coffer backup.',
  'drill.do-damaged':
    'The device that still holds your chats can store what is damaged again: coffer verify there, and then coffer backup.',
  'drill.do-salvage':
    'An older backup may hold what is lost, and “coffer restore --salvage” gives back all that is sound.',
  'drill.details': 'What is damaged',
  'drill.object-damaged': '{path} is damaged',
  'drill.object-missing': '{path} is missing',
  'drill.objects': 'In the store',
  'drill.files': 'Files',
  'drill.chats': 'Chats',
  'drill.more': '{count, plural, one {and one more} other {and # more}}',

  'drill.unreadable': 'The newest backup cannot be opened',
  'drill.unreadable-text':
    'Its list of contents is damaged or missing, so that nothing could be checked. Nothing was changed, and no proof was sent.',
  'drill.unreadable-index':
    'What is in the packs may be sound: “coffer rebuild-index” makes this list anew out of them, and then check again.',
  'drill.unreadable-snapshot':
    'Back up again while the device still holds your chats (coffer backup --rescan). Older backups may still open: choose one above your chats.',

  'drill.offline': 'The connection was lost',
  'drill.offline-text':
    'The check did not come to its end, which says nothing against your backup: it is as it was, and nothing was proven. Once you are connected, check again; it begins anew.',
  'drill.card': 'Can it be restored?',
  'drill.card-lead': 'A backup that nobody has ever tried to read is a hope. A fire drill makes it a fact.',
  'drill.card-locked': 'Open your backup first: only your browser can check it, with your key.',
  'drill.card-open': 'To your backups',
} as const;
