import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { encodeSegment, type Conversation, type Message } from '@coffer/chat-model';
import { describe, expect, it } from 'vitest';
import { ChatFormatError } from '../errors';
import { recogniseJson } from '../json/recognise-json';
import { expectParts } from '../../test/expect-parts';
import { bytesOf } from '../../test/memory-bytes';
import { openTelegramExport, type TelegramOptions } from './telegram-source';

const casesFolder = join(import.meta.dirname, '../../test/telegram-cases');
const cases = readdirSync(casesFolder).sort();
const caseBytes = (name: string): Uint8Array => readFileSync(join(casesFolder, name, 'result.json'));

/** What the kind of a message says already. */
const carriedByKind = new Set('sticker animation video_file emoji phone_call missed hangup plain'.split(' '));

/** Dates become instants, formatting becomes places, and who and what become the model's own words. */
const carriedOtherwise = new Set(
  'date date_unixtime edited edited_unixtime text_entities type from_id actor_id actor from'.split(' '),
);

interface Read {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}

function read(bytes: Uint8Array, options?: TelegramOptions): readonly Read[] {
  const source = openTelegramExport(bytesOf(bytes), options);
  const all = [...source.conversations()].map((entry) => {
    const { conversation, messageCount, messages } = entry;
    const list = [...messages()];
    if (entry.between !== undefined) expectParts(entry, list);
    expect(list).toHaveLength(messageCount);
    return { conversation, messages: list };
  });
  expect(source.counts).toEqual({ chats: all.length, messages: all.flatMap(({ messages }) => messages).length });
  source.close();
  return all;
}

const document = (...messages: readonly object[]): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ name: 'Anna', type: 'personal_chat', id: 5001, messages }));
const only = (message: object, options?: TelegramOptions): Message => read(document(message), options)[0]!.messages[0]!;

/** Every text and number of a value, wherever it stands. */
function* scalars(value: unknown): Generator<string> {
  if (typeof value === 'string' || typeof value === 'number') yield String(value);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) yield* scalars(item);
}

describe('openTelegramExport on the cases', () => {
  it('runs over all of them', () => {
    expect(cases).toEqual([
      'before-2021',
      'contacts-places-polls',
      'group-events',
      'media',
      'personal-chat',
      'whole-account',
    ]);
  });
  it.each(cases)('gives what is written beside %s', async (name) => {
    const bytes = caseBytes(name);
    expect(recogniseJson(bytesOf(bytes))).toBe('telegram-export');
    const source = openTelegramExport(bytesOf(bytes));
    const conversations = read(bytes);
    for (const { messages } of conversations) encodeSegment(messages);
    const expected = {
      leftOut: Object.fromEntries(source.leftOut),
      unknownFields: Object.fromEntries(source.unknownFields),
      conversations: conversations.map(({ conversation, messages }) => ({ ...conversation, messages })),
    };
    await expect(`${JSON.stringify(expected, undefined, 1)}\n`).toMatchFileSnapshot(
      join(casesFolder, name, 'expected.json'),
    );
  });
  it.each(cases)('loses no fact of the messages of %s', (name) => {
    interface Raw {
      readonly messages?: readonly Readonly<Record<string, unknown>>[];
      readonly chats?: { readonly list: readonly Raw[] };
      readonly left_chats?: { readonly list: readonly Raw[] };
    }
    const raw = JSON.parse(new TextDecoder().decode(caseBytes(name))) as Raw;
    const chats = raw.messages === undefined ? [...raw.chats!.list, ...raw.left_chats!.list] : [raw];
    for (const [index, { conversation, messages }] of read(caseBytes(name)).entries()) {
      for (const [position, given] of chats[index]!.messages!.entries()) {
        const shown = JSON.stringify({ message: messages[position], conversation });
        const facts = Object.entries(given).filter(([field]) => !carriedOtherwise.has(field));
        for (const fact of scalars(facts.map(([, value]) => value))) {
          if (carriedByKind.has(fact) || fact === '12345678901234567000') continue;
          expect(shown, `${String(given['id'])}: ${fact}`).toContain(JSON.stringify(fact).slice(1, -1));
        }
      }
    }
  });
});

