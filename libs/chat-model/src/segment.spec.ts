import { fc, test as property } from '@fast-check/vitest';
import { decodeCbor, encodeCbor, EncodingError, toHex, type CborValue } from '@coffer/foundation';
import { describe, expect, it } from 'vitest';
import { arbitraryConversation, arbitraryMessage } from '../test/arbitraries';
import {
  chatLimits,
  ChatModelError,
  conversationFromCbor,
  conversationToCbor,
  cutSegments,
  decodeSegment,
  encodeSegment,
  encodeSegments,
  type Extras,
  type Message,
} from './index';

const plain: Message = { id: '1', senderId: 'a', isFromSelf: false, timeMs: 1, kind: 'text', text: 'hi' };
const encoded = (change: (map: Record<string, CborValue>) => void): Uint8Array => {
  const map = { ...(decodeCbor(encodeSegment([plain])) as Record<string, CborValue>) };
  change(map);
  return encodeCbor(map);
};

describe('encodeSegment', () => {
  it('keeps its bytes', () => {
    expect(
      toHex(encodeSegment([plain, { ...plain, id: '2', senderId: null, isFromSelf: true, marks: ['starred'] }])),
    ).toBe(
      'a36176016773656e64657273816161686d657373616765738287613101f4010062686' +
        '9f687613200f50100626869a1656d61726b73816773746172726564',
    );
  });
  property.prop([fc.array(arbitraryMessage, { maxLength: 20 })])(
    'is undone by decodeSegment for any messages',
    (messages) => {
      const bytes = encodeSegment(messages);
      expect(decodeSegment(bytes)).toEqual(messages);
      expect(encodeSegment(decodeSegment(bytes))).toEqual(bytes);
    },
  );
  it('stores when and how far a message came as it did before these were fields, and reads it as fields', () => {
    const receipts = [{ id: 'b', readMs: 7 }];
    const older = encoded((map) => {
      map['messages'] = [
        ['1', 1, false, 1, 0, 'hi', { extras: { receivedMs: 5, delivery: 'read', receipts, mood: 'x' } }],
      ];
    });
    const newer: Message = { ...plain, receivedMs: 5, delivery: 'read', receipts, extras: { mood: 'x' } };
    expect(encodeSegment([newer])).toEqual(older);
    expect(decodeSegment(older)).toEqual([newer]);
    const { extras: _extras, ...alone } = newer;
    expect(decodeSegment(encodeSegment([alone]))).toEqual([alone]);
  });
  it.each<Extras>([
    { delivery: 'on a horse' },
    { receivedMs: 8_640_000_000_000_001 },
    { receipts: [{ id: 5 }] },
    { receipts: [{ who: 'b' }] },
    { receipts: 'none' },
  ])('keeps %j, which is none of these fields, where it was', (extras) => {
    expect(decodeSegment(encodeSegment([{ ...plain, extras }]))).toEqual([{ ...plain, extras }]);
  });
  it('refuses more than 500 messages', () => {
    expect(() => encodeSegment(Array.from({ length: 501 }, () => plain))).toThrow(ChatModelError);
    expect(encodeSegment(Array.from({ length: 500 }, () => plain)).length).toBeGreaterThan(500);
  });
  it('writes lone surrogates as U+FFFD', () => {
    expect(decodeSegment(encodeSegment([{ ...plain, text: 'a\ud800', senderId: '\udc00' }]))[0]).toMatchObject({
      text: 'a\ufffd',
      senderId: '\ufffd',
    });
  });
  it.each<[string, Message]>([
    ['a long id', { ...plain, id: 'x'.repeat(chatLimits.idLength + 1) }],
    ['a fraction of a millisecond', { ...plain, timeMs: 0.5 }],
    ['an impossible place', { ...plain, place: { latitude: 91, longitude: 0 } }],
    ['no number for a place', { ...plain, place: { latitude: Number.NaN, longitude: 0 } }],
    ['unsupported without its type', { ...plain, kind: 'unsupported' }],
    ['a type that is not unsupported', { ...plain, unsupportedType: '5' }],
    ['a delivery twice', { ...plain, delivery: 'read', extras: { delivery: 'sent' } }],
    ['an unknown delivery', { ...plain, delivery: 'lost' as 'read' }],
    ['a local time of another form', { ...plain, localTime: 'yesterday' }],
  ])('refuses %s', (_name, message) => {
    expect(() => encodeSegment([message])).toThrow(ChatModelError);
  });
});

