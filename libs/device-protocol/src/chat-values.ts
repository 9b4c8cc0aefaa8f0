import {
  conversationKinds,
  deliveryStates,
  messageKinds,
  messageMarks,
  type Call,
  type Conversation,
  type Edit,
  type Extra,
  type MediaReference,
  type Message,
  type Participant,
  type Place,
  type Poll,
  type Quote,
  type Reaction,
  type Receipt,
  type SystemEvent,
} from '@coffer/chat-model';
import { z } from 'zod';

const text = z.string();
const count = z.int().nonnegative();
const instantMs = z.int();
const yes = z.literal(true).exactOptional();

const extra: z.ZodType<Extra> = z.lazy(() =>
  z.union([text, z.int(), z.boolean(), z.array(extra), z.record(text, extra)]),
);
const extras = z.record(text, extra);

const participant: z.ZodType<Participant> = z.strictObject({ id: text, name: text.exactOptional() });

/** `Conversation` of the canonical model, as it crosses between device and page. */
export const conversationSchema: z.ZodType<Conversation> = z.strictObject({
  id: text,
  kind: z.enum(conversationKinds),
  title: text,
  participants: z.array(participant),
  isArchived: yes,
  createdMs: instantMs.exactOptional(),
  extras: extras.exactOptional(),
});

const media: z.ZodType<MediaReference> = z.strictObject({
  path: text.exactOptional(),
  name: text.exactOptional(),
  mimeType: text.exactOptional(),
  sizeBytes: count.exactOptional(),
  sha256Hex: text.exactOptional(),
  widthPixels: count.exactOptional(),
  heightPixels: count.exactOptional(),
  durationSeconds: z.number().nonnegative().exactOptional(),
  isOmitted: yes,
});

const receipt: z.ZodType<Receipt> = z.strictObject({
  id: text.exactOptional(),
  receivedMs: instantMs.exactOptional(),
  readMs: instantMs.exactOptional(),
  playedMs: instantMs.exactOptional(),
  status: z.int().exactOptional(),
});

const quote: z.ZodType<Quote> = z.strictObject({
  messageId: text.exactOptional(),
  senderId: text.exactOptional(),
  text: text.exactOptional(),
  kind: z.enum(messageKinds).exactOptional(),
});

const reaction: z.ZodType<Reaction> = z.strictObject({
  senderId: text.nullable(),
  text,
  timeMs: instantMs.exactOptional(),
});

const edit: z.ZodType<Edit> = z.strictObject({ timeMs: instantMs, textBefore: text.exactOptional() });

const system: z.ZodType<SystemEvent> = z.strictObject({
  action: text,
  participantIds: z.array(text).exactOptional(),
  value: text.exactOptional(),
});

const place: z.ZodType<Place> = z.strictObject({
  latitude: z.number(),
  longitude: z.number(),
  name: text.exactOptional(),
  address: text.exactOptional(),
});

const call: z.ZodType<Call> = z.strictObject({
  isVideo: yes,
  isMissed: yes,
  durationSeconds: z.number().nonnegative().exactOptional(),
});

const poll: z.ZodType<Poll> = z.strictObject({ options: z.array(text) });

/** `Message` of the canonical model, as it crosses between device and page. */
export const messageSchema: z.ZodType<Message> = z.strictObject({
  id: text,
  senderId: text.nullable(),
  isFromSelf: z.boolean(),
  timeMs: instantMs.nullable(),
  localTime: text.exactOptional(),
  kind: z.enum(messageKinds),
  text: text.exactOptional(),
  receivedMs: instantMs.exactOptional(),
  serverReceivedMs: instantMs.exactOptional(),
  delivery: z.enum(deliveryStates).exactOptional(),
  receipts: z.array(receipt).exactOptional(),
  unsupportedType: text.exactOptional(),
  media: media.exactOptional(),
  quote: quote.exactOptional(),
  reactions: z.array(reaction).exactOptional(),
  edits: z.array(edit).exactOptional(),
  system: system.exactOptional(),
  place: place.exactOptional(),
  contacts: z.array(text).exactOptional(),
  call: call.exactOptional(),
  poll: poll.exactOptional(),
  marks: z.array(z.enum(messageMarks)).exactOptional(),
  extras: extras.exactOptional(),
});

export const conversationSummarySchema = z.strictObject({
  /** Names it among the conversations of its snapshot; two sources may hold conversations with the same id. */
  conversationId: z.string().min(1),
  /** Path of the file that it was read from. */
  source: z.string(),
  conversation: conversationSchema,
  messageCount: count,
  /** Milliseconds since 1970; null where the source has no instants. */
  firstMessageMs: z.int().nullable(),
  lastMessageMs: z.int().nullable(),
});
