import { DatabaseSync } from 'node:sqlite';
import { describeWithTestData } from '@coffer/test-kit';
import { testKeyDigits, writeCryptFile } from '@coffer/test-kit/node';
import { DeviceError, fileFormats, type DeviceHandlers, type FileSecret } from '@coffer/device-protocol';
import { backupFormats } from '@coffer/chat-formats';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fileHandlers } from '../src/file-handlers';
import { heldFile, heldFiles } from './held-files';

type Files = ReturnType<typeof fileHandlers>;
const context = { signal: new AbortController().signal, progress: () => undefined };
const opening = (files: Files, file: File, secret: FileSecret = { kind: 'none' }, timeZone: string | null = null) =>
  files.openFile({ file, contacts: null, secret, timeZone }, context);
const digits = { kind: 'digits', digits: testKeyDigits } as const;

const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
    return 'ok';
  } catch (error) {
    return error instanceof DeviceError ? error.code : String(error);
  }
};

function database(): Uint8Array {
  const made = new DatabaseSync(':memory:');
  made.exec(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT);
INSERT INTO jid VALUES (1, '1', 'g.us', '1@g.us'), (2, '2', 'g.us', '2@g.us'), (3, '3', 'g.us', '3@g.us');
INSERT INTO chat VALUES (1, 1, 'Walkers'), (2, 2, 'Cooks'), (3, 3, 'Nobody yet');
INSERT INTO message VALUES (1, 1, 1, 'A', NULL, 1600000000000, 0, '<b>first</b>'), (2, 1, 1, 'B', NULL, 1600000001000, 0, 'second');
INSERT INTO message VALUES (3, 2, 1, 'C', NULL, 1600000009000, 0, 'newest');`);
  const bytes = made.serialize();
  made.close();
  return bytes;
}

/** One conversation of two. */
function direct(): Uint8Array {
  const made = new DatabaseSync(':memory:');
  made.exec(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT, timestamp INTEGER, text_data TEXT);
INSERT INTO jid VALUES (1, '4915112345@s.whatsapp.net');
INSERT INTO chat VALUES (1, 1);
INSERT INTO message VALUES (1, 1, 'A', 1600000000000, 'hello');`);
  const bytes = made.serialize();
  made.close();
  return bytes;
}

const crypt15 = heldFile(
  'any name',
  writeCryptFile({ generation: 'crypt15', content: database(), withChecksum: false }),
);

async function listed(files: Files): ReturnType<DeviceHandlers['listFileConversations']> {
  return files.listFileConversations({}, context);
}

