import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, deflateRawSync, crc32 } from 'node:zlib';
import { jsonDocument } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { peakMemoryOf, phoneKeyFile, writeCryptFile } from '@coffer/test-kit/node';
import { databaseBytes } from '../../test/sql-script';
import type { ChatFormatError } from '../errors';
import { parseBackupKeyDigits, readWhatsAppKeyFile } from '../whatsapp/backup-key';
import { readContactNames } from '../whatsapp/msgstore/people';
import { inspectBackup } from './inspect';
import { openBackup, openChatSource } from './open-backup';
import type { OpenBackupOptions } from './open-options';
import { openSqliteBytes } from './sqlite-database';

const folder = mkdtempSync(join(tmpdir(), 'coffer-open-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));
const write = (name: string, content: Uint8Array | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'ok';
  } catch (error) {
    return (error as ChatFormatError).code;
  }
};
const opening = (path: string, options?: OpenBackupOptions): Promise<string> =>
  codeOf(async () => {
    const opened = await openBackup(path, options);
    (await opened.chats()).close();
  });

interface ZipFile {
  readonly name: string;
  readonly content: string;
  /** Deflated bytes in place of those of the content. */
  readonly packed?: Buffer;
  /** What the list says instead of the truth. */
  readonly saysBytes?: number;
  readonly flags?: number;
}

/** A zip with one central directory, as simple as zips are. */
function zip(...files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content, packed = deflateRawSync(content), saysBytes, flags = 0 } of files) {
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(saysBytes ?? Buffer.byteLength(content), 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, nameBytes, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002'), Buffer.of(20, 0), common, tail, nameBytes);
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, list, Buffer.from('PK\u0005\u0006'), end]);
}
const chat = '31/12/2020, 23:59 - Anna: hi\n31/12/2020, 23:59 - Anna: IMG-20201231-WA0001.jpg (file attached)\n';

describe('inspectBackup', () => {
  it('knows what is no backup', async () => {
    for (const [name, content] of [
      ['empty', ''],
      ['notes.txt', 'some notes\n'],
      ['photo.jpg', Buffer.from('ffd8ffe000104a464946', 'hex')],
      ['other.db', databaseBytes('CREATE TABLE t(a);\n')],
      ['other.zip', zip({ name: 'readme.txt', content: 'hello' })],
      ['key', Buffer.from(`aced0005757200025b42acf317f8060854e0020000787000000020${'00'.repeat(32)}`, 'hex')],
    ] as const) {
      expect(await codeOf(() => inspectBackup(write(name, content))), name).toBe('not-a-backup');
    }
    expect(await codeOf(() => inspectBackup(folder))).toBe('not-a-backup');
    expect(() => inspectBackup(folder)).toThrow('the file named main');
    expect(() => inspectBackup(write('nothing', ''))).toThrow('this file is empty');
    expect(await codeOf(() => inspectBackup(join(folder, 'nowhere')))).toBe('not-a-backup');
  });
  it.each([
    ['crypt12', 'whatsapp-key-file'],
    ['crypt14', 'whatsapp-key-file'],
    ['crypt15', 'whatsapp-backup-key'],
  ] as const)('recognises %s under any name', (generation, keyWanted) => {
    const content = writeCryptFile({ generation, content: databaseBytes('CREATE TABLE t(a);\n') });
    for (const name of ['msgstore.db.crypt12', 'msgstore.db.crypt14', 'msgstore.db.crypt15', 'renamed.bin']) {
      expect(inspectBackup(write(name, content)), name).toMatchObject({
        format: `whatsapp-${generation}`,
        keyWanted,
        isSupported: true,
        facts: { checksum: 'right' },
      });
    }
  });
  it('goes by content, not by name', () => {
    const path = write(
      'renamed.crypt14',
      databaseBytes('CREATE TABLE messages(key_remote_jid TEXT, timestamp INTEGER);\n'),
    );
    expect(inspectBackup(path)).toMatchObject({ format: 'whatsapp-msgstore', keyWanted: 'none', isSupported: true });
  });
});