describe('decodeSegment', () => {
  it.each<[string, (map: Record<string, CborValue>) => void]>([
    ['another version', (map) => (map['v'] = 2)],
    ['an unknown field', (map) => (map['x'] = 1)],
    ['a sender that wrote nothing', (map) => (map['senders'] = ['a', 'b'])],
    ['a sender twice', (map) => (map['senders'] = ['a', 'a'])],
    ['no senders', (map) => (map['senders'] = [])],
    ['messages that are no list', (map) => (map['messages'] = 'x')],
    ['a short message', (map) => (map['messages'] = [['1', 1, false, 1, 0, 'hi']])],
    ['an unknown kind', (map) => (map['messages'] = [['1', 1, false, 1, 99, 'hi', null]])],
    ['an unknown property', (map) => (map['messages'] = [['1', 1, false, 1, 0, 'hi', { y: 1 }]])],
    ['an empty rest', (map) => (map['messages'] = [['1', 1, false, 1, 0, 'hi', {}]])],
    ['a number for text', (map) => (map['messages'] = [['1', 1, false, 1, 0, 5, null]])],
    ['false for a flag', (map) => (map['messages'] = [['1', 1, false, 1, 0, 'hi', { call: { isVideo: false } }]])],
    [
      'a coordinate in another form',
      (map) => (map['messages'] = [['1', 1, false, 1, 4, null, { place: { latitude: '1.0', longitude: '1' } }]]),
    ],
  ])('refuses %s', (_name, change) => {
    expect(() => decodeSegment(encoded(change))).toThrow(ChatModelError);
  });
  property.prop([fc.array(arbitraryMessage, { maxLength: 5 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'reads changed bytes as themselves or not at all',
    (messages, where, flip) => {
      const bytes = encodeSegment(messages);
      bytes[where % bytes.length]! ^= flip;
      let read: readonly Message[];
      try {
        read = decodeSegment(bytes);
      } catch (error) {
        expect(error instanceof ChatModelError || error instanceof EncodingError).toBe(true);
        return;
      }
      expect(encodeSegment(read)).toEqual(bytes);
    },
  );
  property.prop([fc.array(arbitraryMessage, { maxLength: 5 }), fc.nat()])('refuses every cut', (messages, where) => {
    const bytes = encodeSegment(messages);
    expect(() => decodeSegment(bytes.subarray(0, where % bytes.length))).toThrow();
  });
});

describe('cutSegments', () => {
  const numbered = (count: number, text = 'x'): Message[] =>
    Array.from({ length: count }, (_, index) => ({ ...plain, id: String(index), text }));

  it('cuts at 500 and leaves the rest for last', () => {
    expect([...cutSegments(numbered(1001))].map((run) => run.length)).toEqual([500, 500, 1]);
    expect([...cutSegments([])]).toEqual([]);
  });
  it('cuts earlier where messages are long', () => {
    expect([...cutSegments(numbered(5, 'x'.repeat(600_000)))].map((run) => run.length)).toEqual([2, 2, 1]);
  });
  it('changes the last run only when messages are added', () => {
    const before = [...cutSegments(numbered(750))];
    const after = [...cutSegments(numbered(900))];
    expect(after[0]).toEqual(before[0]);
    expect(after).toHaveLength(before.length);
  });
});

describe('encodeSegments', () => {
  const words = fc.string({ unit: 'binary', maxLength: 200 });
  const value = fc.oneof(words, fc.maxSafeInteger(), fc.boolean(), fc.constant(['x', { y: 1 }]));
  const name = fc.oneof(fc.constantFrom('a', 'b', 'receivedMs', 'x'.repeat(24)), fc.stringMatching(/^[a-z]{1,3}$/));
  const message = fc
    .record({ text: words, extras: fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }) }, { requiredKeys: [] })
    .map((fields): Message => ({ id: '1', senderId: 'a', isFromSelf: false, timeMs: 1, kind: 'text', ...fields }));

  property.prop([fc.array(fc.oneof(message, arbitraryMessage), { maxLength: 12 })])(
    'gives the bytes of encodeSegment and the general encoder, cut where cutSegments cuts',
    (messages) => {
      const runs = [...cutSegments(messages)];
      const segments = [...encodeSegments(messages)];
      expect(segments.map(({ bytes }) => toHex(bytes))).toEqual(runs.map((run) => toHex(encodeSegment(run))));
      for (const [at, { bytes, messages: count, firstMs, lastMs }] of segments.entries()) {
        const times = runs[at]!.flatMap(({ timeMs }) => timeMs ?? []);
        expect(count).toBe(runs[at]!.length);
        expect([firstMs, lastMs]).toEqual(times.length === 0 ? [null, null] : [Math.min(...times), Math.max(...times)]);
        expect(toHex(encodeCbor(decodeCbor(bytes)))).toBe(toHex(bytes));
      }
    },
  );
  it('ends a segment at 500 messages, and where their texts and extras are long', () => {
    const numbered = (count: number, more: Partial<Message>): Message[] =>
      Array.from({ length: count }, (_, index) => ({ ...plain, id: String(index), ...more }));
    const lengths = (messages: Message[]): number[] =>
      [...encodeSegments(messages)].map(({ messages: count }) => count);
    expect(lengths(numbered(1001, {}))).toEqual([500, 500, 1]);
    expect(lengths([])).toEqual([]);
    expect(lengths(numbered(5, { text: 'x'.repeat(600_000) }))).toEqual([2, 2, 1]);
    // with 'hi' and {"a":""} at exactly 1 Mi
    expect(lengths(numbered(3, { extras: { a: 'x'.repeat(1_048_576 - 10) } }))).toEqual([1, 1, 1]);
    expect(lengths(numbered(3, { extras: { a: 'x'.repeat(1_048_576 - 11) } }))).toEqual([2, 1]);
    expect(lengths(numbered(3, { extras: { a: 'x'.repeat(1_048_576 - 28), b: 1_234, c: true } }))).toEqual([1, 1, 1]);
    expect(lengths(numbered(3, { extras: { a: 'x'.repeat(1_048_576 - 29), b: 1_234, c: true } }))).toEqual([2, 1]);
  });
  it('goes on after one that was given up, and beside one that is not finished', () => {
    const other = encodeSegments(Array.from({ length: 501 }, () => plain));
    const first = other.next().value!;
    expect([...encodeSegments([plain])][0]!.bytes).toEqual(encodeSegment([plain]));
    expect(() => [...encodeSegments([plain, { ...plain, timeMs: 0.5 }])]).toThrow(ChatModelError);
    expect(first.bytes).toEqual(encodeSegment(Array.from({ length: 500 }, () => plain)));
    expect(other.next().value!.bytes).toEqual(encodeSegment([plain]));
  });
});

describe('conversationToCbor', () => {
  property.prop([arbitraryConversation])('is undone by conversationFromCbor', (conversation) => {
    expect(conversationFromCbor(decodeCbor(encodeCbor(conversationToCbor(conversation))))).toEqual(conversation);
  });
  it('refuses unknown fields and kinds', () => {
    const map = { id: '1', kind: 'group', title: 't', participants: [] };
    expect(conversationFromCbor(map)).toEqual(map);
    expect(() => conversationFromCbor({ ...map, more: 1 })).toThrow(ChatModelError);
    expect(() => conversationFromCbor({ ...map, kind: 'club' })).toThrow(ChatModelError);
    expect(() => conversationFromCbor({ id: '1', kind: 'group', title: 't' })).toThrow(ChatModelError);
  });
});
