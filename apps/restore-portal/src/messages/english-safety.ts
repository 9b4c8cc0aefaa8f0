/** The words of the safety page. */
export const safetyEnglish = {
  'nav.label': 'Places',
  'nav.backups': 'Backups',
  'nav.safety': 'Safety',

  'safety.title': 'Safety',
  'safety.lead': 'What happened to your account, how its key comes back, and what this service promises.',
  'safety.as-of': 'As of {time}.',
  'safety.again': 'Look again',
  'safety.back': 'Back to Safety',

  'news.title': 'News',
  'news.loading': 'Looking for news',
  'news.none': 'Nothing has happened yet.',
  'news.more': 'Show older news',
  'news.urgent': 'Urgent',
  'news.warning': 'Important',
  'news.channels': 'Get news by e-mail or in this browser',

  'keyslots.title': 'Ways to your key',
  'keyslots.loading': 'Asking the vault for the ways to your key',
  'keyslots.lead': 'Key id {id}. Each of these brings the backup key back by itself.',
  'keyslots.none': 'This account has no backup key yet. Set up a backup on the device that holds your chats.',
  'keyslots.lost-all':
    'No way to your key is left. A device that still holds it can add one now (coffer keyslots add).',
  'keyslots.since': 'Since {date}',
  'keyslots.used': 'Last opened a backup {date}',
  'keyslots.only-one': 'Only one way is left',
  'keyslots.only-one-text':
    'If it is lost, your backups stay closed for ever. Add another one on a device that holds the key: coffer keyslots add.',
  'keyslots.lost': 'I have lost my key and my password',

  'ledger.title': 'Ledger',
  'ledger.lead':
    'The vault writes down every event about your key and your backups. Your browser checks that nothing was taken out or changed.',
  'ledger.checking': 'Checking the ledger',
  'ledger.holds': 'The ledger holds',
  'ledger.holds-text':
    '{count, plural, one {# event} other {# events}} of this account in one unbroken chain, each of them in the ledger of {size} entries that the vault has signed.',
  'ledger.first':
    'This browser has checked it for the first time. From now on it notices what is taken away or changed.',
  'ledger.grown':
    'It grew from what this browser had seen before. {count, plural, =0 {Nothing is new.} one {One event is new.} other {# events are new.}}',
  'ledger.not-kept':
    'This browser keeps nothing between visits, as in a private window: the next check begins from the start.',
  'ledger.events': 'Events, the newest first',
  'ledger.all': 'Show all {count} events',
  'ledger.left': '{count, plural, =0 {no guesses left} one {# guess left} other {# guesses left}}',

  'claims.title': 'What this service promises',
  'claims.loading': 'Reading what this service promises',
  'claims.holds': 'Holds here:',
  'claims.not': 'Does not hold here:',
  'claims.limits': 'What nobody should rely on',
  'claims.deviations': 'Weaker than documented',
  'claims.figures': 'Figures',
  'claims.guesses': 'Guesses between two right passwords',
  'claims.new-start': 'Wait of a new start',
  'claims.undo': 'How long the old key can undo it',
  'claims.deletion': 'Wait of a deletion without the key',
  'claims.anchors': 'Copies of the ledger',
  'claims.witnesses': 'Independent witnesses of the ledger',
  'claims.none': 'none',
  'claims.disclosures': 'Who could get what',
  'claims.with': 'With your {way}:',

  'way.password': 'password',
  'way.digits': '64-digit key',
  'way.passkey': 'passkey',
  'way.unknown': 'unknown',
} as const;
