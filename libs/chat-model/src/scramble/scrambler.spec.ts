import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';

import { arbitraryConversation, arbitraryMessage } from '../../test/arbitraries';
import {
  conversationToCbor,
  encodeSegment,
  Scrambler,
  type ChatSource,
  type Conversation,
  type Message,
} from '../index';
import { Nonsense } from './nonsense';
import { StableNames } from './stable-names';

const secret = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const arbitrarySecret = fc.uint8Array({ minLength: 32, maxLength: 32 });

interface Content {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}

const sourceOf = (contents: readonly Content[]): ChatSource => ({
  format: 'some-service',
  counts: { chats: contents.length, messages: contents.flatMap(({ messages }) => messages).length },
  conversations: () =>
    contents.map(({ conversation, messages }) => ({
      conversation,
      messageCount: messages.length,
      messages: () => messages,
    })),
  close: () => undefined,
});

const scrambled = (contents: readonly Content[], key: Uint8Array): readonly Content[] =>
  [...new Scrambler(key).source(sourceOf(contents)).conversations()].map(({ conversation, messages }) => ({
    conversation,
    messages: [...messages()],
  }));

/** What must stay: properties and their order, kinds of values, lengths in characters, bytes and units. */
function shapeOf(value: unknown): unknown {
  if (typeof value === 'string') return [Array.from(value).length, Buffer.byteLength(value), value.length];
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, item]) => [name, shapeOf(item)]);
  }
  return typeof value === 'number' ? 'number' : value;
}

const distinct = (messages: readonly Message[]): readonly Message[] => [
  ...new Map(messages.map((message) => [message.id, message])).values(),
];
const arbitraryContent: fc.Arbitrary<Content> = fc
  .tuple(arbitraryConversation, fc.array(arbitraryMessage, { maxLength: 4 }))
  .map(([conversation, messages]) => ({ conversation, messages: distinct(messages) }));

/** Long enough that chance makes none of them again. */
const word = fc.oneof(
  fc.stringMatching(/^[a-z]{9,14}$/),
  fc.stringMatching(/^[A-Z][a-z]{8,13}$/),
  fc.stringMatching(/^[а-я]{9,14}$/),
  fc.stringMatching(/^[א-ת]{9,14}$/),
  fc.stringMatching(/^[ぁ-ん]{9,14}$/),
  fc.stringMatching(/^[1-9][0-9]{11,14}$/),
);

/** A history with a word in every place for content. */
const contentOf = (words: readonly string[]): Content => {
  let next = 0;
  const one = (): string => words[next++ % words.length]!;
  const message: Message = {
    id: one(),
    senderId: one(),
    isFromSelf: false,
    timeMs: 1_700_000_000_000,
    kind: 'image',
    text: `${one()}, ${one()}! https://${one()}.example/${one()}?${one()}`,
    unsupportedType: `${one()} ${one()}`,
    media: {
      path: `${one()}/${one()}.jpg`,
      name: `${one()}.${one()}`,
      mimeType: `image/${one()}`,
      sha256Hex: 'deadbeef'.repeat(8),
    },
    quote: { messageId: one(), senderId: one(), text: one() },
    reactions: [{ senderId: one(), text: one() }],
    edits: [{ timeMs: 0, textBefore: one() }],
    system: { action: `${one()} said`, participantIds: [one()], value: one() },
    place: { latitude: 12.345678912345, longitude: 98.765432198765, name: one(), address: one() },
    contacts: [`BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${one()}\r\nTEL;waid=${one()}:${one()}\r\nX-${one()}:1\r\nEND:VCARD`],
    poll: { options: [one(), one()] },
    extras: { fact: one(), list: [one(), { deeper: one() }], number: 123_456_789_012 },
  };
  const conversation: Conversation = {
    id: one(),
    kind: 'group',
    title: one(),
    participants: [{ id: one(), name: one() }],
    extras: { about: one() },
  };
  return { conversation, messages: [message] };
};

