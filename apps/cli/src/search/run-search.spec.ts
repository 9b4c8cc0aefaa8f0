import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testKeyDigits, writeCryptFile } from '@coffer/test-kit/node';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { describeError } from '../output/describe-error';
import { createReporter } from '../output/reporter';
import { runSearch, type SearchRequest } from './run-search';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-cli-search-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** @returns the lines of JSON, or the code of the error */
async function search(request: Partial<SearchRequest>): Promise<readonly Readonly<Record<string, unknown>>[] | string> {
  let written = '';
  const stdout = { write: (text: string) => (written += text) };
  const reporter = createReporter({ json: true, stdout, stderr: stdout });
  try {
    await runSearch({ reporter, signal: new AbortController().signal }, { words: [], limit: 100, ...request });
    const lines = written.split('\n').filter((line) => line !== '');
    return lines
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter(({ type }) => type !== 'progress');
  } catch (error) {
    return describeError(error).code;
  }
}

const chat = [
  '31/12/2020, 23:57 - Anna: liebe Grüße aus Köln',
  '31/12/2020, 23:58 - Bo: 昨日東京に行きました',
  '31/12/2020, 23:59 - Anna: GRÜSSE zurück',
  '',
].join('\n');
const environmentKey = undefined;

describe('runSearch', () => {
  it('says what should be known of the file', async () => {
    const path = file('WhatsApp Chat with Bo.txt', '1/2/20, 10:00 - Bo: which day?\n');
    expect(await search({ words: ['day'], file: { file: path, environmentKey } })).toMatchObject([
      { type: 'warning', code: 'assumed-date-order' },
      { type: 'message' },
      { type: 'summary' },
    ]);
  });
  it('finds messages of a file by all words, the newest first, and writes nothing', async () => {
    const path = file('WhatsApp Chat with Anna.txt', chat);
    expect(await search({ words: ['grüsse'], file: { file: path, environmentKey } })).toEqual([
      {
        type: 'message',
        conversation: 'Anna',
        title: 'Anna',
        id: '3',
        time: '2020-12-31T23:59',
        sender: 'Anna',
        excerpt: { before: '', hit: 'GRÜSSE', after: ' zurück' },
      },
      expect.objectContaining({ id: '1', excerpt: { before: 'liebe ', hit: 'Grüße', after: ' aus Köln' } }),
      { type: 'summary', searched: 3, found: 2, shown: 2 },
    ]);
    expect(await search({ words: ['köln', 'gruss'], file: { file: path, environmentKey } })).toHaveLength(2);
    expect(await search({ words: ['東京'], file: { file: path, environmentKey } })).toHaveLength(2);
    expect(await search({ words: ['e'], limit: 1, file: { file: path, environmentKey } })).toEqual([
      expect.objectContaining({ id: '3' }),
      { type: 'summary', searched: 3, found: 2, shown: 1 },
    ]);
    expect(readdirSync(folder)).toEqual(['WhatsApp Chat with Anna.txt']);
  });

  it('looks into an encrypted backup with its key, and takes names from an address book', async () => {
    const database = new DatabaseSync(':memory:');
    database.exec(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT); INSERT INTO jid VALUES (1, '4915112345@s.whatsapp.net');
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER); INSERT INTO chat VALUES (1, 1);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT, timestamp INTEGER, text_data TEXT);
INSERT INTO message VALUES (1, 1, 'A', 1600000000000, 'the secret word');`);
    const path = file('m.crypt15', writeCryptFile({ generation: 'crypt15', content: database.serialize() }));
    database.close();
    const contacts = file('contacts.vcf', 'BEGIN:VCARD\nFN:Anna A.\nTEL:+4915112345\nEND:VCARD\n');
    const request = { file: path, environmentKey: testKeyDigits, contacts };
    expect(await search({ words: ['SECRET'], file: request })).toEqual([
      expect.objectContaining({ title: 'Anna A.', sender: 'Anna A.', time: '2020-09-13T12:26:40.000Z' }),
      expect.objectContaining({ found: 1 }),
    ]);
    expect(await search({ words: ['x'], file: { ...request, environmentKey: 'ab'.repeat(32) } })).toBe('wrong-key');
  });

  it('says what is missing', async () => {
    const path = file('chat.txt', chat);
    expect(await search({ words: [' '], file: { file: path, environmentKey } })).toBe('usage');
    expect(await search({ words: ['x'] })).toBe('usage');
    const repository = { store: `file:${folder}` };
    expect(await search({ words: ['x'], file: { file: path, environmentKey }, repository })).toBe('usage');
  });
});
