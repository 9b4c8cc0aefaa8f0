import {
  bytes,
  embedded,
  flag,
  many,
  message,
  number,
  reference,
  text,
  uuid,
  word,
  type MessageOf,
} from '../../protobuf/schema';

// People and places that conversations are with. Field numbers are Signal's, names are this project's.

const avatarColor = (at: number) => number(at);
const nothing = message({});

const contact = message({
  aci: uuid(1),
  pni: uuid(2),
  username: text(3),
  e164: number(4),
  isBlocked: flag(5),
  visibility: word(6, ['visible', 'hidden', 'hidden-message-request']),
  registered: embedded(7, nothing),
  notRegistered: embedded(8, message({ sinceMs: number(1) })),
  profileKeyHex: bytes(9),
  profileSharing: flag(10),
  profileGivenName: text(11),
  profileFamilyName: text(12),
  hideStory: flag(13),
  identityKeyHex: bytes(14),
  identityState: word(15, ['default', 'verified', 'unverified']),
  nickname: embedded(16, message({ given: text(1), family: text(2) })),
  note: text(17),
  systemGivenName: text(18),
  systemFamilyName: text(19),
  systemNickname: text(20),
  avatarColor: avatarColor(21),
});
export type SignalContact = MessageOf<typeof contact>;

const attribute = message({
  title: text(1),
  avatarHex: bytes(2),
  disappearingSeconds: number(3),
  description: text(4),
});
const role = (at: number) => word(at, ['unknown', 'default', 'administrator']);
const access = (at: number) => word(at, ['unknown', 'any', 'member', 'administrator', 'unsatisfiable']);
const member = message({
  id: uuid(1),
  role: role(2),
  joinedAtVersion: number(5),
  labelEmoji: text(6),
  label: text(7),
});

const snapshot = message({
  title: embedded(2, attribute),
  avatarUrl: text(3),
  disappearingTimer: embedded(4, attribute),
  access: embedded(
    5,
    message({ attributes: access(1), members: access(2), inviteLink: access(3), memberLabel: access(4) }),
  ),
  version: number(6),
  members: many(embedded(7, member)),
  pendingProfileKey: many(embedded(8, message({ member: embedded(1, member), addedBy: uuid(2), atMs: number(3) }))),
  pendingApproval: many(embedded(9, message({ id: uuid(1), atMs: number(4) }))),
  inviteLinkPasswordHex: bytes(10),
  description: embedded(11, attribute),
  announcementsOnly: flag(12),
  banned: many(embedded(13, message({ id: uuid(1), atMs: number(2) }))),
  terminated: flag(14),
});

const group = message({
  masterKeyHex: bytes(1),
  isWhitelisted: flag(2),
  hideStory: flag(3),
  storySendMode: word(4, ['default', 'disabled', 'enabled']),
  snapshot: embedded(5, snapshot),
  isBlocked: flag(6),
  avatarColor: avatarColor(7),
});
export type SignalGroup = MessageOf<typeof group>;

const distributionList = message({
  id: uuid(1),
  deletedMs: number(2),
  list: embedded(
    3,
    message({
      name: text(1),
      allowReplies: flag(2),
      privacyMode: word(3, ['unknown', 'only-with', 'all-except', 'all']),
      members: many(reference(4)),
    }),
  ),
});
export type DistributionList = MessageOf<typeof distributionList>;

const callLink = message({
  rootKeyHex: bytes(1),
  adminKeyHex: bytes(2),
  name: text(3),
  restrictions: word(4, ['unknown', 'none', 'admin-approval']),
  expirationMs: number(5),
  epochHex: bytes(6),
});
export type CallLink = MessageOf<typeof callLink>;

/** One of the fields but `id` is there. */
export const recipient = message({
  id: number(1),
  contact: embedded(2, contact),
  group: embedded(3, group),
  distributionList: embedded(4, distributionList),
  self: embedded(5, message({ avatarColor: avatarColor(1) })),
  releaseNotes: embedded(6, nothing),
  callLink: embedded(7, callLink),
});
export type Recipient = MessageOf<typeof recipient>;
