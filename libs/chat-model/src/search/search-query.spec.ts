import { fc, test as property } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { Message } from '../message';
import { findFolded, foldText } from './fold-text';
import { excerptOf, matchesQuery, parseSearchQuery, searchableText } from './search-query';

const message = (more: Partial<Message>): Message => ({
  id: '1',
  senderId: null,
  isFromSelf: true,
  timeMs: null,
  kind: 'text',
  ...more,
});
const isFound = (query: string, text: string): boolean => matchesQuery(parseSearchQuery(query), message({ text }));

describe('foldText', () => {
  it.each([
    ['Grüße', 'grusse'],
    ['ＦＵＬＬ ﬁ', 'full fi'],
    ['Čeština', 'cestina'],
    ['İstanbul', 'istanbul'],
    ['שָׁלוֹם', 'שלום'],
    ['مُحَمَّد', 'محمد'],
  ])('makes %s %s', (text, folded) => expect(foldText(text)).toBe(folded));
  it('leaves marks that make another letter', () => {
    expect(foldText('กิน')).not.toBe(foldText('กน'));
    expect(foldText('が')).not.toBe(foldText('か'));
  });
});

describe('findFolded', () => {
  property.prop([
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
  ])('finds a place whose fold holds what was looked for', (around, word) => {
    const place = findFolded(around + word + around, foldText(word));
    if (foldText(word) === '') return;
    expect(place).toBeDefined();
    const { start, end } = place!;
    expect(foldText((around + word + around).slice(start, end))).toContain(foldText(word)[0]);
    expect(start <= end).toBe(true);
  });
  it('counts in the text itself, where folding made it longer or shorter', () => {
    expect(findFolded('Straße und Grüße', 'grusse')).toEqual({ start: 11, end: 16 });
    expect(findFolded('ﬁ👋 du', 'du')).toEqual({ start: 4, end: 6 });
    expect(findFolded('abc', 'x')).toBeUndefined();
    expect(findFolded('abc', '')).toBeUndefined();
  });
});

describe('matchesQuery', () => {
  it('finds words without case and accents, anywhere and in any order, and all of them', () => {
    expect(isFound('GRUSSE anna', 'Anna: liebe Grüße')).toBe(true);
    expect(isFound('gruß', 'Grüße')).toBe(true);
    expect(isFound('anna bo', 'anna')).toBe(false);
  });
  it('finds words of scripts that have no blanks', () => {
    expect(isFound('東京', '昨日東京に行きました')).toBe(true);
    expect(isFound('กรุงเทพ', 'ฉันอยู่ที่กรุงเทพมหานคร')).toBe(true);
    expect(isFound('서울', '나는서울에산다')).toBe(true);
    expect(isFound('京東', '昨日東京に行きました')).toBe(false);
  });
  it('takes what is quoted as it stands', () => {
    expect(isFound('"good morning"', 'Good  morning')).toBe(false);
    expect(isFound('"good morning"', 'A GOOD morning!')).toBe(true);
  });
  it('finds nothing where nothing is looked for', () => {
    for (const query of ['', '  ', '""']) expect(isFound(query, 'anything ""')).toBe(query === '""');
  });
  it('looks at everything that has words', () => {
    const full = message({
      text: 'one',
      media: { name: 'two.pdf' },
      system: { action: '1', value: 'three' },
      place: { latitude: 1, longitude: 2, name: 'four', address: 'five' },
      poll: { options: ['six'] },
      contacts: ['BEGIN:VCARD seven'],
      edits: [{ timeMs: 1, textBefore: 'eight' }],
    });
    for (const word of ['one', 'two.pdf', 'three', 'four', 'five', 'six', 'seven', 'eight']) {
      expect(matchesQuery(parseSearchQuery(word), full)).toBe(true);
    }
    expect(searchableText(message({}))).toBe('');
  });
});

describe('excerptOf', () => {
  it('shows a hit among the words around it', () => {
    const text = `${'a '.repeat(60)}Grüße${' b'.repeat(100)}`;
    const { before, hit, after } = excerptOf(parseSearchQuery('grusse'), message({ text }));
    expect([before.startsWith('…'), hit, after.endsWith('…')]).toEqual([true, 'Grüße', true]);
    expect(excerptOf(parseSearchQuery('hi'), message({ text: 'oh hi' }))).toEqual({
      before: 'oh ',
      hit: 'hi',
      after: '',
    });
  });
});
