import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 as nodeCrc32 } from 'node:zlib';
import { jsonDocument } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { phoneKeyFile, testKeyDigits, writeCryptFile, type CryptFileRecipe } from '@coffer/test-kit/node';
import { parseAci, parseRecoveryKey } from '../signal/recovery-key';
import { parseSignalPassphrase } from '../signal-android/passphrase';
import { afterAll, describe, expect, it } from 'vitest';
import { databaseBytes } from '../../test/sql-script';
import type { OpenedBackup } from '../backup';
import { ChatFormatError } from '../errors';
import { openBackup as openInNode } from '../node/open-backup';
import type { OpenOptions } from '../open-options';
import { parseBackupKeyDigits, readWhatsAppKeyFile } from '../whatsapp/backup-key';
import { crc32 } from './crc32';
import { identifyBackup, openBackup, type BackupFile } from './open-backup';
import { startSqlite, type Sqlite } from './sqlite';

const folder = mkdtempSync(join(tmpdir(), 'coffer-browser-spec-'));
afterAll(() => rmSync(folder, { recursive: true }));

let started: Promise<Sqlite> | undefined;
const sqlite = (): Promise<Sqlite> => {
  const path = createRequire(import.meta.url).resolve('@sqlite.org/sqlite-wasm/sqlite3.wasm');
  return (started ??= WebAssembly.compile(readFileSync(path)).then(startSqlite));
};
const fileOf = (name: string, bytes: Uint8Array): BackupFile => ({
  name,
  sizeBytes: bytes.length,
  read: (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
});

async function documentOf(opened: OpenedBackup): Promise<string> {
  try {
    return [...jsonDocument(await opened.chats())].join('');
  } finally {
    opened.close();
  }
}
const inBrowser = async (name: string, bytes: Uint8Array, options?: OpenOptions): Promise<string> =>
  documentOf(await openBackup(fileOf(name, bytes), sqlite, options));
const onDisk = async (name: string, bytes: Uint8Array, options?: OpenOptions): Promise<string> => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return documentOf(await openInNode(path, options));
};
const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
    return 'ok';
  } catch (error) {
    return error instanceof ChatFormatError ? error.code : String(error);
  }
};

