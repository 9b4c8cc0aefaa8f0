import {
  bytes,
  embedded,
  flag,
  many,
  message,
  number,
  reference,
  text,
  word,
  type Field,
  type MessageOf,
  type MessageSchema,
} from '../../protobuf/schema';
import { chatUpdate } from './chat-updates';
import { attachment, filePointer, linkPreview, quote, reaction, richText } from './files';

// One entry of a conversation. Field numbers are Signal's, names are this project's.

const reactions = (at: number): Field<readonly MessageOf<typeof reaction>[]> => many(embedded(at, reaction));
const sealed = message({ sealedSender: flag(1) });
const nothing = message({});

const sendStatus = message({
  recipient: reference(1),
  atMs: number(2),
  pending: embedded(3, nothing),
  sent: embedded(4, sealed),
  delivered: embedded(5, sealed),
  read: embedded(6, sealed),
  viewed: embedded(7, sealed),
  skipped: embedded(8, nothing),
  failed: embedded(9, message({ reason: word(1, ['unknown', 'network', 'identity-key-mismatch']) })),
});

export type SendStatus = MessageOf<typeof sendStatus>;

const standardMessage = message({
  quote: embedded(1, quote),
  text: embedded(2, richText),
  attachments: many(embedded(3, attachment)),
  linkPreviews: many(embedded(4, linkPreview)),
  longText: embedded(5, filePointer),
  reactions: reactions(6),
});
export type StandardMessage = MessageOf<typeof standardMessage>;

const contactKinds = ['unknown', 'home', 'mobile', 'work', 'custom'];
const labelled = (): MessageSchema<{ value?: string; type?: string; label?: string }> =>
  message({ value: text(1), type: word(2, contactKinds), label: text(3) });

export const contact = message({
  name: embedded(
    1,
    message({ given: text(1), family: text(2), prefix: text(3), suffix: text(4), middle: text(5), nickname: text(6) }),
  ),
  numbers: many(embedded(3, labelled())),
  emails: many(embedded(4, labelled())),
  addresses: many(
    embedded(
      5,
      message({
        type: word(1, ['unknown', 'home', 'work', 'custom']),
        label: text(2),
        street: text(3),
        postBox: text(4),
        neighborhood: text(5),
        city: text(6),
        region: text(7),
        postcode: text(8),
        country: text(9),
      }),
    ),
  ),
  avatar: embedded(6, filePointer),
  organization: text(7),
});
export type SharedContact = MessageOf<typeof contact>;

const sticker = message({
  packIdHex: bytes(1),
  packKeyHex: bytes(2),
  stickerId: number(3),
  emoji: text(4),
  data: embedded(5, filePointer),
});
export type Sticker = MessageOf<typeof sticker>;

const mobileCoin = message({ publicKeysHex: many(bytes(1)), keyImagesHex: many(bytes(2)) });
const payment = message({
  amountMob: text(1),
  feeMob: text(2),
  note: text(3),
  details: embedded(
    4,
    message({
      transaction: embedded(
        1,
        message({
          status: word(1, ['initial', 'submitted', 'successful']),
          mobileCoin: embedded(2, mobileCoin),
          atMs: number(3),
          blockIndex: number(4),
          blockAtMs: number(5),
          transactionHex: bytes(6),
          receiptHex: bytes(7),
        }),
      ),
      failed: embedded(2, message({ reason: word(1, ['generic', 'network', 'insufficient-funds']) })),
    }),
  ),
});

const giftBadge = message({
  receiptHex: bytes(1),
  state: word(2, ['unopened', 'opened', 'redeemed', 'failed']),
});

const storyReply = message({
  text: embedded(1, message({ text: embedded(1, richText), longText: embedded(2, filePointer) })),
  emoji: text(2),
  reactions: reactions(3),
});
export type StoryReply = MessageOf<typeof storyReply>;

const poll = message({
  question: text(1),
  allowMultiple: flag(2),
  options: many(
    embedded(
      3,
      message({
        text: text(1),
        votes: many(embedded(2, message({ voter: reference(1), count: number(2) }))),
      }),
    ),
  ),
  hasEnded: flag(4),
  reactions: reactions(5),
});
export type SignalPoll = MessageOf<typeof poll>;

const fields = {
  chatId: number(1),
  authorId: reference(2),
  sentMs: number(3),
  expireStartMs: number(4),
  expiresInMs: number(5),
  sms: flag(7),
  incoming: embedded(
    8,
    message({ receivedMs: number(1), serverSentMs: number(2), isRead: flag(3), sealedSender: flag(4) }),
  ),
  outgoing: embedded(9, message({ sendStatus: many(embedded(1, sendStatus)), receivedMs: number(2) })),
  directionless: embedded(10, nothing),
  standard: embedded(11, standardMessage),
  contact: embedded(12, message({ contact: embedded(1, contact), reactions: reactions(2) })),
  sticker: embedded(13, message({ sticker: embedded(1, sticker), reactions: reactions(2) })),
  deleted: embedded(14, nothing),
  update: embedded(15, chatUpdate),
  payment: embedded(16, payment),
  giftBadge: embedded(17, giftBadge),
  viewOnce: embedded(18, message({ attachment: embedded(1, attachment), reactions: reactions(2) })),
  storyReply: embedded(19, storyReply),
  poll: embedded(20, poll),
  pinned: embedded(21, message({ pinnedMs: number(1), expiresMs: number(2), neverExpires: flag(3) })),
  deletedByAdmin: embedded(22, message({ adminId: reference(1) })),
};

/** An earlier state of an entry: an entry without earlier states of its own. */
export const revision = message(fields);
export type Revision = MessageOf<typeof revision>;

export const chatItem = message({ ...fields, revisions: many(embedded(6, revision)) });
export type ChatItem = MessageOf<typeof chatItem>;
