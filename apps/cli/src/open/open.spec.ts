import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unzipSync, zipSync } from 'fflate';
import { describeWithTestData, seed } from '@coffer/test-kit';
import {
  delimited,
  phoneKeyFile,
  testAci,
  testKeyDigits,
  testRecoveryKey,
  writeCryptFile,
  writeSignalFile,
} from '@coffer/test-kit/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runInspect } from '../inspect/run-inspect';
import { describeError } from '../output/describe-error';
import { createReporter, type Reporter } from '../output/reporter';
import { runOpen, type OpenRequest } from './run-open';

type Line = Readonly<Record<string, unknown>>;

interface Recorded {
  readonly reporter: Reporter;
  readonly lines: () => readonly Line[];
}

/** A reporter with --json, and the lines that it wrote. */
function record(): Recorded {
  let written = '';
  const stdout = { write: (text: string) => (written += text) };
  return {
    reporter: createReporter({ json: true, stdout, stderr: stdout }),
    lines: () =>
      written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line),
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-cli-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Result {
  readonly exitCode: number;
  readonly code?: string;
  readonly message?: string;
  readonly lines: readonly Line[];
}

async function open(
  request: Partial<OpenRequest> & { readonly file: string },
  signal = new AbortController().signal,
): Promise<Result> {
  const { reporter, lines } = record();
  try {
    const out = join(folder, 'out');
    await runOpen({ reporter, signal }, { out, format: 'original', environmentKey: undefined, ...request });
    return { exitCode: 0, lines: lines() };
  } catch (error) {
    const { exitCode, code, message } = describeError(error);
    return { exitCode, code, message, lines: lines() };
  }
}

/** Everything below the output folder, temporaries too. */
function written(): readonly string[] {
  try {
    return (readdirSync(join(folder, 'out'), { recursive: true }) as string[]).sort();
  } catch {
    return [];
  }
}
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const chat = '31/12/2020, 23:59 - Anna: <b>hi</b>\n31/12/2020, 23:59 - Bo: hello\n';

describe('runOpen', () => {
  it('writes an exported chat as JSON, and says how much', async () => {
    const { exitCode, lines } = await open({ file: file('WhatsApp Chat with Anna.txt', chat), format: 'json' });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatchObject({ type: 'summary', chats: 1, messages: 2, output: 'json' });
    const document = JSON.parse(readFileSync(join(folder, 'out', 'WhatsApp Chat with Anna.json'), 'utf8')) as object;
    expect(document).toMatchObject({
      conversations: [{ title: 'Anna', messages: [{ text: '<b>hi</b>' }, { senderId: 'Bo' }] }],
    });
  });
  it('writes pages that hold no foreign markup', async () => {
    await open({ file: file('chat.txt', chat), format: 'html', timeZone: 'Europe/Berlin' });
    expect(written()).toEqual([
      'chat-html',
      ...['chat-00001-00001.html', 'index.html', 'style.css'].map((name) => `chat-html/${name}`),
    ]);
    const page = readFileSync(join(folder, 'out', 'chat-html', 'chat-00001-00001.html'), 'utf8');
    expect(page).toContain('&lt;b&gt;hi&lt;/b&gt;');
    expect(page).toContain('22:59');
  });
  it('opens the export of Telegram, and reads again what it writes', async () => {
    const messages = [
      { id: 1, type: 'message', date_unixtime: '1700000000', from_id: 'user5', text: 'hi', mood: 'new' },
    ];
    const path = file('result.json', JSON.stringify({ name: 'Anna', type: 'personal_chat', id: 5, messages }));
    const first = await open({ file: path, format: 'json' });
    expect(first.exitCode).toBe(0);
    expect(first.lines.filter(({ type }) => type !== 'progress')).toMatchObject([
      { type: 'warning', code: 'unknown-fields' },
      { type: 'summary', format: 'telegram-export', chats: 1, messages: 1, path: 'result.json' },
    ]);
    const written = readFileSync(join(folder, 'out', 'result.json'), 'utf8');
    const again = await open({ file: file('again.json', written), format: 'json' });
    expect(again.lines.at(-1)).toMatchObject({ format: 'coffer-chats', messages: 1, path: 'again.json' });
    expect(readFileSync(join(folder, 'out', 'again.json'), 'utf8')).toBe(written);
    const cut = file('cut.json', JSON.stringify({ name: 'Anna', type: 'personal_chat', id: 5, messages }).slice(0, -9));
    expect(await open({ file: cut, format: 'json' })).toMatchObject({ exitCode: 4, code: 'damaged' });
  });
  it('merges into an earlier result without a message twice, and in either order alike', async () => {
    const lines = (...numbers: readonly number[]): string =>
      numbers
        .map((number) => `31/12/2020, 23:${number} - Anna: line ${number}\n31/12/2020, 23:${number} - Bo: ok\n`)
        .join('');
    const old = file('WhatsApp Chat with Anna.txt', lines(10, 11, 12));
    const bytes = readFileSync(old);
    await open({ file: old, format: 'json' });
    const earlier = join(folder, 'out', 'WhatsApp Chat with Anna.json');
    const newer = file('WhatsApp Chat with Anna.txt', lines(11, 12, 13));
    const merged = await open({ file: newer, format: 'json', merge: [earlier], force: true });
    expect(merged.lines.at(-1)).toMatchObject({ chats: 1, messages: 8 });
    const document = readFileSync(earlier, 'utf8');
    expect(document.match(/line \d+/g)).toEqual(['line 10', 'line 11', 'line 12', 'line 13']);
    // the result once more with what it was made of
    const copy = file('WhatsApp Chat with Anna.txt', bytes);
    await open({ file: copy, format: 'json', merge: [earlier], force: true });
    expect(JSON.parse(readFileSync(earlier, 'utf8'))).toEqual(JSON.parse(document));
  });
  it('says that the times of an exported chat are local ones, unless their zone is named', async () => {
    const path = file('WhatsApp Chat with Anna.txt', chat);
    const warned = async (timeZone?: string): Promise<readonly unknown[]> =>
      (await open({ file: path, format: 'json', force: true, ...(timeZone === undefined ? {} : { timeZone }) })).lines
        .filter(({ type }) => type === 'warning')
        .map(({ code }) => code);
    expect(await warned()).toEqual(['no-time-zone']);
    expect(await warned('Europe/Berlin')).toEqual([]);
  });
  it('counts the messages that say more than the model has fields for', async () => {
    const message = { senderId: null, isFromSelf: true, timeMs: 1, kind: 'text', text: 'x' };
    const messages = [
      { ...message, id: '1' },
      { ...message, id: '2', extras: { mood: 'good' } },
    ];
    const conversations = [{ id: 'c', kind: 'direct', title: 'C', participants: [], messages }];
    const path = file(
      'chats.json',
      JSON.stringify({ coffer: { kind: 'chats', version: 1 }, format: 'x', conversations }),
    );
    expect((await open({ file: path, format: 'json' })).lines.at(-1)).toMatchObject({ messages: 2, withExtras: 1 });
    expect((await open({ file: path, format: 'html' })).lines.at(-1)).toMatchObject({ messages: 2, withExtras: 1 });
  });
  it('writes the conversations that are asked for, by name or by id, beside the whole', async () => {
    const path = join(folder, 'msgstore.db');
    const database = new DatabaseSync(path);
    database.exec(`
      CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT);
      CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
      CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, timestamp INTEGER, text_data TEXT);
      INSERT INTO jid VALUES (1, '49151@s.whatsapp.net'), (2, '2@g.us'), (3, '3@g.us');
      INSERT INTO chat VALUES (1, 1, NULL), (2, 2, 'Café: Été'), (3, 3, 'cafe ete');
      INSERT INTO message VALUES (1, 1, 0, 'a', 1000, 'one'), (2, 2, 0, 'b', 2000, 'two'), (3, 3, 0, 'c', 3000, 'three');`);
    database.close();
    const asked = async (format: 'json' | 'html', ...conversation: string[]): Promise<Line> =>
      (await open({ file: path, format, conversation })).lines.at(-1)!;
    expect(await asked('json', '49151@s.whatsapp.net')).toMatchObject({
      path: 'msgstore-49151.json',
      chats: 1,
      messages: 1,
    });
    expect(await asked('json', '2@g.us')).toMatchObject({ path: 'msgstore-Café-Été.json', chats: 1, messages: 1 });
    expect(await asked('json', 'CAFE ETE', '+49151')).toMatchObject({
      path: 'msgstore-2-conversations.json',
      chats: 2,
    });
    expect(readFileSync(join(folder, 'out', 'msgstore-2-conversations.json'), 'utf8')).toMatch(/one[^]*three/);
    expect(await asked('html', '3@g.us')).toMatchObject({ path: 'msgstore-cafe-ete-html', chats: 1 });
    expect(await open({ file: path, format: 'json' })).toMatchObject({ exitCode: 0 });
    const missing = await open({ file: path, format: 'json', conversation: ['3@g.us', 'café'] });
    expect(missing).toMatchObject({ exitCode: 2, code: 'usage' });
    expect(missing.message).toMatch(/No conversation has the name or id "café".*"Café: Été", "cafe ete"/);
    expect(await open({ file: path, conversation: ['x'] })).toMatchObject({ exitCode: 2, code: 'usage' });
  });
  it('says once what is to be known of each file that is merged, also what only the reading of one shows', async () => {
    const path = join(folder, 'msgstore.db');
    const database = new DatabaseSync(path);
    database.exec(`
      CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
      CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER);
      CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, timestamp INTEGER, text_data TEXT);
      CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, timestamp INTEGER, data TEXT);
      INSERT INTO jid VALUES (1, '1', 's.whatsapp.net', '1@s.whatsapp.net');
      INSERT INTO chat VALUES (1, 1);
      INSERT INTO message VALUES (1, 1, 0, 'a', 1000, 'new');
      INSERT INTO messages VALUES (1, '1@s.whatsapp.net', 900, 'old');`);
    database.close();
    const other = file('WhatsApp Chat with Anna.txt', '1/2/20, 10:00 - Anna: hi\n');
    const { exitCode, lines } = await open({ file: path, format: 'json', merge: [other] });
    expect(exitCode).toBe(0);
    const codes = lines.filter(({ type }) => type === 'warning').map(({ code }) => code);
    expect(codes.sort()).toEqual(['assumed-date-order', 'unread-messages']);
  });
  it('says what cannot be merged', async () => {
    const path = file('chat.txt', chat);
    expect(await open({ file: path, merge: [path] })).toMatchObject({ exitCode: 2, code: 'usage' });
    const sealed = file('x.crypt15', writeCryptFile({ generation: 'crypt15', content: new Uint8Array(100) }));
    expect(await open({ file: path, format: 'json', merge: [sealed] })).toMatchObject({ exitCode: 2, code: 'usage' });
    const notes = file('notes', 'hello');
    expect(await open({ file: path, format: 'json', merge: [notes] })).toMatchObject({ exitCode: 7 });
    expect(written()).toEqual([]);
  });
  it('puts media beside the pages: by path and by name, and nothing from outside of their folder', async () => {
    const media = join(folder, 'media');
    mkdirSync(join(media, 'photos'), { recursive: true });
    writeFileSync(join(folder, 'secret.jpg'), 'secret');
    symlinkSync(join(folder, 'secret.jpg'), join(media, 'link.jpg'));
    for (const name of ['photos/a.jpg', 'photos/moved.pdf', 'page.html']) writeFileSync(join(media, name), name);
    const paths = [
      'photos/a.jpg',
      'photos/a.jpg',
      'elsewhere/moved.pdf',
      'page.html',
      '../secret.jpg',
      'link.jpg',
      'gone.jpg',
    ];
    const messages = paths.map((path, id) => ({
      id,
      type: 'message',
      date_unixtime: '1700000000',
      from_id: 'user5',
      photo: path,
    }));
    const path = file('result.json', JSON.stringify({ name: 'Anna', type: 'personal_chat', id: 5, messages }));
    const result = await open({ file: path, format: 'html', media });
    expect(result.lines.at(-1)).toMatchObject({ messages: 7, media: 3 });
    const copies = written().filter((name) => name.startsWith('result-html/media/'));
    expect(copies).toEqual(['000001.jpg', '000002.pdf', '000003.bin'].map((name) => `result-html/media/${name}`));
    expect(readFileSync(join(folder, 'out', copies[0]!), 'utf8')).toBe('photos/a.jpg');
    expect(statSync(join(folder, 'out', copies[0]!)).mode & 0o077).toBe(0);
    const page = readFileSync(join(folder, 'out', 'result-html', 'chat-00001-00001.html'), 'utf8');
    expect(page.match(/<img src="media\/000001\.jpg"/g)).toHaveLength(2);
    expect(page).not.toMatch(/<img src="[^"]*secret/);
    const zipped = await open({ file: path, format: 'html', media, zip: true });
    expect(zipped.lines.at(-1)).toMatchObject({ path: 'result-html.zip', messages: 7, media: 3 });
    const bytes = readFileSync(join(folder, 'out', 'result-html.zip'));
    const unpacked = unzipSync(bytes);
    const folderFiles = written().filter((name) => /^result-html\/.*\./.test(name));
    expect(
      Object.keys(unpacked)
        .map((name) => `result-html/${name}`)
        .sort(),
    ).toEqual(folderFiles);
    for (const [name, content] of Object.entries(unpacked)) {
      expect(Buffer.from(content).equals(readFileSync(join(folder, 'out', 'result-html', name))), name).toBe(true);
    }
    // the same once more is the same zip
    expect((await open({ file: path, format: 'html', media, zip: true })).exitCode).toBe(0);
    expect(await open({ file: path, format: 'json', media })).toMatchObject({ exitCode: 2, code: 'usage' });
  });
  it('puts the media of an exported zip beside the pages without being told where they are', async () => {
    const exported = '31/12/2020, 23:59 - Anna: IMG-20201231-WA0001.jpg (file attached)\n';
    const entries = { '_chat.txt': Buffer.from(exported), 'IMG-20201231-WA0001.jpg': Buffer.from('jpeg!') };
    const result = await open({ file: file('WhatsApp Chat - Anna.zip', zipSync(entries)), format: 'html' });
    expect(result.lines.at(-1)).toMatchObject({ messages: 1, media: 1 });
    const copy = written().find((name) => name.endsWith('/media/000001.jpg'));
    expect(readFileSync(join(folder, 'out', copy!), 'utf8')).toBe('jpeg!');
  });
  it('leaves a damaged file of an exported zip out, names it, and writes the rest', async () => {
    const names = ['IMG-1.jpg', 'IMG-2.jpg', 'VID-3.mp4'];
    const lines = [...names.map((name) => `${name} (file attached)`), 'bye'];
    const text = lines.map((line) => `31/12/2020, 23:59 - Anna: ${line}\n`).join('');
    const [image, film] = [Buffer.alloc(5000, 7), Buffer.alloc(9000, 3)];
    const bytes = zipSync(
      { '_chat.txt': Buffer.from(text), 'IMG-1.jpg': image, 'IMG-2.jpg': image, 'VID-3.mp4': film },
      { level: 0 },
    );
    const at = Buffer.from(bytes).indexOf('IMG-1.jpg\u0007') + 'IMG-1.jpg'.length;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const path = file('WhatsApp Chat - Anna.zip', bytes);
    for (const zip of [false, true]) {
      const result = await open({ file: path, format: 'html', zip });
      expect(result).toMatchObject({ exitCode: 1, code: 'incomplete' });
      expect(result.lines.filter(({ code }) => code === 'damaged-media')).toEqual([
        expect.objectContaining({ message: expect.stringContaining('"IMG-1.jpg"') as string }),
      ]);
      expect(result.lines.at(-1)).toMatchObject({ type: 'summary', messages: 4, media: 2, mediaLeftOut: 1 });
    }
    const pages = join(folder, 'out', 'WhatsApp Chat - Anna-html');
    expect(readdirSync(join(pages, 'media')).sort()).toEqual(['000001.jpg', '000002.mp4']);
    expect(readFileSync(join(pages, 'media/000002.mp4')).equals(film)).toBe(true);
    const page = readFileSync(join(pages, 'chat-00001-00001.html'), 'utf8');
    expect(page.match(/was left out/g)).toHaveLength(1);
    expect(page).toContain('<img src="media/000001.jpg"');
    expect(page).toContain('bye');
  });
  it('finds the chat of a zip behind a text that is damaged, and tells of the damage where there is no chat', async () => {
    const bytes = zipSync({ 'a.txt': Buffer.alloc(300, 'notes '), 'b.txt': Buffer.from(chat) });
    // a method that is none, in the file's own list: the first text cannot be looked into
    const entry = Buffer.from(bytes).indexOf('PK\u0001\u0002', 0, 'latin1');
    bytes[entry + 10] = 99;
    expect(await open({ file: file('chats.zip', bytes), format: 'json' })).toMatchObject({ exitCode: 0 });
    bytes[Buffer.from(bytes).lastIndexOf('PK\u0001\u0002', undefined, 'latin1') + 10] = 99;
    expect(await open({ file: file('none.zip', bytes), format: 'json' })).toMatchObject({ exitCode: 7 });
  });
  it('keeps what it writes from other people of the machine', async () => {
    await open({ file: file('chat.txt', chat), format: 'json' });
    expect(statSync(join(folder, 'out', 'chat.json')).mode & 0o077).toBe(0);
  });
  it('does the same thing twice, and replaces nothing else without being told', async () => {
    const path = file('chat.txt', chat);
    for (const format of ['json', 'html', 'original'] as const) {
      expect((await open({ file: path, format })).exitCode, format).toBe(0);
      expect((await open({ file: path, format })).exitCode, format).toBe(0);
    }
    file('chat.txt', `${chat}31/12/2020, 23:59 - Bo: more\n`);
    for (const format of ['json', 'html', 'original'] as const) {
      expect(await open({ file: path, format })).toMatchObject({ exitCode: 8, code: 'already-exists' });
      expect((await open({ file: path, format, force: true })).exitCode).toBe(0);
    }
    expect(written().filter((name) => name.includes('tmp'))).toEqual([]);
  });
  it('leaves nothing when it is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const path = file('chat.txt', chat);
    for (const format of ['json', 'html', 'original'] as const) await open({ file: path, format }, stop.signal);
    expect(written()).toEqual([]);
  });
  it('has an exit code for what is no backup, and for what is not there', async () => {
    expect(await open({ file: file('notes.txt', 'hello') })).toMatchObject({ exitCode: 7, code: 'not-a-backup' });
    expect(await open({ file: join(folder, 'nowhere') })).toMatchObject({ exitCode: 1, code: 'not-found' });
    expect(await open({ file: file('chat.txt', chat), timeZone: 'Mars/Olympus' })).toMatchObject({ exitCode: 2 });
  });
});