const database = databaseBytes(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, sort_id INTEGER);
CREATE TABLE message_thumbnail(message_row_id INTEGER PRIMARY KEY, thumbnail BLOB);
INSERT INTO jid VALUES (1, '4915', 's.whatsapp.net', '4915@s.whatsapp.net'), (2, '1', 'g.us', '1@g.us');
INSERT INTO chat VALUES (1, 1, NULL), (2, 2, 'Walkers');
INSERT INTO message VALUES (1, 1, 0, 'A', NULL, 1600000000000, 0, 'gr\u00fc\u00df dich \u{1f44b}', 1);
INSERT INTO message VALUES (2, 1, 1, 'B', NULL, 1600000001000, 0, CAST(x'ff6f6b' AS TEXT), 2);
INSERT INTO message VALUES (3, 2, 0, 'C', 1, 1600000002000, 85, NULL, 3);
INSERT INTO message VALUES (4, 2, 0, 'D', 1, 1600000003000, 0, '', 4);
`);
const key = parseBackupKeyDigits(testKeyDigits);
const { phoneKey } = readWhatsAppKeyFile(phoneKeyFile());

describe('openBackup in a browser', () => {
  it('reads the export of Telegram, and its own JSON of it, as the command line does', async () => {
    const path = join(import.meta.dirname, '../../test/telegram-cases/personal-chat/result.json');
    const document = await inBrowser('result.json', readFileSync(path));
    expect(document).toBe(await onDisk('result.json', readFileSync(path)));
    const again = await inBrowser('x', new TextEncoder().encode(document));
    expect(JSON.parse(again)).toEqual(JSON.parse(document));
  });
  const generations: readonly CryptFileRecipe['generation'][] = ['crypt12', 'crypt14', 'crypt15'];

  it.each(generations)('reads what the Node half reads when the file is %s', async (generation) => {
    for (const withChecksum of [true, false]) {
      const bytes = writeCryptFile({ generation, content: database, withChecksum });
      const options = { key, ...(phoneKey ? { phoneKey } : {}) };
      const read = await inBrowser('msgstore', bytes, options);
      expect(read).toBe(await onDisk(`${generation}-${withChecksum}`, bytes, options));
      expect(read).toContain('grüß dich 👋');
      expect(read).toContain('\ufffdok');
    }
  });

  it('reads a database that is not encrypted, in WAL mode too', async () => {
    const wal = new Uint8Array(database);
    wal[18] = wal[19] = 2;
    const expected = await onDisk('msgstore.db', database);
    expect(await inBrowser('msgstore.db', database)).toBe(expected);
    expect(await inBrowser('msgstore.db', wal)).toBe(expected);
  });

  it('reads both message tables where the app was moving from one to the other', async () => {
    const both = databaseBytes(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, timestamp INTEGER, text_data TEXT);
CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, timestamp INTEGER, data TEXT);
INSERT INTO jid VALUES (1, '4915@s.whatsapp.net');
INSERT INTO chat VALUES (1, 1);
INSERT INTO message VALUES (1, 1, 0, 'A', 1000, 'moved'), (2, 1, 0, 'B', 3000, 'new');
INSERT INTO messages VALUES (1, '4915@s.whatsapp.net', 0, 'A', 1000, 'moved'), (2, '4915@s.whatsapp.net', 0, 'C', 2000, 'left behind');
`);
    const read = await inBrowser('msgstore.db', both);
    expect(read).toBe(await onDisk('msgstore.db', both));
    expect([...read.matchAll(/moved|new|left behind/g)].join(', ')).toBe('moved, left behind, new');
  });

  it('reads an exported chat', async () => {
    const text = Buffer.from('31/12/2020, 23:59 - Anna: hi\n31/12/2020, 23:59 - Bob: ho\n');
    expect(await inBrowser('chat.txt', text, { timeZone: 'Asia/Tokyo' })).toBe(
      await onDisk('chat.txt', text, { timeZone: 'Asia/Tokyo' }),
    );
  });

  it('gives the same verdict as the Node half for every bit that is wrong', async () => {
    for (const generation of generations) {
      const bytes = writeCryptFile({ generation, content: database.subarray(0, 300) });
      const options = { key, ...(phoneKey ? { phoneKey } : {}) };
      const places = [3, 20, 60, 100, bytes.length - 40, bytes.length - 34, bytes.length - 20, bytes.length - 2];
      for (const at of places) {
        const changed = new Uint8Array(bytes);
        changed[at]! ^= 1;
        const [here, there] = [
          await codeOf(() => inBrowser('x', changed, options)),
          await codeOf(() => onDisk('x', changed, options)),
        ];
        expect([generation, at, here]).toEqual([generation, at, there]);
      }
      for (const length of [10, 90, bytes.length - 33, bytes.length - 16, bytes.length - 1]) {
        const cut = bytes.subarray(0, length);
        const here = await codeOf(() => inBrowser('y', cut, options));
        expect([generation, length, here]).toEqual([generation, length, await codeOf(() => onDisk('y', cut, options))]);
        expect(here).not.toBe('ok');
      }
    }
  });

  it('tells a wrong key from damage, and a missing one', async () => {
    const bytes = writeCryptFile({ generation: 'crypt15', content: database });
    const other = parseBackupKeyDigits('00'.repeat(32));
    expect(await codeOf(() => inBrowser('a', bytes, { key: other }))).toBe('wrong-key');
    expect(await codeOf(() => inBrowser('a', bytes))).toBe('key-required');
    expect(await codeOf(() => inBrowser('a', bytes.subarray(0, -40), { key }))).toBe('damaged');
    expect(await codeOf(() => inBrowser('a', Buffer.from('no backup at all')))).toBe('not-a-backup');
  });

  it('runs nothing of a hostile database', async () => {
    const hostile = databaseBytes(
      `
CREATE TABLE secret(x); INSERT INTO secret VALUES ('not shown');
CREATE TABLE jid(_id INTEGER PRIMARY KEY, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT);
CREATE VIEW message AS SELECT 1 _id, 1 chat_row_id, 'k' key_id, 1 timestamp, x text_data FROM secret;
`,
    );
    expect(await codeOf(() => inBrowser('msgstore.db', hostile))).toBe('not-a-backup');
    const cut = database.subarray(0, database.length / 2);
    expect(await codeOf(() => inBrowser('msgstore.db', cut))).toBe('damaged');
  });

  it('takes no database beyond the limit into memory', async () => {
    const { open } = await sqlite();
    const pieces = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      yield database;
    };
    expect(await codeOf(() => open(pieces(), database.length - 1))).toBe('too-large');
    (await open(pieces(), database.length)).close();
  });
});

