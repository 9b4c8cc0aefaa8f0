import { fc } from '@fast-check/vitest';
import {
  conversationKinds,
  deliveryStates,
  messageKinds,
  messageMarks,
  type Conversation,
  type Extra,
  type Message,
} from '../src/index';

const id = fc.string({ maxLength: 20, unit: 'grapheme' });
const words = fc.string({ maxLength: 60, unit: 'grapheme' });
const count = fc.nat();
const instant = fc.integer({ min: -8.64e15, max: 8.64e15 });

/** Drops absent properties, as exactOptionalPropertyTypes wants them. */
const partial = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[]): fc.Arbitrary<T> =>
  fc.record(model, { requiredKeys: required, noNullPrototype: true });

const media = partial(
  {
    path: words,
    name: words,
    mimeType: words,
    sizeBytes: count,
    sha256Hex: fc.stringMatching(/^[0-9a-f]{64}$/),
    widthPixels: count,
    heightPixels: count,
    durationSeconds: count,
    isOmitted: fc.constant(true as const),
  },
  [],
);
const latitude = fc.double({ min: -90, max: 90, noNaN: true }).map((value) => value + 0);
const longitude = fc.double({ min: -180, max: 180, noNaN: true }).map((value) => value + 0);

const extraName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_.-]{0,8}$/);
const { extra } = fc.letrec((tie) => ({
  extra: fc.oneof(
    { maxDepth: 3 },
    words,
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.array(tie('extra'), { maxLength: 3 }),
    fc.dictionary(extraName, tie('extra'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
const extras = fc.dictionary(extraName, extra as fc.Arbitrary<Extra>, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});

/** Any message that the canonical model allows. */
export const arbitraryMessage: fc.Arbitrary<Message> = partial(
  {
    id,
    senderId: fc.option(id),
    isFromSelf: fc.boolean(),
    timeMs: fc.option(instant),
    localTime: fc.constantFrom('2004-11-15T12:18', '2004-11-15T12:18:59'),
    kind: fc.constantFrom(...messageKinds),
    text: words,
    media,
    quote: partial({ messageId: id, senderId: id, text: words, kind: fc.constantFrom(...messageKinds) }, []),
    reactions: fc.array(partial({ senderId: fc.option(id), text: words, timeMs: instant }, ['senderId', 'text'])),
    edits: fc.array(partial({ timeMs: instant, textBefore: words }, ['timeMs'])),
    system: partial({ action: id, participantIds: fc.array(id), value: words }, ['action']),
    place: partial({ latitude, longitude, name: words, address: words }, ['latitude', 'longitude']),
    contacts: fc.array(words),
    call: partial(
      { isVideo: fc.constant(true as const), isMissed: fc.constant(true as const), durationSeconds: count },
      [],
    ),
    poll: fc.record({ options: fc.array(words) }, { noNullPrototype: true }),
    marks: fc.uniqueArray(fc.constantFrom(...messageMarks)),
    receivedMs: instant,
    serverReceivedMs: instant,
    delivery: fc.constantFrom(...deliveryStates),
    receipts: fc.array(
      partial({ id, receivedMs: instant, readMs: instant, playedMs: instant, status: fc.maxSafeInteger() }, []),
      { maxLength: 3 },
    ),
    extras,
  },
  ['id', 'senderId', 'isFromSelf', 'timeMs', 'kind'],
).map((message) => (message.kind === 'unsupported' ? { ...message, unsupportedType: '99' } : message));

export const arbitraryConversation: fc.Arbitrary<Conversation> = partial(
  {
    id,
    kind: fc.constantFrom(...conversationKinds),
    title: words,
    participants: fc.array(partial({ id, name: words }, ['id'])),
    isArchived: fc.constant(true as const),
    createdMs: instant,
  },
  ['id', 'kind', 'title', 'participants'],
);