describe.each(['crypt12', 'crypt14'] as const)('runOpen on a written %s', (generation) => {
  const content = seed('a database', 3000);
  const whole = writeCryptFile({ generation, content });
  const changed = (at: number): Buffer => {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 1;
    return bytes;
  };
  const md5At = whole.length - (generation === 'crypt12' ? 20 : 16);

  it('gives the content with the key file of the phone', async () => {
    const key = file('key', phoneKeyFile());
    expect(await open({ file: file('msgstore.db.x', whole), key })).toMatchObject({ exitCode: 0 });
    const path = join(folder, 'out', 'msgstore.db.x.decrypted');
    expect(new Uint8Array(readFileSync(path))).toEqual(content);
  });
  it.each([
    ['MD5 right, tag wrong', whole, phoneKeyFile({ cipherKey: Buffer.alloc(32) }), 3, 'wrong-key'],
    ['another key file', whole, phoneKeyFile({ googleId: Buffer.alloc(16) }), 3, 'wrong-key'],
    ['64 digits', whole, Buffer.from(testKeyDigits), 3, 'wrong-key'],
    ['MD5 wrong, tag wrong', changed(1000), phoneKeyFile(), 4, 'damaged'],
    ['MD5 wrong, tag right', changed(md5At), phoneKeyFile(), 4, 'damaged-checksum'],
    ['a file that is cut', whole.subarray(0, 2000), phoneKeyFile(), 4, 'damaged'],
    ['half a key file', whole, phoneKeyFile().subarray(0, 100), 2, 'invalid-key'],
  ] as const)('exits as documented with %s, and writes nothing', async (_name, bytes, keyFile, exitCode, code) => {
    const request = { file: file(`msgstore.db.${generation}`, bytes), key: file('key', keyFile) };
    expect(await open(request)).toMatchObject({ exitCode, code });
    expect(written()).toEqual([]);
  });
  it('takes a wrong checksum only where it is told to', async () => {
    const request = { file: file(`msgstore.db.${generation}`, changed(md5At)), key: file('key', phoneKeyFile()) };
    const { exitCode, lines } = await open({ ...request, acceptBadChecksum: true });
    expect(exitCode).toBe(0);
    expect(lines.some(({ code }) => code === 'bad-checksum')).toBe(true);
  });
});