describe('identifyBackup in a browser', () => {
  it('says which key is wanted without one', async () => {
    const bytes = writeCryptFile({ generation: 'crypt15', content: database });
    const { format, keyWanted } = await identifyBackup(fileOf('renamed.txt', bytes), sqlite);
    expect([format, keyWanted]).toEqual(['whatsapp-crypt15', 'whatsapp-backup-key']);
  });
});

describe('crc32', () => {
  it('is the one of zip', () => {
    const bytes = database.subarray(0, 1000);
    expect(crc32(bytes)).toBe(nodeCrc32(bytes));
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describeWithTestData('published backups in a browser', (data) => {
  const pool = parseRecoveryKey('m'.repeat(64));
  const aci = parseAci('11111111-1111-1111-1111-111111111111');
  const passphrase = parseSignalPassphrase('12345 67890 12345 67890 12345 67890');
  const signal = { signalKeys: { recoveryKey: pool, aci, token: new Uint8Array(32).fill(0xab) } };
  it('reads what the Node half reads of a Signal backup, and tells a wrong key and a changed byte apart', async () => {
    const name = 'signal-10k.binproto.encrypted';
    const bytes = data.bytes('fixtures', 'derived', name);
    const here = await inBrowser(name, bytes, signal);
    expect(here.length).toBeGreaterThan(100_000);
    expect(here === (await onDisk(name, bytes, signal))).toBe(true);
    const wrong = { signalKeys: { ...signal.signalKeys, aci: new Uint8Array(16) } };
    expect(await codeOf(() => inBrowser(name, bytes, wrong))).toBe('wrong-key');
    const changed = new Uint8Array(bytes);
    changed[Math.floor(bytes.length / 2)]! ^= 1;
    expect(await codeOf(() => inBrowser(name, changed, signal))).toBe('damaged');
    expect(await codeOf(() => inBrowser(name, bytes.subarray(0, bytes.length - 16), signal))).toBe('damaged');
    expect(await codeOf(() => inBrowser(name, bytes))).toBe('key-required');
  });

  // one passphrase alone: each costs 250,000 hashes, and the code that reads the records is that of the Node half
  it('reads what the Node half reads of a Signal backup file of an Android phone', async () => {
    const name = 'signal-android-v1.backup';
    const bytes = data.bytes('fixtures', 'derived', name);
    const keys = { signalPassphrase: passphrase };
    const here = await inBrowser(name, bytes, keys);
    expect(here).toContain('picture attached');
    expect(here).toBe(await onDisk(name, bytes, keys));
    expect(await codeOf(() => inBrowser(name, bytes))).toBe('key-required');
  });

  it.each(['msgstore-10k.db.crypt15', 'WhatsApp Chat with ubuntu-10k.zip'])(
    'reads what the Node half reads of %s',
    async (name) => {
      const path = data.path(`fixtures/derived/${name}`);
      const here = await inBrowser(name, readFileSync(path), { key });
      expect(here.length).toBeGreaterThan(100_000);
      expect(here === (await documentOf(await openInNode(path, { key })))).toBe(true);
    },
  );
});
