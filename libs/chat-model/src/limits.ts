/**
 * What a conversation, a message and a segment may hold at most. Lengths of text are in UTF-16 units. They are far above
 * what any chat service lets people send; beyond them data is hostile or broken.
 */
export const chatLimits = {
  idLength: 512,
  titleLength: 4096,
  textLength: 4 * 1024 * 1024,
  pathLength: 4096,
  contactLength: 1024 * 1024,
  participants: 250_000,
  reactions: 50_000,
  receipts: 10_000,
  edits: 10_000,
  contacts: 1000,
  pollOptions: 1000,
  /** Levels of maps and lists in `extras`, and values in one of them at all levels. */
  extrasDepth: 24,
  extrasValues: 100_000,
  segmentMessages: 500,
  /** A segment ends early once its messages reach this many UTF-16 units; a single message may exceed it. */
  segmentTextLength: 1024 * 1024,
  /** Encoded bytes that `decodeSegment` looks at. */
  segmentBytes: 64 * 1024 * 1024,
  conversationBytes: 64 * 1024 * 1024,
} as const;

/** Instants are whole milliseconds within what a JavaScript date can hold. */
export const maximumInstantMs = 8_640_000_000_000_000;