describe('runOpen on a Signal backup of the older form, which has no mark', () => {
  const info = delimited([
    [1, 1],
    [2, 1000],
  ]);
  it('opens it where an account id says that it is one, and only there', async () => {
    const path = file('main', writeSignalFile({ records: info, form: 'legacy' }));
    const passphraseFile = file('recovery', testRecoveryKey);
    const result = await open({ file: path, passphraseFile, aci: testAci, format: 'json' });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.lines.at(-1)).toMatchObject({ path: 'main.json', chats: 0, messages: 0 });
    expect(await open({ file: path, passphraseFile })).toMatchObject({ exitCode: 7, code: 'not-a-backup' });
    const noBackup = file('notes', 'hello');
    expect(await open({ file: noBackup, passphraseFile, aci: testAci })).toMatchObject({ exitCode: 7 });
  });
  it('does not read a version that it does not know', async () => {
    const path = file('main', writeSignalFile({ records: delimited([[1, 2]]), form: 'legacy' }));
    const request = { file: path, passphraseFile: file('recovery', testRecoveryKey), aci: testAci };
    expect(await open({ ...request, format: 'json' })).toMatchObject({ exitCode: 7, code: 'unsupported-format' });
  });
});

describe('runInspect', () => {
  it('says what a file is', async () => {
    const { reporter, lines } = record();
    await runInspect(reporter, file('chat.txt', chat));
    expect(lines()).toMatchObject([
      { type: 'summary', format: 'export-chat-text', keyWanted: 'none', isSupported: true },
    ]);
  });
});

