import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { arbitraryConversation, arbitraryMessage } from '../test/arbitraries';
import {
  ChatModelError,
  chatLimits,
  conversationFromJson,
  conversationKinds,
  maximumInstantMs,
  messageFromJson,
  messageKinds,
  messageMarks,
  type Message,
} from './index';

interface Definition {
  readonly enum?: readonly string[];
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Definition>>;
  readonly items?: Definition;
}
interface Schema {
  readonly $defs: Readonly<Record<string, Definition>>;
}

const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/chats.schema.json'), 'utf8')) as Schema;
const documented = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
/** What the published schema says of one message. */
const isDocumented = (message: unknown): boolean =>
  documented.safeParse({
    coffer: { kind: 'chats', version: 1 },
    conversations: [{ id: 'c', kind: 'direct', title: 'c', participants: [], messages: [message] }],
  }).success;
const isRead = (message: unknown): boolean => {
  try {
    messageFromJson(message);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ChatModelError);
    return false;
  }
};
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('messageFromJson', () => {
  property.prop([arbitraryMessage])('reads back every message that is written', (message) => {
    expect(messageFromJson(asJson(message))).toEqual(asJson(message));
  });
  property.prop([arbitraryMessage], { numRuns: 50 })('takes what the schema takes', (message) => {
    expect(isDocumented(asJson(message))).toBe(true);
  });

  it('reads when and how far a message came where older documents have it', () => {
    const plain = { id: '1', senderId: null, isFromSelf: true, timeMs: 1, kind: 'text' };
    const receipts = [{ id: 'b', readMs: 7 }];
    const facts = { receivedMs: 5, serverReceivedMs: 6, delivery: 'read', receipts };
    expect(messageFromJson({ ...plain, extras: { ...facts, mood: 'x' } })).toEqual({
      ...plain,
      ...facts,
      extras: { mood: 'x' },
    });
    expect(messageFromJson({ ...plain, extras: facts })).toEqual({ ...plain, ...facts });
    expect(isRead({ ...plain, delivery: 'read', extras: { delivery: 'sent' } })).toBe(false);
    expect(isRead({ ...plain, receipts: [{ who: 'b' }] })).toBe(false);
  });

  const valid: Message = {
    id: '1',
    senderId: null,
    isFromSelf: true,
    timeMs: null,
    kind: 'location',
    text: 'x',
    media: { name: 'x' },
    place: { latitude: 1.5, longitude: -2 },
    marks: ['starred'],
    extras: { a: [1, { b: true }] },
  };
  const { id: _id, ...withoutId } = valid;
  it.each<[string, unknown]>([
    ['no object', 5],
    ['null', null],
    ['a list', []],
    ['no id', withoutId],
    ['an id that is a number', { ...valid, id: 5 }],
    ['a sender that is a number', { ...valid, senderId: 5 }],
    ['a sender that is too long', { ...valid, senderId: 'x'.repeat(513) }],
    ['a time that is text', { ...valid, timeMs: '5' }],
    ['a time with a fraction', { ...valid, timeMs: 0.5 }],
    ['a kind that is not known', { ...valid, kind: 'hologram' }],
    ['an unknown field', { ...valid, mood: 'happy' }],
    ['an unknown field further down', { ...valid, media: { name: 'x', mood: 'happy' } }],
    ['a latitude that is text', { ...valid, place: { latitude: '1.5', longitude: 0 } }],
    ['a latitude beyond the pole', { ...valid, place: { latitude: 91, longitude: 0 } }],
    ['media that are text', { ...valid, media: 'x' }],
    ['marks that are text', { ...valid, marks: 'starred' }],
    ['marks that are an object', { ...valid, marks: { length: 0 } }],
    ['extras that are empty', { ...valid, extras: {} }],
    ['extras that are a list', { ...valid, extras: ['a'] }],
    ['extras with null', { ...valid, extras: { a: null } }],
    ['extras with a fraction', { ...valid, extras: { a: 0.5 } }],
    [
      'extras with a strange name',
      JSON.parse('{"id":"1","senderId":null,"isFromSelf":true,"timeMs":null,"kind":"text","extras":{"__proto__":1}}'),
    ],
    ['a field that is null', { ...valid, call: null }],
  ])('refuses %s, as the schema does', (_name, message) => {
    expect(isRead(valid)).toBe(true);
    expect(isRead(message)).toBe(false);
    expect(isDocumented(message)).toBe(false);
  });
  it('wants the name of a kind that is not supported, and only of that', () => {
    expect(isRead({ ...valid, kind: 'unsupported' })).toBe(false);
    expect(isRead({ ...valid, unsupportedType: '5' })).toBe(false);
    expect(isRead({ ...valid, kind: 'unsupported', unsupportedType: '5' })).toBe(true);
  });
  property.prop([arbitraryMessage, fc.jsonValue(), fc.nat()], { numRuns: 200 })(
    'gives a message or an error of its own whatever stands in a field',
    (message, value, at) => {
      const names = [...Object.keys(message), 'media', 'quote', 'reactions', 'extras', 'poll', 'other'];
      isRead({ ...(asJson(message) as object), [names[at % names.length]!]: value });
    },
  );
});

describe('conversationFromJson', () => {
  property.prop([arbitraryConversation])('reads back every conversation that is written', (conversation) => {
    expect(conversationFromJson(asJson(conversation))).toEqual(asJson(conversation));
  });
  it('refuses what it does not know', () => {
    const conversation = { id: 'c', kind: 'direct', title: 'c', participants: [] };
    expect(conversationFromJson(conversation)).toEqual(conversation);
    for (const wrong of [{ ...conversation, mood: 1 }, { ...conversation, participants: [{ id: 'a', age: 1 }] }, []]) {
      expect(() => conversationFromJson(wrong)).toThrow(ChatModelError);
    }
  });
});

describe('docs/chats.schema.json', () => {
  const { $defs } = schema;
  const message = $defs['message']!.properties!;
  it('names the kinds and marks of the model', () => {
    expect($defs['kind']!.enum).toEqual(messageKinds);
    expect($defs['conversation']!.properties!['kind']!.enum).toEqual(conversationKinds);
    expect(message['marks']!.items!.enum).toEqual(messageMarks);
  });
  it('names the limits of the model', () => {
    expect($defs['id']!.maxLength).toBe(chatLimits.idLength);
    expect($defs['title']!.maxLength).toBe(chatLimits.titleLength);
    expect($defs['text']!.maxLength).toBe(chatLimits.textLength);
    expect($defs['instant']!.maximum).toBe(maximumInstantMs);
    expect(message['reactions']!.maxItems).toBe(chatLimits.reactions);
    expect(message['edits']!.maxItems).toBe(chatLimits.edits);
    expect(message['contacts']!.maxItems).toBe(chatLimits.contacts);
    expect(message['contacts']!.items!.maxLength).toBe(chatLimits.contactLength);
    expect(message['poll']!.properties!['options']!.maxItems).toBe(chatLimits.pollOptions);
    expect(message['media']!.properties!['path']!.maxLength).toBe(chatLimits.pathLength);
    expect($defs['conversation']!.properties!['participants']!.maxItems).toBe(chatLimits.participants);
  });
});