describe('openTelegramExport', () => {
  it('knows the owner of the export of one conversation of two people, and of a whole account', () => {
    const message = { type: 'message', date_unixtime: '1700000000', text: 'x' };
    expect(only({ ...message, id: 1, from_id: 'user5001' })).toMatchObject({ senderId: 'user5001', isFromSelf: false });
    expect(only({ ...message, id: 1, from_id: 'user7' })).toMatchObject({ senderId: null, isFromSelf: true });
    const [saved, group] = read(caseBytes('whole-account'));
    expect(saved!.messages.every(({ isFromSelf }) => isFromSelf)).toBe(true);
    expect(group!.messages.map(({ isFromSelf }) => isFromSelf)).toEqual([false, true, false]);
    expect(group!.conversation.participants.map(({ id }) => id)).toEqual(['user5001']);
  });
  it('has instants of older exports where the zone is given, and local times where it is not', () => {
    const message = { id: 1, type: 'message', date: '2019-06-01T10:00:05', edited: '2019-06-01T11:00:00', text: 'x' };
    expect(only(message)).toMatchObject({
      timeMs: null,
      localTime: '2019-06-01T10:00:05',
      extras: { edited: message.edited },
    });
    const timeMs = Date.UTC(2019, 5, 1, 8, 0, 5);
    expect(only(message, { timeZone: 'Europe/Berlin' })).toMatchObject({
      timeMs,
      edits: [{ timeMs: timeMs + 3_595_000 }],
    });
  });
  it('keeps ids apart that come twice, and all digits of long ones', () => {
    const text =
      '{"type":"personal_chat","id":12345678901234567890,"messages":[{"id":1,"text":"a"},{"id":1,"text":"b"},{"text":"c"}]}';
    const [{ conversation, messages }] = read(new TextEncoder().encode(text)) as [Read];
    expect(conversation.id).toBe('user12345678901234567890');
    expect(messages.map(({ id }) => id)).toEqual(['1', '1#2', 'row:3']);
  });
  it('keeps ids of two conversations apart', () => {
    const chat = { type: 'private_group', id: 1, messages: [] };
    const bytes = new TextEncoder().encode(JSON.stringify({ chats: { list: [chat, chat] } }));
    expect(read(bytes).map(({ conversation }) => conversation.id)).toEqual(['chat1', 'chat1#2']);
  });
  it('takes text in every form, and none that is malformed', () => {
    expect(only({ id: 1, text: ['a', { type: 'bold', text: 'b' }] })).toMatchObject({
      text: 'ab',
      extras: { text_entities: [{ type: 'bold', offset: 1, length: 1 }] },
    });
    expect(only({ id: 1, text: 'a', text_entities: [{ type: 'plain', text: 'b' }] })).toMatchObject({
      text: 'a',
      extras: { text_entities: [{ type: 'plain', text: 'b' }] },
    });
    expect(only({ id: 1, text: { no: 'text' } })).toMatchObject({ kind: 'text', extras: { text: { no: 'text' } } });
  });
  it.each([
    [
      'a name that stands for something else',
      '{"type":"personal_chat","id":1,"messages":[{"id":1,"__proto__":{"x":1},"constructor":2}]}',
    ],
    [
      'a deep message',
      `{"type":"personal_chat","id":1,"messages":[{"id":1,"x":${'['.repeat(200)}${']'.repeat(200)}}]}`,
    ],
    ['many values', `{"type":"personal_chat","id":1,"messages":[{"id":1,"x":[${'1,'.repeat(120_000)}1]}]}`],
  ])('keeps %s within the limits of the model', (_name, text) => {
    const [{ messages }] = read(new TextEncoder().encode(text)) as [Read];
    expect(() => encodeSegment(messages)).not.toThrow();
    expect(messages[0]!.extras).toBeDefined();
  });
  it.each([
    ['a file that is cut', caseBytes('media').subarray(0, 1500), 'damaged'],
    ['more after the end', new TextEncoder().encode('{"messages":[]} x'), 'damaged'],
    ['a message that is no object', document('x' as unknown as object), 'damaged'],
    ['messages that are no list', new TextEncoder().encode('{"type":"personal_chat","messages":{}}'), 'damaged'],
    ['no conversations', new TextEncoder().encode('{"personal_information":{},"chats":{"list":[]}}'), 'no-chats'],
    ['a bomb of brackets', new TextEncoder().encode(`{"messages":[{"x":${'['.repeat(100_000)}`), 'too-large'],
    ['a message beyond the limit', document({ id: 1, text: 'x'.repeat(4_200_000) }), 'too-large'],
  ])('refuses %s', (_name, bytes, code) => {
    let closed = 0;
    const open = () => openTelegramExport({ ...bytesOf(bytes), close: () => closed++ });
    expect(open).toThrow(expect.objectContaining({ code }));
    expect(closed).toBe(1);
  });
  property.prop([fc.constantFrom(...cases), fc.nat(), fc.nat({ max: 255 })], { numRuns: 60 })(
    'gives messages or an error of its own for any changed byte',
    (name, at, byte) => {
      const bytes = caseBytes(name).slice();
      bytes[at % bytes.length] = byte;
      try {
        for (const { messages } of read(bytes)) encodeSegment(messages);
      } catch (error) {
        expect(error).toBeInstanceOf(ChatFormatError);
      }
    },
  );
});
