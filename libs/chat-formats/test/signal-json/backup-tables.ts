import { empty, type JsonTable } from './protobuf-json';

// As much of Signal's records as its test backups in JSON hold. Numbers and names are those that its files use; the reader has its own
// table, with other names.

const reaction: JsonTable = {
  emoji: [1, 'text'],
  authorId: [2, 'reference'],
  sentTimestamp: [3, 'number'],
  sortOrder: [4, 'number'],
};

const richText: JsonTable = {
  body: [1, 'text'],
  bodyRanges: [
    2,
    {
      start: [1, 'number'],
      length: [2, 'number'],
      mentionAci: [3, 'uuid', 'one-of'],
      style: [4, ['NONE', 'BOLD', 'ITALIC', 'SPOILER', 'STRIKETHROUGH', 'MONOSPACE'], 'one-of'],
    },
  ],
};

const sealed: JsonTable = { sealedSender: [1, 'flag'] };
const sendStatus: JsonTable = {
  recipientId: [1, 'reference'],
  timestamp: [2, 'number'],
  sent: [4, sealed],
  delivered: [5, sealed],
  read: [6, sealed],
};

const simpleUpdate = [
  ...['UNKNOWN', 'JOINED_SIGNAL', 'IDENTITY_UPDATE', 'IDENTITY_VERIFIED', 'IDENTITY_DEFAULT', 'CHANGE_NUMBER'],
  ...['RELEASE_CHANNEL_DONATION_REQUEST', 'END_SESSION', 'CHAT_SESSION_REFRESH', 'BAD_DECRYPT', 'PAYMENTS_ACTIVATED'],
  ...['PAYMENT_ACTIVATION_REQUEST', 'UNSUPPORTED_PROTOCOL_MESSAGE', 'REPORTED_SPAM', 'BLOCKED', 'UNBLOCKED'],
  'MESSAGE_REQUEST_ACCEPTED',
];

const chatUpdate: JsonTable = {
  simpleUpdate: [1, { type: [1, simpleUpdate] }],
  expirationTimerChange: [3, { expiresInMs: [1, 'number'] }],
  profileChange: [4, { previousName: [1, 'text'], newName: [2, 'text'] }],
  threadMerge: [5, { previousE164: [1, 'number'] }],
  sessionSwitchover: [6, { e164: [1, 'number'] }],
  learnedProfileChange: [9, { e164: [1, 'number'], username: [2, 'text'] }],
};

const revision: JsonTable = {
  chatId: [1, 'number'],
  authorId: [2, 'reference'],
  dateSent: [3, 'number'],
  incoming: [
    8,
    { dateReceived: [1, 'number'], dateServerSent: [2, 'number'], read: [3, 'flag'], sealedSender: [4, 'flag'] },
  ],
  outgoing: [9, { sendStatus: [1, sendStatus] }],
  directionless: [10, empty],
  standardMessage: [11, { text: [2, richText], reactions: [6, reaction] }],
  updateMessage: [15, chatUpdate],
};

const contact: JsonTable = {
  aci: [1, 'uuid'],
  pni: [2, 'uuid'],
  username: [3, 'text'],
  e164: [4, 'number'],
  blocked: [5, 'flag'],
  visibility: [6, ['VISIBLE', 'HIDDEN', 'HIDDEN_MESSAGE_REQUEST']],
  registered: [7, empty],
  notRegistered: [8, { unregisteredTimestamp: [1, 'number'] }],
  profileKey: [9, 'bytes'],
  profileSharing: [10, 'flag'],
  profileGivenName: [11, 'text'],
  profileFamilyName: [12, 'text'],
  hideStory: [13, 'flag'],
};

const attribute: JsonTable = {
  title: [1, 'text', 'one-of'],
  disappearingMessagesDuration: [3, 'number', 'one-of'],
  descriptionText: [4, 'text', 'one-of'],
};
const access = ['UNKNOWN', 'ANY', 'MEMBER', 'ADMINISTRATOR', 'UNSATISFIABLE'];
const member: JsonTable = {
  userId: [1, 'uuid'],
  role: [2, ['UNKNOWN', 'DEFAULT', 'ADMINISTRATOR']],
  joinedAtVersion: [5, 'number'],
};

const group: JsonTable = {
  masterKey: [1, 'bytes'],
  whitelisted: [2, 'flag'],
  hideStory: [3, 'flag'],
  storySendMode: [4, ['DEFAULT', 'DISABLED', 'ENABLED']],
  snapshot: [
    5,
    {
      title: [2, attribute],
      disappearingMessagesTimer: [4, attribute],
      accessControl: [5, { attributes: [1, access], members: [2, access], addFromInviteLink: [3, access] }],
      version: [6, 'number'],
      members: [7, member],
      inviteLinkPassword: [10, 'bytes'],
      description: [11, attribute],
      announcementsOnly: [12, 'flag'],
    },
  ],
};

const distributionList: JsonTable = {
  distributionId: [1, 'uuid'],
  deletionTimestamp: [2, 'number'],
  distributionList: [
    3,
    {
      name: [1, 'text'],
      allowReplies: [2, 'flag'],
      privacyMode: [3, ['UNKNOWN', 'ONLY_WITH', 'ALL_EXCEPT', 'ALL']],
      memberRecipientIds: [4, 'reference'],
    },
  ],
};

/** The first record. */
export const infoTable: JsonTable = {
  version: [1, 'number'],
  backupTimeMs: [2, 'number'],
  mediaRootBackupKey: [3, 'bytes'],
};

/** All others but the account, whose content no reader of conversations looks at. */
export const frameTables = {
  recipient: {
    id: [1, 'number'],
    contact: [2, contact],
    group: [3, group],
    distributionList: [4, distributionList],
    self: [5, empty],
    releaseNotes: [6, empty],
  },
  chat: {
    id: [1, 'number'],
    recipientId: [2, 'reference'],
    archived: [3, 'flag'],
    markedUnread: [7, 'flag'],
    dontNotifyForMentionsIfMuted: [8, 'flag'],
  },
  chatItem: { ...revision, revisions: [6, revision] },
} as const satisfies Readonly<Record<string, JsonTable>>;
