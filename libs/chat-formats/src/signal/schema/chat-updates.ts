import {
  embedded,
  flag,
  many,
  message,
  number,
  reference,
  text,
  uuid,
  word,
  type Field,
  type MessageOf,
} from '../../protobuf/schema';

// Lines that the app writes into a conversation. Field numbers are Signal's, names are this project's.

const accessLevel = (at: number): Field<string> =>
  word(at, ['unknown', 'any', 'member', 'administrator', 'unsatisfiable']);

/** Updates of which only who did it is known. */
const byUpdater = message({ updater: uuid(1) });
const nothing = message({});

const invitee = message({ inviter: uuid(1), inviteeAci: uuid(2), inviteePni: uuid(3) });

/** One change of a group; exactly one field is there. Names are those of `system.action`. */
export const groupUpdate = message({
  'group-changed': embedded(1, byUpdater),
  'group-created': embedded(2, byUpdater),
  'group-name': embedded(3, message({ updater: uuid(1), newName: text(2) })),
  'group-avatar': embedded(4, message({ updater: uuid(1), wasRemoved: flag(2) })),
  'group-description': embedded(5, message({ updater: uuid(1), newDescription: text(2) })),
  'group-membership-access': embedded(6, message({ updater: uuid(1), accessLevel: accessLevel(2) })),
  'group-attributes-access': embedded(7, message({ updater: uuid(1), accessLevel: accessLevel(2) })),
  'group-announcements-only': embedded(8, message({ updater: uuid(1), isAnnouncementsOnly: flag(2) })),
  'group-admin': embedded(9, message({ updater: uuid(1), member: uuid(2), wasGranted: flag(3) })),
  'group-member-left': embedded(10, message({ member: uuid(1) })),
  'group-member-removed': embedded(11, message({ remover: uuid(1), removed: uuid(2) })),
  'group-self-invited': embedded(12, message({ inviter: uuid(1) })),
  'group-self-invited-other': embedded(13, message({ invitee: uuid(1) })),
  'group-unknown-invited': embedded(14, message({ inviter: uuid(1), count: number(2) })),
  'group-invitation-accepted': embedded(15, message({ inviter: uuid(1), newMember: uuid(2) })),
  'group-invitation-declined': embedded(16, message({ inviter: uuid(1), invitee: uuid(2) })),
  'group-member-joined': embedded(17, message({ newMember: uuid(1) })),
  'group-member-added': embedded(
    18,
    message({ updater: uuid(1), newMember: uuid(2), hadOpenInvitation: flag(3), inviter: uuid(4) }),
  ),
  'group-self-invitation-revoked': embedded(19, message({ revoker: uuid(1) })),
  'group-invitations-revoked': embedded(20, message({ updater: uuid(1), invitees: many(embedded(2, invitee)) })),
  'group-join-request': embedded(21, message({ requestor: uuid(1) })),
  'group-join-request-answered': embedded(22, message({ requestor: uuid(1), updater: uuid(2), wasApproved: flag(3) })),
  'group-join-request-cancelled': embedded(23, message({ requestor: uuid(1) })),
  'group-link-reset': embedded(24, byUpdater),
  'group-link-enabled': embedded(25, message({ updater: uuid(1), needsApproval: flag(2) })),
  'group-link-approval': embedded(26, message({ updater: uuid(1), needsApproval: flag(2) })),
  'group-link-disabled': embedded(27, byUpdater),
  'group-member-joined-by-link': embedded(28, message({ newMember: uuid(1) })),
  'group-migrated': embedded(29, nothing),
  'group-migrated-self-invited': embedded(30, nothing),
  'group-migrated-members-invited': embedded(31, message({ count: number(1) })),
  'group-migrated-members-dropped': embedded(32, message({ count: number(1) })),
  'group-requests-and-cancels': embedded(33, message({ requestor: uuid(1), count: number(2) })),
  'group-expiration-timer': embedded(34, message({ expiresInMs: number(1), updater: uuid(2) })),
  'group-member-label-access': embedded(35, message({ updater: uuid(1), accessLevel: accessLevel(2) })),
  'group-terminated': embedded(36, byUpdater),
});

/** What `simpleUpdate` says, by its number. */
const simpleUpdates = [
  'unknown',
  'joined-signal',
  'identity-changed',
  'identity-verified',
  'identity-default',
  'number-changed',
  'donation-request',
  'session-ended',
  'session-refreshed',
  'message-not-decrypted',
  'payments-activated',
  'payment-activation-request',
  'unsupported-protocol-message',
  'reported-spam',
  'blocked',
  'unblocked',
  'message-request-accepted',
];

const individualCall = message({
  callId: number(1),
  type: word(2, ['unknown', 'audio', 'video']),
  direction: word(3, ['unknown', 'incoming', 'outgoing']),
  state: word(4, ['unknown', 'accepted', 'not-accepted', 'missed', 'missed-by-notification-profile']),
  startedMs: number(5),
  isRead: flag(6),
});
export type IndividualCall = MessageOf<typeof individualCall>;

const groupCall = message({
  callId: number(1),
  state: word(2, [
    'unknown',
    'generic',
    'joined',
    'ringing',
    'accepted',
    'declined',
    'missed',
    'missed-by-notification-profile',
    'outgoing-ring',
  ]),
  ringerId: reference(3),
  starterId: reference(4),
  startedMs: number(5),
  endedMs: number(6),
  isRead: flag(7),
});
export type GroupCall = MessageOf<typeof groupCall>;

/** Exactly one field is there. */
export const chatUpdate = message({
  simple: embedded(1, message({ type: word(1, simpleUpdates) })),
  group: embedded(2, message({ updates: many(embedded(1, groupUpdate)) })),
  'expiration-timer': embedded(3, message({ expiresInMs: number(1) })),
  'profile-name': embedded(4, message({ previousName: text(1), newName: text(2) })),
  'thread-merged': embedded(5, message({ previousNumber: number(1) })),
  'session-switchover': embedded(6, message({ number: number(1) })),
  individualCall: embedded(7, individualCall),
  groupCall: embedded(8, groupCall),
  'profile-learned': embedded(9, message({ previousNumber: number(1), previousUsername: text(2) })),
  'poll-ended': embedded(10, message({ targetSentMs: number(1), question: text(2) })),
  'message-pinned': embedded(11, message({ targetSentMs: number(1), authorId: reference(2) })),
});
export type ChatUpdate = MessageOf<typeof chatUpdate>;
export type GroupUpdate = MessageOf<typeof groupUpdate>;