describe('openBackup', () => {
  const phoneKey = readWhatsAppKeyFile(phoneKeyFile()).phoneKey!;
  const older =
    'CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, ' +
    'data TEXT, timestamp INTEGER, media_wa_type TEXT);\n' +
    "INSERT INTO messages VALUES (1, '49170@s.whatsapp.net', 0, 'A1', 0, 'hello', 1420034400000, '0');\n";

  it.each(['crypt12', 'crypt14'] as const)('reads the conversations of a %s database', async (generation) => {
    const path = write('older.bin', writeCryptFile({ generation, content: databaseBytes(older) }));
    const opened = await openBackup(path, { phoneKey });
    const [conversation] = (await opened.chats()).conversations();
    expect([...conversation!.messages()]).toMatchObject([{ text: 'hello', timeMs: 1_420_034_400_000 }]);
    expect(opened.warnings).toEqual([]);
    opened.close();
  });
  it('says what a backup of several files is: an increment, or other files', async () => {
    const increment = zip({ name: 'messages.bin', content: 'history' }, { name: 'counters.json', content: '{}' });
    const stickers = zip({ name: 'stickers/a.webp', content: 'x' });
    for (const [content, code, chatsCode] of [
      [increment, 'increment', 'unsupported-format'],
      [stickers, 'several-files', 'no-chats'],
    ] as const) {
      const file = writeCryptFile({ generation: 'crypt14', content, isStored: true, withChecksum: false });
      const opened = await openBackup(write('part.bin', file), { phoneKey });
      expect(opened.warnings.map((warning) => warning.code)).toEqual(['no-checksum', code]);
      expect(opened.warnings[1]!.message).toMatch(code === 'increment' ? /zip of 2 files/ : /zip of 1 files/);
      expect(await codeOf(() => opened.chats())).toBe(chatsCode);
      const pieces: Uint8Array[] = [];
      for await (const piece of opened.payload.chunks()) pieces.push(Uint8Array.from(piece));
      expect(Buffer.concat(pieces).equals(content)).toBe(true);
      opened.close();
    }
  });
  it('reads an exported chat from a zip, with the sizes of its media', async () => {
    const path = write(
      'WhatsApp Chat with Anna.zip',
      zip({ name: 'IMG-20201231-WA0001.jpg', content: 'jpeg!' }, { name: '_chat.txt', content: chat }),
    );
    const opened = await openBackup(path);
    expect(opened.inspection).toMatchObject({ format: 'export-chat-zip', facts: { text: '_chat.txt', files: 1 } });
    const [conversation] = (await opened.chats()).conversations();
    expect(conversation!.conversation.title).toBe('Anna');
    expect([...conversation!.messages()][1]).toMatchObject({ kind: 'image', media: { sizeBytes: 5 } });
    opened.close();
  });
  it('lets a long chat of a zip lie in a private file, which is gone at the end, and at once where it is damaged', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    vi.stubEnv('TMPDIR', temporary);
    try {
      const lines = '31/12/2020, 23:59 - Anna: hello again\n'.repeat(500_000);
      const opened = await openBackup(write('long.zip', zip({ name: '_chat.txt', content: lines })));
      const [spool] = readdirSync(temporary);
      expect(statSync(join(temporary, spool!)).mode & 0o777).toBe(0o700);
      const [conversation] = (await opened.chats()).conversations();
      expect([...conversation!.between!(499_999, 500_000)]).toMatchObject([{ id: '500000', text: 'hello again' }]);
      opened.close();
      expect(readdirSync(temporary)).toEqual([]);
      const cut = zip({ name: '_chat.txt', content: lines, saysBytes: lines.length - 1 });
      expect(await opening(write('cut-long.zip', cut))).toBe('damaged');
      expect(readdirSync(temporary)).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });
  it('finds the chat among other texts', async () => {
    const path = write(
      'many.zip',
      zip({ name: 'notes.txt', content: 'hello' }, { name: 'WhatsApp Chat with Bo.txt', content: chat }),
    );
    expect((await openBackup(path)).inspection.facts).toMatchObject({ text: 'WhatsApp Chat with Bo.txt' });
  });
  it.each([
    ['leads upwards', { name: '../../etc/WhatsApp.txt', content: chat }, 'damaged'],
    ['is absolute', { name: '/etc/WhatsApp.txt', content: chat }, 'damaged'],
    ['has a backslash', { name: '..\\WhatsApp.txt', content: chat }, 'damaged'],
    ['names a drive', { name: 'C:WhatsApp.txt', content: chat }, 'damaged'],
  ])('B17: refuses a zip with a name that %s', async (_name, file, code) => {
    expect(await opening(write('hostile.zip', zip(file)))).toBe(code);
  });
  // 400 MB of blanks, a megabyte at a time: what a deflated block says may be said again.
  const deflated = (content: string): Buffer => deflateRawSync(content, { finishFlush: constants.Z_FULL_FLUSH });
  const blanks = deflated(' '.repeat(1_000_000));
  const bomb = Buffer.concat([deflated(chat), ...Array.from({ length: 400 }, () => blanks), deflateRawSync('')]);
  const texts = Array.from({ length: 50 }, (_, number) => `WhatsApp Chat with ${number}.txt`);
  it.each([
    ['more comes out than the list says', { saysBytes: 1000 }, 'damaged'],
    ['the list says too much', { saysBytes: 0xf0000000 }, 'too-large'],
    ['it is encrypted', { flags: 1 }, 'unsupported-format'],
  ])('B16: refuses a bomb, and fifty, within 64 MB: %s', async (_name, change, code) => {
    const file = { content: '', packed: bomb, ...change };
    const path = write('bomb.zip', zip({ name: 'WhatsApp.txt', ...file }));
    const many = write('bombs.zip', zip(...texts.map((name) => ({ name, ...file }))));
    for (const each of [path, many]) {
      let told: string | undefined;
      const peak = await peakMemoryOf(async () => (told = await opening(each)));
      expect(told).toBe(code);
      expect(peak).toBeLessThan(64e6);
    }
  });
  it('never fails otherwise where a zip is cut or changed', async () => {
    const whole = zip(
      { name: 'WhatsApp Chat with Anna.txt', content: chat.repeat(20) },
      { name: 'a.jpg', content: 'x' },
    );
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1 << (at % 8);
      expect(['ok', 'damaged', 'not-a-backup', 'unsupported-format', 'too-large']).toContain(
        await opening(write('changed.zip', changed)),
      );
      expect(['damaged', 'not-a-backup']).toContain(await opening(write('cut.zip', whole.subarray(0, at))));
    }
  });
  it('warns of a log beside a database, and makes none', async () => {
    const path = write('live.db', databaseBytes('CREATE TABLE messages(key_remote_jid TEXT, timestamp INTEGER);\n'));
    const before = readdirSync(folder).length;
    expect((await openBackup(path)).warnings).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(before);
    write('live.db-wal', 'x');
    expect((await openBackup(path)).warnings).toMatchObject([{ code: 'unread-journal' }]);
  });
});

