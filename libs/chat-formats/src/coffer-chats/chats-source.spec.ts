import { jsonDocument, type ChatSource } from '@coffer/chat-model';
import { describe, expect, it } from 'vitest';
import { expectParts } from '../../test/expect-parts';
import { bytesOf } from '../../test/memory-bytes';
import type { ChatFormatError } from '../errors';
import { recogniseJson } from '../json/recognise-json';
import { openChatsDocument } from './chats-source';

const message = { id: '1', senderId: null, isFromSelf: true, timeMs: 1_700_000_000_000, kind: 'text', text: 'hi' };
const conversation = { id: 'c', kind: 'direct', title: 'Anna', participants: [{ id: 'a', name: 'Anna' }] };
const document = {
  coffer: { kind: 'chats', version: 1 },
  format: 'some-service',
  conversations: [
    { ...conversation, messages: [message, { ...message, id: '2', extras: { a: [1, 'b'] } }] },
    { ...conversation, id: 'd' },
  ],
};
const write = (source: ChatSource): string => [...jsonDocument(source)].join('');
const codeOf = (content: unknown): string => {
  try {
    openChatsDocument(bytesOf(typeof content === 'string' ? content : JSON.stringify(content)));
    return 'ok';
  } catch (error) {
    return `${(error as ChatFormatError).code}: ${(error as ChatFormatError).message}`;
  }
};

describe('openChatsDocument', () => {
  it('reads a document that another program wrote, and what is written of it gives the same once more', () => {
    const source = openChatsDocument(bytesOf(JSON.stringify(document, undefined, 2)));
    expect(source).toMatchObject({ format: 'some-service', counts: { chats: 2, messages: 2 } });
    const [first] = source.conversations();
    expectParts(first!, [...first!.messages()]);
    const written = write(source);
    expect(JSON.parse(written)).toEqual({
      ...document,
      conversations: [document.conversations[0], { ...document.conversations[1], messages: [] }],
    });
    expect(recogniseJson(bytesOf(written))).toBe('coffer-chats');
    expect(write(openChatsDocument(bytesOf(written)))).toBe(written);
  });
  it('takes the messages before what is said of their conversation', () => {
    const source = openChatsDocument(
      bytesOf(JSON.stringify({ ...document, conversations: [{ messages: [message], ...conversation }] })),
    );
    expect([...[...source.conversations()][0]!.messages()]).toEqual([message]);
  });
  it.each([
    ['a version that came later', { ...document, coffer: { kind: 'chats', version: 2 } }, /^unsupported-format/],
    ['no head', { conversations: [] }, /^damaged.*what it is/],
    ['another member', { ...document, more: 1 }, /^damaged.*more/],
    ['a format that is no name', { ...document, format: 'Some Service' }, /^damaged/],
    ['the same conversation twice', { ...document, conversations: [conversation, conversation] }, /conversation 2/],
    [
      'the same message twice',
      { ...document, conversations: [{ ...conversation, messages: [message, message] }] },
      /^damaged.*message 2 of conversation 1/,
    ],
    [
      'a message that breaks a rule',
      { ...document, conversations: [{ ...conversation, messages: [{ ...message, kind: 'hologram' }] }] },
      /^damaged: message 1 of conversation 1.*message\.kind/,
    ],
    ['a conversation that breaks a rule', { ...document, conversations: [{ ...conversation, title: 5 }] }, /^damaged/],
    ['messages that are no list', { ...document, conversations: [{ ...conversation, messages: {} }] }, /^damaged/],
    ['a document that is cut', JSON.stringify(document).slice(0, -3), /^damaged/],
  ])('answers to %s', (_name, content, expected) => {
    expect(codeOf(content)).toMatch(expected);
  });
});

describe('recogniseJson', () => {
  it.each([
    ['{}'],
    ['[]'],
    ['{"messages":[{"id":1}]}'],
    ['{"type":"article","id":1,"messages":[]}'],
    ['{"coffer":{"kind":"other"}}'],
    ['{"chats":{"list":[]}}'],
    ['{"chats":[{"type":"personal_chat"}]}'],
    ['{"type":"personal_chat"'],
    ['{ not JSON'],
  ])('takes %s for nothing that it knows', (text) => {
    expect(recogniseJson(bytesOf(text))).toBeUndefined();
  });
  it('looks at the type of the first conversation where nothing else tells', () => {
    expect(recogniseJson(bytesOf('{"chats":{"list":[{"id":1,"type":"bot_chat"}]}}'))).toBe('telegram-export');
  });
});