describe('the device with a file of another app', () => {
  it('says what the file is before it has a key, and shows the newest conversation first when it has it', async () => {
    const files = fileHandlers(heldFiles);
    expect(await files.inspectFiles({ files: [crypt15] }, context)).toEqual({
      backup: 0,
      contacts: null,
      format: 'whatsapp-crypt15',
      keyWanted: 'whatsapp-backup-key',
    });
    const opened = await opening(files, crypt15, digits);
    expect(opened).toEqual({ format: 'whatsapp-crypt15', conversations: 3, messages: 3, warnings: ['no-checksum'] });
    const { conversations } = await listed(files);
    expect(
      conversations.map(({ conversation, messageCount, lastMessageMs }) => [
        conversation.title,
        messageCount,
        lastMessageMs,
      ]),
    ).toEqual([
      ['Cooks', 1, 1_600_000_009_000],
      ['Walkers', 2, 1_600_000_001_000],
      ['Nobody yet', 0, null],
    ]);
    const { conversationId } = conversations[1]!;
    const { messages } = await files.readFileMessages({ conversationId, from: 1, to: 9 }, context);
    expect(messages.map(({ text }) => text)).toEqual(['second']);
  });

  it('tells the backup from the names of people among files that were chosen together, and shows both', async () => {
    const files = fileHandlers(heldFiles);
    const chats = heldFile('b', direct());
    const book = heldFile('a', Buffer.from('BEGIN:VCARD\nFN:Anna\nTEL:+4915112345\nEND:VCARD\n'));
    const wa = new DatabaseSync(':memory:');
    wa.exec(
      "CREATE TABLE wa_contacts(jid TEXT, display_name TEXT); INSERT INTO wa_contacts VALUES ('4915112345@s.whatsapp.net', 'Anna B.')",
    );
    const contacts = heldFile('c', wa.serialize());
    const sealed = heldFile('d', writeCryptFile({ generation: 'crypt15', content: wa.serialize() }));
    wa.close();
    const titleWith = async (...chosen: readonly File[]): Promise<string | undefined> => {
      const found = await files.inspectFiles({ files: [...chosen] }, context);
      const names = found.contacts === null ? null : chosen[found.contacts]!;
      const params = { file: chosen[found.backup]!, contacts: names, secret: digits, timeZone: null };
      await files.openFile(params, context);
      return (await listed(files)).conversations[0]?.conversation.title;
    };
    expect(await titleWith(chats)).toBe('+4915112345');
    expect(await titleWith(book, chats)).toBe('Anna');
    expect(await titleWith(contacts, heldFile('x', Buffer.from('a letter')), chats)).toBe('Anna B.');
    expect(await titleWith(sealed, chats)).toBe('Anna B.');
    const both = [heldFile('x', Buffer.from('a letter')), book];
    expect(await codeOf(() => files.inspectFiles({ files: both }, context))).toBe('not-a-backup');
  });

  it('finds messages by their words, the newest first, and forgets the index with the file', async () => {
    const files = fileHandlers(heldFiles);
    const find = async (query: string, limit = 10): Promise<readonly string[]> => {
      const { hits, isComplete } = await files.searchFile({ query, limit }, context);
      const found = hits.map(({ conversationId, index, excerpt: { hit } }) => `${conversationId}/${index} ${hit}`);
      return isComplete ? found : [...found, 'more'];
    };
    expect(await codeOf(() => find('x'))).toBe('locked');
    await opening(files, crypt15, digits);
    expect(await find('FIRST')).toEqual(['0/0 first']);
    expect(await find('e')).toEqual(['1/0 e', '0/1 e']);
    expect(await find('e', 1)).toEqual(['1/0 e', 'more']);
    expect(await find(' ')).toEqual([]);
    await opening(files, heldFile('b', direct()));
    expect(await find('first')).toEqual([]);
    expect(await find('hello')).toEqual(['0/0 hello']);
  });

  it('names what is wrong when the key or the file is', async () => {
    const files = fileHandlers(heldFiles);
    const cut = heldFile('cut', writeCryptFile({ generation: 'crypt15', content: database() }).subarray(0, -50));
    const whole = heldFile('whole', writeCryptFile({ generation: 'crypt15', content: database(), withChecksum: true }));
    const other = { kind: 'digits', digits: 'ab'.repeat(32) } as const;
    expect(await codeOf(() => opening(files, whole, other))).toBe('wrong-key');
    expect(await codeOf(() => opening(files, whole, { kind: 'digits', digits: '1234' }))).toBe('malformed-key');
    expect(await codeOf(() => opening(files, whole))).toBe('key-required');
    expect(await codeOf(() => opening(files, cut, digits))).toBe('damaged');
    expect(await codeOf(() => files.inspectFiles({ files: [heldFile('x', Buffer.from('a letter'))] }, context))).toBe(
      'not-a-backup',
    );
    expect(await codeOf(() => listed(files))).toBe('locked');
  });

  it('keeps the file that is open when another one cannot be opened, and wipes a key file that it was given', async () => {
    const files = fileHandlers(heldFiles);
    await opening(files, crypt15, digits);
    const content = new Uint8Array(Buffer.from(testKeyDigits));
    expect(await codeOf(() => opening(files, heldFile('x', new Uint8Array(99)), { kind: 'key-file', content }))).toBe(
      'not-a-backup',
    );
    expect(content.every((byte) => byte === 0)).toBe(true);
    const cut = new Uint8Array(Buffer.from(testKeyDigits.slice(1)));
    expect(await codeOf(() => opening(files, crypt15, { kind: 'key-file', content: cut }))).toBe('malformed-key');
    expect(cut.every((byte) => byte === 0)).toBe(true);
    expect((await listed(files)).conversations).toHaveLength(3);
  });

  it('saves the whole as JSON, and as pages in a zip', async () => {
    const files = fileHandlers(heldFiles);
    await opening(files, crypt15, digits);
    const { content: json } = await files.saveFile({ form: 'json', conversationId: null }, context);
    const document = JSON.parse(await json.text()) as { conversations: { messages: { text: string }[] }[] };
    expect(document.conversations.flatMap(({ messages }) => messages.map(({ text }) => text)).sort()).toEqual([
      '<b>first</b>',
      'newest',
      'second',
    ]);
    const { content: zip } = await files.saveFile({ form: 'html', conversationId: null }, context);
    const pages = unzipSync(new Uint8Array(await zip.arrayBuffer()));
    expect(Object.keys(pages).sort()).toEqual([
      ...['chat-00001-00001.html', 'chat-00002-00001.html', 'chat-00003-00001.html', 'index.html', 'style.css'],
    ]);
    expect(Buffer.from(pages['chat-00001-00001.html']!).toString()).toContain('&lt;b&gt;first');
  });

  it('saves one conversation', async () => {
    const files = fileHandlers(heldFiles);
    await opening(files, crypt15, digits);
    const { conversationId, conversation } = (await listed(files)).conversations[0]!;
    const { content } = await files.saveFile({ form: 'json', conversationId }, context);
    expect(JSON.parse(await content.text())).toMatchObject({ conversations: [{ id: conversation.id }] });
    const { content: zip } = await files.saveFile({ form: 'html', conversationId }, context);
    const names = Object.keys(unzipSync(new Uint8Array(await zip.arrayBuffer())));
    expect(names.filter((name) => name.startsWith('chat-'))).toHaveLength(1);
    expect(await codeOf(() => files.saveFile({ form: 'json', conversationId: '9' }, context))).toBe('not-found');
  });

  it('saves the media of an exported zip beside the pages', async () => {
    const files = fileHandlers(heldFiles);
    const lines = '31/12/2020, 23:59 - Anna: IMG-20201231-WA0001.jpg (file attached)\n31/12/2020, 23:59 - Bo: hi\n';
    const image = crypto.getRandomValues(new Uint8Array(60_000));
    const exported = (): Uint8Array<ArrayBuffer> =>
      zipSync({ 'WhatsApp Chat with Anna.txt': Buffer.from(lines), 'IMG-20201231-WA0001.jpg': [image, { level: 0 }] });
    await opening(files, heldFile('WhatsApp Chat with Anna.zip', exported()), { kind: 'none' }, 'UTC');
    const whole = await files.saveFile({ form: 'html', conversationId: null }, context);
    const saved = unzipSync(new Uint8Array(await whole.content.arrayBuffer()));
    expect(saved['media/000001.jpg']).toEqual(image);
    expect(Buffer.from(saved['chat-00001-00001.html']!).toString()).toContain('<img src="media/000001.jpg"');
    expect(whole.mediaLeftOut).toBe(0);
  });

  it('saves all but a damaged file of an exported zip, and says so on the page', async () => {
    const files = fileHandlers(heldFiles);
    const lines = ['IMG-1.jpg (file attached)', 'IMG-2.jpg (file attached)', 'IMG-3.jpg (file attached)', 'bye'];
    const text = lines.map((line) => `31/12/2020, 23:59 - Anna: ${line}\n`).join('');
    for (const level of [0, 6] as const) {
      const image = new Uint8Array(5000).fill(7);
      const content = zipSync({
        'WhatsApp Chat with Anna.txt': Buffer.from(text),
        ...{ 'IMG-1.jpg': [image, { level }], 'IMG-2.jpg': [image, { level }], 'IMG-3.jpg': [image, { level }] },
      });
      // the first byte of the second picture's content, behind its name
      const at = Buffer.from(content).indexOf('IMG-2.jpg') + 'IMG-2.jpg'.length;
      content[at] = (content[at] ?? 0) ^ 1;
      await opening(files, heldFile('WhatsApp Chat with Anna.zip', content), { kind: 'none' }, 'UTC');
      const saved = await files.saveFile({ form: 'html', conversationId: null }, context);
      expect(saved.mediaLeftOut, `level ${level}`).toBe(1);
      const unpacked = unzipSync(new Uint8Array(await saved.content.arrayBuffer()));
      expect(Object.keys(unpacked).filter((name) => name.startsWith('media/'))).toEqual([
        'media/000001.jpg',
        'media/000002.jpg',
      ]);
      const page = Buffer.from(unpacked['chat-00001-00001.html']!).toString();
      expect(page.match(/<img/g)).toHaveLength(2);
      expect(page.match(/this file is damaged or cannot be read, and was left out/g)).toHaveLength(1);
      expect(page).toContain('bye');
    }
  });

  it('knows every format that the readers know', () => {
    expect([...fileFormats]).toEqual([...backupFormats]);
  });
});

describeWithTestData('the device with published files', (data) => {
  it('reads a part of a long exported chat, with the zone that the person named', async () => {
    const files = fileHandlers(heldFiles);
    const name = 'WhatsApp Chat with ubuntu-10k.zip';
    const file = heldFile(name, data.bytes('fixtures', 'derived', name));
    expect(await opening(files, file, { kind: 'none' }, 'Europe/Berlin')).toMatchObject({
      conversations: 1,
      messages: 10_001,
    });
    const [chat] = (await listed(files)).conversations;
    expect(chat?.conversation.title).toBe('ubuntu-10k');
    const range = { conversationId: chat!.conversationId, from: 9_900, to: 10_001 };
    const { messages } = await files.readFileMessages(range, context);
    expect([messages.length, messages.at(-1)?.timeMs]).toEqual([101, chat!.lastMessageMs]);
  });
});