describe('Scrambler', () => {
  property.prop([fc.array(arbitraryContent, { maxLength: 3 }), arbitrarySecret], { numRuns: 12 })(
    'keeps the shape of any history, within all limits of the model',
    (contents, key) => {
      const made = scrambled(contents, key);
      expect(shapeOf(made)).toEqual(shapeOf(contents));
      for (const { conversation, messages } of made) {
        expect(() => conversationToCbor(conversation)).not.toThrow();
        expect(() => encodeSegment(messages)).not.toThrow();
        expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
      }
    },
  );
  property.prop([fc.array(word, { minLength: 12, maxLength: 60 }), arbitrarySecret], { numRuns: 40 })(
    'leaves no word, name, number or address of it anywhere',
    (words, key) => {
      const text = JSON.stringify(scrambled([contentOf(words)], key));
      for (const one of [...words, 'deadbeef', '12.3456', '98.7654', '123456789012']) {
        expect(text.toLowerCase()).not.toContain(one.toLowerCase());
      }
    },
  );
  property.prop([
    fc.array(fc.constantFrom('1', '2', '3', '22', 'anna', 'bert', 'Anna', ''), { minLength: 4, maxLength: 40 }),
  ])('keeps what is the same and what is not: senders, quoted messages, and a title that is an id', (ids) => {
    const messages = distinct(
      ids.map((id, index) => ({
        id: String(index),
        senderId: id,
        isFromSelf: false,
        timeMs: 1_700_000_000_000 + index,
        kind: 'text',
        quote: { messageId: String(ids.length - 1 - index), senderId: ids[0]! },
        reactions: [{ senderId: ids[1]!, text: '👍' }],
      })),
    );
    const conversation: Conversation = {
      id: ids[2]!,
      kind: 'direct',
      title: ids[2]!,
      participants: [...new Set(ids)].map((id) => ({ id })),
    };
    const namesIn = ({ conversation: { id, participants }, messages: list }: Content): readonly string[] => [
      id,
      ...participants.map((participant) => participant.id),
      ...list.flatMap(({ senderId, quote, reactions }) => [senderId!, quote!.senderId!, reactions![0]!.senderId!]),
    ];
    const messageIdsIn = ({ messages: list }: Content): readonly string[] =>
      list.flatMap(({ id, quote }) => [id, quote!.messageId!]);
    const classesOf = (names: readonly string[]): readonly number[] => names.map((name) => names.indexOf(name));
    const before = { conversation, messages };
    const [after] = scrambled([before], secret(1));
    expect(classesOf(namesIn(after!))).toEqual(classesOf(namesIn(before)));
    expect(classesOf(messageIdsIn(after!))).toEqual(classesOf(messageIdsIn(before)));
  });
  it('moves all times by the same whole days, back', () => {
    const at = (timeMs: number): Content => ({
      conversation: { id: 'c', kind: 'direct', title: 'c', participants: [], createdMs: timeMs - 5 },
      messages: [
        { id: '1', senderId: null, isFromSelf: true, timeMs, kind: 'text', edits: [{ timeMs: timeMs + 7 }] },
        { id: '2', senderId: null, isFromSelf: true, timeMs: null, localTime: '2024-02-29T18:30:59', kind: 'text' },
      ],
    });
    const timeMs = Date.UTC(2024, 1, 29, 18, 30, 59);
    const [{ conversation, messages } = at(0)] = scrambled([at(timeMs)], secret(2));
    const shiftMs = timeMs - messages[0]!.timeMs!;
    expect(shiftMs % 86_400_000).toBe(0);
    expect(shiftMs / 86_400_000).toBeGreaterThanOrEqual(1000);
    expect(conversation.createdMs).toBe(timeMs - shiftMs - 5);
    expect(messages[0]!.edits).toEqual([{ timeMs: timeMs - shiftMs + 7 }]);
    expect(messages[1]!.localTime).toBe(new Date(timeMs - shiftMs).toISOString().slice(0, 19));
  });
  it('gives the same each time it is read, and something else under another secret', () => {
    const content = contentOf(['Margarethe', 'conspicuous', '491700000000']);
    const source = new Scrambler(secret(3)).source(
      sourceOf([content, { ...content, conversation: { ...content.conversation, id: 'd' } }]),
    );
    const read = (): readonly (readonly Message[])[] =>
      [...source.conversations()].map(({ messages }) => [...messages()]);
    expect(read()).toEqual(read());
    expect(scrambled([content], secret(3))[0]!.messages).toEqual(read()[0]);
    expect(scrambled([content], secret(4))[0]!.messages).not.toEqual(read()[0]);
  });
  it('keeps what apps call their kinds, and the usual endings and types of files', () => {
    const scrambler = new Scrambler(secret(5));
    expect(scrambler.path('Media/WhatsApp Images/IMG-20240229-WA0001.jpg')).toMatch(
      /^[A-Z][a-z]{4}\/[A-Z][a-z]{4}[A-Z][a-z]{2} [A-Z][a-z]{5}\/[A-Z]{3}-[1-9]\d{7}-[A-Z]{2}\d{4}\.jpg$/,
    );
    const message: Message = {
      id: '1',
      senderId: null,
      isFromSelf: false,
      timeMs: null,
      kind: 'system',
      system: { action: 'phone_call' },
      media: { mimeType: 'audio/ogg; codecs=opus' },
    };
    const conversation: Conversation = { id: 'c', kind: 'direct', title: 'c', participants: [] };
    const [made] = [...scrambler.source(sourceOf([{ conversation, messages: [message] }])).conversations()];
    expect([...made!.messages()]).toMatchObject([
      { system: { action: 'phone_call' }, media: { mimeType: 'audio/ogg; codecs=opus' } },
    ]);
  });
});

