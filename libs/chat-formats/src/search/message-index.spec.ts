import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { matchesQuery, parseSearchQuery, type Message } from '@coffer/chat-model';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { startSqlite, type Sqlite } from '../browser/sqlite';
import { createMessageIndex as createInBrowser } from '../browser/trigram-table';
import { createMessageIndex as createInNode } from '../node/trigram-table';
import type { MessageIndex } from './message-index';

const wasm = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
let sqlite: Sqlite;
beforeAll(async () => {
  sqlite = await startSqlite(await WebAssembly.compile(readFileSync(wasm)));
});
const halves = [
  ['Node', createInNode],
  ['a browser', () => createInBrowser(sqlite)],
] as const;

const message = (text: string, timeMs: number | null = null, localTime?: string): Message => ({
  id: '1',
  senderId: null,
  isFromSelf: true,
  timeMs,
  ...(localTime === undefined ? {} : { localTime }),
  kind: 'text',
  text,
});

function fill(index: MessageIndex, conversations: readonly (readonly Message[])[]): MessageIndex {
  for (const messages of conversations) {
    index.beginConversation();
    for (const each of messages) index.add(each);
  }
  return index;
}
const found = (index: MessageIndex, query: string): readonly string[] =>
  index.candidates(parseSearchQuery(query)).map(({ conversation, index: at }) => `${conversation}/${at}`);

describe.each(halves)('MessageIndex in %s', (_half, create) => {
  it('finds the newest first, whichever conversation they are in', () => {
    const index = fill(create(), [
      [message('Grüße aus Köln', 5), message('nothing', 6)],
      [],
      [message('viele Gruesse', 1), message('GRÜSSE', 9), message('grüße', null, '1970-01-01T00:00:00')],
    ]);
    expect(index.length).toBe(5);
    expect(found(index, 'grüsse')).toEqual(['2/1', '0/0', '2/2']);
    expect(found(index, 'grusse koln')).toEqual(['0/0']);
    expect(found(index, 'absent')).toEqual([]);
    expect(found(index, '')).toEqual([]);
    index.close();
  });
  it('finds words of scripts without blanks, of any length, and takes nothing for an operator', () => {
    const index = fill(create(), [
      [
        message('昨日東京に行きました', 1),
        message('ฉันอยู่ที่กรุงเทพมหานคร', 2),
        message('a "quoted" OR NOT * NEAR(x) 👋👋👋', 3),
      ],
    ]);
    expect(found(index, '東京に')).toEqual(['0/0']);
    expect(found(index, 'กรุงเทพ')).toEqual(['0/1']);
    for (const query of ['OR', 'NOT', 'near(x)', '"a ""', '👋👋👋', 'quoted" or'])
      expect(found(index, query)).toContain('0/2');
    // shorter than three characters: every message is looked at
    expect(found(index, '東京')).toHaveLength(3);
    index.close();
  });
});

describe('MessageIndex', () => {
  it('leaves out no message that matches, in either half', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'ä', 'ß', '東', '京', ' ', '"', '\n'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 20 }), letters, (texts, query) => {
        const wanted = parseSearchQuery(query);
        const matching = texts.flatMap((text, at) => (matchesQuery(wanted, message(text)) ? [`0/${at}`] : []));
        for (const [, create] of halves) {
          const index = fill(create(), [texts.map((text) => message(text))]);
          expect(found(index, query)).toEqual(expect.arrayContaining(matching));
          index.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});
