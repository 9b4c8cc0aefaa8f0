/** The words of the messages that an account gets: channels, quiet hours, and the browser's own notifications. */
export const messagesEnglish = {
  'messages.title': 'Messages',
  'messages.lead':
    'Whatever happens to your key is on the safety page. Here you choose where else you are told. No message holds a secret or a link, and none asks for a key or a password.',
  'messages.loading': 'Asking where you are told',
  'messages.feed-alone':
    'This service sends neither e-mail nor messages to browsers: news is on the safety page alone.',

  'messages.places': 'Where you are told',
  'messages.places-none': 'Nowhere yet but on the safety page.',
  'messages.push-here': 'This browser',
  'messages.push-of': 'A browser that gets its messages by {name}',
  'messages.since': 'Since {date}',
  'messages.pending': 'Waits for its code',
  'messages.failure-gone': 'The last message did not arrive: this place is no more.',
  'messages.failure-refused': 'The last message was refused there.',
  'messages.failure-unreachable': 'The last message did not arrive: nobody answered there.',
  'messages.remove': 'Remove',
  'messages.remove-of': 'Remove {name}',
  'messages.told': 'Every place that was there before is told of a change.',

  'push.title': 'In this browser',
  'push.lead': 'Your browser shows a notice, also while this page is closed.',
  'push.on': 'Turn on messages here',
  'push.off': 'Turn off messages here',
  'push.is-on': 'Messages are on in this browser.',
  'push.not-offered': 'This service sends no messages to browsers.',
  'push.unsupported': 'This browser cannot show messages',
  'push.unsupported-text':
    'It has none, or not in this window: private windows often do not. Some phones want the page on their home screen first.',
  'push.denied': 'This browser does not allow it',
  'push.denied-text':
    'Messages of this site are blocked. Allow notifications in the settings of the browser, and turn them on here again. Nothing was changed.',
  'push.no-service': 'The browser’s own service did not answer',
  'push.no-service-text':
    'Messages go through the service of the browser’s maker, and it gave no address now. Nothing was changed. Try again later.',

  'email.title': 'By e-mail',
  'email.not-offered': 'This service sends no e-mail.',
  'email.address': 'E-mail address',
  'email.hint': 'It gets a code first, and nothing else until you give the code here.',
  'email.add': 'Send the code',
  'email.code': 'Code that was sent to {name}',
  'email.code-hint': 'Eight digits, good for an hour.',
  'email.confirm': 'Confirm the address',

  'quiet.title': 'When, and what about',
  'quiet.lead': 'What is about your key is told at once and always, whatever stands here.',
  'quiet.want': 'Nothing else in the night',
  'quiet.from': 'From',
  'quiet.to': 'Until',
  'quiet.zone': 'Time zone: {zone}',
  'quiet.purge': 'Tell me what the deletion of unencrypted backups does by itself',
  'quiet.reminders': 'Remind me when no backup was made, and to check that I still have my key',
  'quiet.save': 'Save',
  'quiet.saved': 'Saved.',
  'quiet.same': 'Two different times are needed.',

  'notification.title': 'Coffer: news of your account',
  'notification.text': 'Open Coffer the way you always do to read it.',
} as const;