describe('openChatSource', () => {
  it('takes JSON for a chat history where its content says so, whatever it is called', async () => {
    const messages = [{ id: 1, type: 'message', text: 'hi' }];
    const exported = write('export', JSON.stringify({ type: 'personal_chat', id: 5, messages }));
    const source = (await openChatSource(exported))!;
    expect(source).toMatchObject({ format: 'telegram-export', counts: { messages: 1 } });
    const own = (await openChatSource(write('own', [...jsonDocument(source)].join(''))))!;
    expect(own).toMatchObject({ format: 'telegram-export', counts: { messages: 1 } });
    for (const each of [source, own]) each.close();
    expect(await openChatSource(write('chat.json', JSON.stringify({ id: 5, messages })))).toBeUndefined();
  });
  it('gives nothing for what is no chat history', async () => {
    expect(await openChatSource(write('photo2.jpg', Buffer.from('ffd8ffe000104a464946', 'hex')))).toBeUndefined();
    expect(await openChatSource(write('other2.db', databaseBytes('CREATE TABLE t(a);\n')))).toBeUndefined();
  });
  it('gives nothing for a zip that is broken or hostile, and for a log', async () => {
    expect(await openChatSource(write('hostile2.zip', zip({ name: '../x.txt', content: chat })))).toBeUndefined();
    expect(await openChatSource(write('broken.zip', Buffer.from('PK\u0003\u0004 and no more')))).toBeUndefined();
    expect(await openChatSource(write('server.txt', '[2020-01-01 10:00:00] INFO: started\n'))).toBeUndefined();
  });
  it('gives the chats of what is one', async () => {
    const source = await openChatSource(write('WhatsApp Chat with Bo.txt', chat));
    expect(source?.counts).toEqual({ chats: 1, messages: 2 });
    source?.close();
  });
});

/** As SQLite counts: characters, not UTF-16 units. */
const charactersOf = (text: string): number =>
  text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);