describe('Nonsense', () => {
  it('keeps scripts, cases, spaces, punctuation and joiners, and the kind of pictures', () => {
    const made = new Nonsense(secret(6)).of('Grüße, мир! 日本 한국 שלום 👍🏽 👩‍💻 🇩🇪 e\u0301 ok? 2024');
    const parts: readonly RegExp[] = [
      /^[A-Z][a-z]\p{Ll}{2}[a-z],$/u,
      /^\p{Script=Cyrillic}{3}!$/u,
      /^\p{Script=Han}{2}$/u,
      /^\p{Script=Hangul}{2}$/u,
      /^\p{Script=Hebrew}{4}$/u,
      /^\p{Extended_Pictographic}\p{Emoji_Modifier}$/u,
      /^\p{Extended_Pictographic}\u200d\p{Extended_Pictographic}$/u,
      /^\p{Regional_Indicator}{2}$/u,
      /^[a-z]\p{M}$/u,
      /^[a-z]{2}\?$/,
      /^[1-9]\d{3}$/,
    ];
    const words = made.split(' ');
    expect(words).toHaveLength(parts.length);
    for (const [index, part] of parts.entries()) expect(words[index]).toMatch(part);
  });
  it('leaves no word of four letters as it was, by chance either', () => {
    const nonsense = new Nonsense(secret(7));
    const letters = Array.from('abcdefghijklmnopqrstuvwxyz');
    const words = letters.flatMap((one) => letters.map((other) => `${one}${other}${other}${one}`));
    expect(words.filter((each) => nonsense.of(each) === each)).toEqual([]);
    // digits meet by chance one time in nine thousand
    const numbers = Array.from({ length: 9000 }, (_, index) => String(index + 1000));
    expect(numbers.filter((each) => nonsense.of(each) === each)).toEqual([]);
  });
});

describe('StableNames', () => {
  it('keeps all names of a shape apart where every one is used', () => {
    const names = new StableNames(new Nonsense(secret(8)));
    const given = Array.from({ length: 2000 }, (_, index) => String(index));
    const made = given.map((name) => names.of(name));
    expect(new Set(made).size).toBe(given.length);
    expect(made.map((name) => name.length)).toEqual(given.map((name) => name.length));
    expect(given.map((name) => names.of(name))).toEqual(made);
  });
});
