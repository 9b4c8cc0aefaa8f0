import { describe, expect, it } from 'vitest';
import type { Message } from './index';
import { wordsWithNames } from './named-mentions';

const names: Readonly<Record<string, string>> = { anna: 'Anna $&', 'bo-id': 'Bo', '491700@s.whatsapp.net': 'Cem' };
const nameOf = (id: string): string => names[id] ?? id;
const said = (text: string | undefined, ...mentions: readonly string[]): string | undefined => {
  const message: Message = { id: '1', senderId: null, isFromSelf: true, timeMs: 0, kind: 'text', extras: { mentions } };
  return wordsWithNames(text === undefined ? message : { ...message, text }, nameOf);
};

describe('wordsWithNames', () => {
  it('puts names in the places that stand for people, in their order', () => {
    expect(said('\ufffc and \ufffc, hi', 'anna', 'bo-id')).toBe('@Anna $& and @Bo, hi');
  });
  it('leaves the places where there are more or fewer than people', () => {
    expect(said('\ufffc and \ufffc', 'anna')).toBe('\ufffc and \ufffc');
  });
  it('puts names for the numbers of those who are mentioned, and for no other number', () => {
    expect(said('@491700 @4917001 @1', '491700@s.whatsapp.net', '1@s.whatsapp.net')).toBe('@Cem @4917001 @1');
  });
  it('leaves a text without mentions, and none', () => {
    expect(said('\ufffc @1')).toBe('\ufffc @1');
    expect(said(undefined, 'anna')).toBeUndefined();
  });
});