describeWithTestData('openBackup on fixtures', (data) => {
  const derived = (name: string): string => data.path('fixtures', 'derived', name);
  const key = parseBackupKeyDigits('6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017');

  // the words of the exports are those of the databases, and one line of the service's beside them
  const facts10k = { length: 445_115, grub: 55 };
  const facts221k = { length: 12_960_042, grub: 2090 };
  it.each([
    ['msgstore-10k.db.crypt15', 9, 10_000, { ...facts10k, largest: ['120363000000000004@g.us', 1348] }],
    ['msgstore-221k.db.crypt15', 173, 221_619, { ...facts221k, largest: ['120363000000000075@g.us', 1939] }],
    ['WhatsApp Chat with ubuntu-10k.zip', 1, 10_001, { ...facts10k, largest: ['ubuntu-10k', 10_001] }],
    ['WhatsApp Chat with ubuntu-221k.zip', 1, 221_620, { ...facts221k, largest: ['ubuntu-221k', 221_620] }],
  ])('counts %s', async (name, chats, messages, facts) => {
    const opened = await openBackup(derived(name), { key });
    const source = await opened.chats();
    expect(source.counts).toEqual({ chats, messages });
    let [seen, length, grub] = [0, 0, 0];
    let largest: readonly [string, number] = ['', 0];
    for (const entry of source.conversations()) {
      if (entry.messageCount > largest[1]) largest = [entry.conversation.id, entry.messageCount];
      for (const { text = '' } of entry.messages()) {
        seen++;
        length += charactersOf(text);
        if (/grub/i.test(text)) grub++;
      }
    }
    expect(seen).toBe(messages);
    expect({ length, grub, largest }).toEqual(facts);
    opened.close();
    opened.close();
  });
  it('knows the facts of the 10k database', async () => {
    const opened = await openBackup(derived('msgstore-10k.db.crypt15'), {
      key,
      contactsPath: derived('wa-10k.db.crypt15'),
    });
    const conversations = [...(await opened.chats()).conversations()].map(({ conversation, messages }) => ({
      ...conversation,
      messages: [...messages()],
    }));
    const messages = conversations.flatMap((conversation) => conversation.messages);
    const own = messages.filter(({ isFromSelf }) => isFromSelf);
    expect(own).toHaveLength(99);
    expect(own.filter(({ delivery }) => delivery === 'read')).toHaveLength(99);
    const others = messages.filter(({ isFromSelf }) => !isFromSelf);
    expect(others.filter(({ timeMs, receivedMs }) => receivedMs === timeMs! + 200)).toHaveLength(9901);
    expect(Math.min(...messages.map(({ timeMs }) => timeMs!))).toBe(1_100_480_400_000);
    expect(Math.max(...messages.map(({ timeMs }) => timeMs!))).toBe(1_118_540_700_000);
    const names = conversations.flatMap(({ participants }) => participants.map(({ name }) => name));
    expect(names.filter((name) => name === undefined)).toHaveLength(0);
    opened.close();
  });
  it('knows the authors of the exports', async () => {
    for (const [name, authors] of [
      ['WhatsApp Chat with ubuntu-10k.zip', 604],
      ['WhatsApp Chat with ubuntu-221k.zip', 17_779],
    ] as const) {
      const [conversation] = (await openBackup(derived(name)).then((opened) => opened.chats())).conversations();
      expect(conversation!.conversation.participants).toHaveLength(authors);
      let systemLines = 0;
      for (const message of conversation!.messages()) if (message.kind === 'system') systemLines++;
      expect(systemLines).toBe(1);
    }
  });
  it('knows the names of 17,779 contacts', async () => {
    const packed = data.path('fixtures', 'derived', 'wa-221k.db.xz');
    const { stdout, error } = spawnSync('xz', ['-dc', packed], { maxBuffer: 64 * 1024 * 1024 });
    if (error !== undefined) {
      process.stdout.write('contacts of the large set are not read: there is no program xz here\n');
      return;
    }
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(
      'c9b4c1cc671a33ec80ff3bc0d7b53ad95dda277fd11f3d2a3213189cc28a44c4',
    );
    expect(readContactNames(openSqliteBytes(stdout)).size).toBe(17_779);
  });
  it('takes the older table of the database with a long header', async () => {
    const opened = await openBackup(derived('msgstore-longheader.db.crypt15'), { key });
    expect((await opened.chats()).counts).toEqual({ chats: 1, messages: 9 });
    opened.close();
  });
  it('says which key is wanted, and opens nothing without it', async () => {
    const path = derived('msgstore-10k.db.crypt15');
    expect(inspectBackup(path)).toMatchObject({
      format: 'whatsapp-crypt15',
      keyWanted: 'whatsapp-backup-key',
      facts: { appVersion: '2.26.18.75', numberEndsWith: '67', isChatDatabase: true, checksum: 'right' },
    });
    expect(await opening(path)).toBe('key-required');
  });
  it('takes a wrong checksum only where it was told to', async () => {
    const file = data.bytes('fixtures', 'derived', 'msgstore-10k.db.crypt15');
    file[file.length - 1]! ^= 1;
    const path = write('bad.crypt15', file);
    expect(await opening(path, { key })).toBe('damaged-checksum');
    expect(await opening(path, { key, acceptBadChecksum: true })).toBe('ok');
  });
  it('finds no chats in other files', async () => {
    expect(await opening(derived('multifile.crypt15'), { key })).toBe('no-chats');
    expect(await opening(derived('wa-10k.db.crypt15'), { key })).toBe('no-chats');
    expect(await opening(derived('wa-10k.db'))).toBe('no-chats');
    expect(await opening(derived('signal-10k.binproto.encrypted'))).toBe('key-required');
    expect(await opening(derived('signal-android-v1.backup'))).toBe('key-required');
  });
  it('names the payload after the file', async () => {
    const opened = await openBackup(derived('msgstore-10k.db.crypt15'), { key });
    expect(opened.payload.name).toBe('msgstore-10k.db');
    opened.close();
  });
});
