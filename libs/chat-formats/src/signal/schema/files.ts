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

// Signal's backup schema (version 1), as far as its public description and its published test cases show it: field numbers are
// Signal's, names are this project's. See docs/chat-formats.md.

/** Where a file can be fetched and what opens it. */
const locator = message({
  keyHex: bytes(1),
  sizeBytes: number(3),
  transitKey: text(4),
  transitNumber: number(5),
  transitUploadMs: number(6),
  mediaTierNumber: number(7),
  localKeyHex: bytes(9),
  plaintextSha256Hex: bytes(10),
  encryptedDigestHex: bytes(11),
});

/** A file, without its bytes. */
export const filePointer = message({
  contentType: text(4),
  incrementalMacHex: bytes(5),
  incrementalMacChunkBytes: number(6),
  fileName: text(7),
  widthPixels: number(8),
  heightPixels: number(9),
  caption: text(10),
  blurHash: text(11),
  locator: embedded(13, locator),
});
export type FilePointer = MessageOf<typeof filePointer>;

/** A file of a message. */
export const attachment = message({
  pointer: embedded(1, filePointer),
  flag: word(2, ['none', 'voice-message', 'borderless', 'gif']),
  wasDownloaded: flag(3),
  clientId: uuid(4),
});
export type Attachment = MessageOf<typeof attachment>;

const bodyRange = message({
  start: number(1),
  length: number(2),
  mention: uuid(3),
  style: word(4, ['none', 'bold', 'italic', 'spoiler', 'strikethrough', 'monospace']),
});

export const richText = message({ body: text(1), ranges: many(embedded(2, bodyRange)) });
export type RichText = MessageOf<typeof richText>;

export const reaction = message({
  emoji: text(1),
  authorId: reference(2),
  sentMs: number(3),
  sortOrder: number(4),
});
export type SignalReaction = MessageOf<typeof reaction>;

const quotedAttachment = message({
  contentType: text(1),
  fileName: text(2),
  thumbnail: embedded(3, attachment),
});

export const quote = message({
  targetSentMs: number(1),
  authorId: reference(2),
  text: embedded(3, richText),
  attachments: many(embedded(4, quotedAttachment)),
  type: word(5, ['unknown', 'normal', 'gift-badge', 'view-once', 'poll']),
});
export type SignalQuote = MessageOf<typeof quote>;

export const linkPreview = message({
  url: text(1),
  title: text(2),
  image: embedded(3, filePointer),
  description: text(4),
  dateMs: number(5),
});