describeWithTestData('runOpen on fixtures', (data) => {
  const derived = (name: string): string => data.path('fixtures', 'derived', name);
  const digits = '6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017';
  const msgstore = derived('msgstore-10k.db.crypt15');

  const signal = (name: string) => ({
    file: derived(name),
    aci: '11111111-1111-1111-1111-111111111111',
    passphraseFile: file('recovery', 'm'.repeat(64)),
    tokenFile: file('token', 'ab'.repeat(32)),
  });

  it('gives the known bytes', async () => {
    const { exitCode, lines } = await open({ file: msgstore, key: digits });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatchObject({ type: 'warning', code: 'key-in-history' });
    const content = readFileSync(join(folder, 'out', 'msgstore-10k.db'));
    expect(createHash('sha256').update(content).digest('hex')).toBe(
      '7414115162c76998443c7393d4a2301420eae77ad572689378041f06b0e2f373',
    );
  });
  it('takes the key from a file in either form, and from the environment', async () => {
    const text = file('key.txt', `${digits.toUpperCase().replaceAll(/(.{4})/g, '$1 ')}\n`);
    const java = file(
      'encrypted_backup.key',
      Buffer.from(`aced0005757200025b42acf317f8060854e0020000787000000020${digits}`, 'hex'),
    );
    for (const key of [text, java]) {
      expect(await open({ file: msgstore, key, force: true })).toMatchObject({ exitCode: 0 });
      expect(await open({ file: msgstore, environmentKey: key })).toMatchObject({ exitCode: 0 });
    }
    expect((await open({ file: msgstore, environmentKey: digits })).lines.some(({ type }) => type === 'warning')).toBe(
      false,
    );
  });
  it('counts conversations and messages, with the names of people', async () => {
    const { lines } = await open({
      file: msgstore,
      key: digits,
      format: 'json',
      contacts: derived('wa-10k.db.crypt15'),
    });
    expect(lines.at(-1)).toMatchObject({ type: 'summary', chats: 9, messages: 10_000 });
    expect(readFileSync(join(folder, 'out', 'msgstore-10k.json'), 'utf8')).toContain('"name":');
  });
  it.each([
    ['a wrong key', digits.replace('6730', '6731'), 3, 'wrong-key'],
    ['63 digits', digits.slice(1), 2, 'invalid-key'],
    ['a key file that is not there', 'nowhere.key', 2, 'usage'],
    ['no key', undefined, 2, 'usage'],
  ])('exits as documented with %s, and writes nothing', async (_name, key, exitCode, code) => {
    const result = await open({ file: msgstore, ...(key === undefined ? {} : { key }) });
    expect(result).toMatchObject({ exitCode, code });
    expect(JSON.stringify(result.lines)).not.toContain(digits.slice(8, 40));
    expect(written()).toEqual([]);
  });
  it.each([3, 60, 300, 5000, 200_000, 443_390, 443_420])(
    'exits 4 and writes nothing with a bit flipped at %i',
    async (at) => {
      const bytes = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
      bytes[at]! ^= 1;
      for (const format of ['original', 'json', 'html'] as const) {
        expect((await open({ file: file('x.crypt15', bytes), key: digits, format })).exitCode).toBe(4);
      }
      expect(written()).toEqual([]);
    },
  );
  it('opens a file with a wrong checksum where it is told to', async () => {
    const bytes = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
    bytes[bytes.length - 1]! ^= 1;
    const result = await open({ file: file('x.crypt15', bytes), key: digits, acceptBadChecksum: true });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(result.lines.some(({ code }) => code === 'bad-checksum')).toBe(true);
  });
  it('says that there are no chats where there are none', async () => {
    expect(await open({ file: derived('multifile.crypt15'), key: digits, format: 'json' })).toMatchObject({
      exitCode: 7,
      code: 'no-chats',
    });
    expect(written()).toEqual([]);
  });
  it('counts the conversations and messages of a Signal backup, and says what else it holds', async () => {
    const { exitCode, lines } = await open({ ...signal('signal-10k.binproto.encrypted'), format: 'json' });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatchObject({ format: 'signal-backup-v2', chats: 604, messages: 10_000 });
    const message = expect.stringContaining('account 1') as string;
    expect(lines.at(-2)).toMatchObject({ type: 'warning', code: 'left-out', message });
  });
  it('takes the recovery key on standard terms: a file, grouped, upper case, or the option', async () => {
    const name = 'signal-10k.binproto.encrypted';
    const grouped = file('recovery.txt', `${'MMMM-'.repeat(15)}MMMM\n`);
    expect(await open({ ...signal(name), passphraseFile: grouped })).toMatchObject({ exitCode: 0 });
    const { passphraseFile: _file, ...rest } = signal(name);
    const { exitCode, lines } = await open({ ...rest, key: 'm'.repeat(64) });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatchObject({ code: 'key-in-history' });
    expect(await open({ ...rest, environmentKey: grouped })).toMatchObject({ exitCode: 0 });
    const content = readFileSync(join(folder, 'out', 'signal-10k.binproto'));
    expect(createHash('sha256').update(content).digest('hex')).toBe(
      'eed6b8f614a4c0919d6a0b7b52ee1b1a31924c7160535ef370530ea986fad2f9',
    );
  });
  it.each([
    ['another token', { tokenFile: () => file('t', Buffer.alloc(32, 1)) }, 3, 'wrong-key'],
    ['no token', { tokenFile: () => undefined }, 3, 'wrong-key'],
    ['another recovery key', { passphraseFile: () => file('p', 'a'.repeat(64)) }, 3, 'wrong-key'],
    ['another account', { aci: () => '00000000-0000-4000-8000-000000000000' }, 3, 'wrong-key'],
    ['no account', { aci: () => undefined }, 2, 'usage'],
    ['half a recovery key', { passphraseFile: () => file('p', 'm'.repeat(32)) }, 2, 'invalid-key'],
    ['half a token', { tokenFile: () => file('t', Buffer.alloc(16)) }, 2, 'invalid-key'],
  ])('exits as documented with %s, and writes nothing', async (_name, changes, exitCode, code) => {
    const changed = Object.fromEntries(Object.entries(changes).map(([name, make]) => [name, make()]));
    const { aci, tokenFile, passphraseFile, ...rest } = { ...signal('signal-10k.binproto.encrypted'), ...changed };
    const given = Object.fromEntries(Object.entries({ aci, tokenFile, passphraseFile }).filter(([, value]) => value));
    const result = await open({ ...rest, ...given, format: 'json' });
    expect(result).toMatchObject({ exitCode, code });
    expect(written()).toEqual([]);
  });
  it('exits 4 and writes nothing with a Signal backup that is damaged or cut', async () => {
    const whole = data.bytes('fixtures', 'derived', 'signal-10k.binproto.encrypted');
    const flipped = whole.slice();
    flipped[100_000]! ^= 1;
    for (const bytes of [flipped, whole.subarray(0, -16), whole.subarray(0, 100_001)]) {
      const result = await open({ ...signal('signal-10k.binproto.encrypted'), file: file('x', bytes), format: 'json' });
      expect(result).toMatchObject({ exitCode: 4, code: 'damaged' });
    }
    expect(written()).toEqual([]);
  });
  it('opens a Signal backup of an Android phone', async () => {
    const passphraseFile = file('passphrase', '12345 67890 12345 67890 12345 67890\n');
    const path = derived('signal-android-v1.backup');
    const { exitCode, lines } = await open({ file: path, passphraseFile, format: 'json' });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatchObject({
      format: 'signal-android-backup',
      path: 'signal-android-v1.json',
      chats: 1,
      messages: 4,
    });
    rmSync(join(folder, 'out'), { recursive: true });
    // Pages show the picture that lies in the backup itself.
    const pages = await open({ file: path, passphraseFile, format: 'html' });
    expect(pages.lines.at(-1)).toMatchObject({ output: 'html', messages: 4, media: 1 });
    const at = join(folder, 'out', 'signal-android-v1-html', 'media/000001.png');
    expect(readFileSync(at).subarray(1, 4).toString()).toBe('PNG');
    rmSync(join(folder, 'out'), { recursive: true });
    const wrong = file('wrong', '22345 67890 12345 67890 12345 67890');
    expect(await open({ file: path, passphraseFile: wrong })).toMatchObject({ exitCode: 3, code: 'wrong-key' });
    expect(await open({ file: path, passphraseFile: file('short', '12345') })).toMatchObject({ exitCode: 2 });
    const flipped = data.bytes('fixtures', 'derived', 'signal-android-v1.backup');
    flipped[1000]! ^= 1;
    expect(await open({ file: file('x.backup', flipped), passphraseFile })).toMatchObject({
      exitCode: 4,
      code: 'damaged',
    });
    expect(written()).toEqual([]);
  });
  it.each([
    ['signal-10k.binproto.encrypted', 'signal-backup-v2', 'signal-recovery-key'],
    ['signal-android-v0.backup', 'signal-android-backup', 'signal-passphrase'],
  ])('says which key %s wants', async (name, format, keyWanted) => {
    const { reporter, lines } = record();
    await runInspect(reporter, derived(name));
    expect(lines()).toMatchObject([{ format, keyWanted, isSupported: true }]);
  });
  it('inspects without a key', async () => {
    const { reporter, lines } = record();
    await runInspect(reporter, msgstore);
    expect(lines()).toMatchObject([
      { format: 'whatsapp-crypt15', keyWanted: 'whatsapp-backup-key', checksum: 'right', appVersion: '2.26.18.75' },
    ]);
  });
});
