import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import {
  cutSegments,
  decodeSegment,
  encodeSegment,
  type ChatSource,
  type Conversation,
  type Message,
} from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { expectParts } from '../../test/expect-parts';
import { databaseBytes } from '../../test/sql-script';
import { ChatFormatError } from '../errors';
import { openMsgstore, type MsgstoreOptions } from '../whatsapp/msgstore/msgstore';
import { msgstoreWarnings } from '../whatsapp/msgstore/msgstore-warnings';
import { readContactNames } from '../whatsapp/msgstore/people';
import { openSqliteBytes, openSqliteFile } from './sqlite-database';

interface ReadConversation extends Conversation {
  readonly messages: readonly Message[];
}

function readAll(source: ChatSource): readonly ReadConversation[] {
  const conversations = [...source.conversations()].map((entry) => {
    const { conversation, messageCount } = entry;
    const read = [...entry.messages()];
    expectParts(entry, read);
    expect(read).toHaveLength(messageCount);
    return { ...conversation, messages: read };
  });
  expect(source.counts).toEqual({
    chats: conversations.length,
    messages: conversations.reduce((sum, { messages }) => sum + messages.length, 0),
  });
  source.close();
  source.close();
  return conversations;
}

const read = (bytes: Uint8Array, options?: MsgstoreOptions): readonly ReadConversation[] =>
  readAll(openMsgstore(openSqliteBytes(bytes), options));

const newerSchema = `
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT, hidden INTEGER);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, sort_id INTEGER);
INSERT INTO jid VALUES (1, '111222', 's.whatsapp.net', '111222@s.whatsapp.net');
INSERT INTO jid VALUES (2, '333444', 's.whatsapp.net', '333444@s.whatsapp.net');
INSERT INTO jid VALUES (3, '555', 'g.us', '555@g.us');
INSERT INTO chat VALUES (1, 1, NULL, 0);
INSERT INTO chat VALUES (2, 3, 'Friends', 0);
INSERT INTO message VALUES (1, -1, 0, '-1', 0, 0, -1, NULL, 0, 0);
`;
const newer = (...more: readonly string[]): Uint8Array =>
  databaseBytes(newerSchema, ...more.map((line) => `${line};\n`));
const message = (
  id: number,
  values: { chat?: number; fromMe?: number; sender?: number; type?: number; text?: string; sort?: number },
): string =>
  `INSERT INTO message VALUES (${id}, ${values.chat ?? 1}, ${values.fromMe ?? 0}, 'key${id}', ${values.sender ?? 0}, ` +
  `1700000000000, ${values.type ?? 0}, ${values.text === undefined ? 'NULL' : `'${values.text}'`}, 0, ${values.sort ?? id})`;

describe('openMsgstore', () => {
  it('reads who wrote what, in the order of the app', () => {
    const [direct, group] = read(
      newer(
        message(1001, { text: 'second', sort: 9 }),
        message(1002, { text: 'first', sort: 8, fromMe: 1 }),
        message(1003, { chat: 2, sender: 2, text: 'hi all' }),
        message(1004, { chat: 2, fromMe: 1, text: 'hello' }),
      ),
    );
    expect(direct).toMatchObject({ id: '111222@s.whatsapp.net', kind: 'direct', title: '+111222' });
    expect(direct!.messages.map(({ text, senderId, isFromSelf }) => [text, senderId, isFromSelf])).toEqual([
      ['first', null, true],
      ['second', '111222@s.whatsapp.net', false],
    ]);
    expect(group).toMatchObject({ kind: 'group', title: 'Friends', participants: [{ id: '333444@s.whatsapp.net' }] });
    expect(group!.messages.map(({ senderId }) => senderId)).toEqual(['333444@s.whatsapp.net', null]);
  });
  it('keeps conversations that point nowhere', () => {
    const conversations = read(
      newer(
        'INSERT INTO chat VALUES (3, 99, NULL, 0)',
        message(1001, { chat: 3, text: 'no address' }),
        message(1002, { chat: 77, text: 'no chat' }),
      ),
    );
    expect(conversations.slice(2).map(({ id, kind, title, messages }) => [id, kind, title, messages.length])).toEqual([
      ['chat:3', 'unknown', 'Chat 3', 1],
      ['chat:77', 'unknown', 'Chat 77', 1],
    ]);
  });
  it('leaves out hidden chats without messages, and no others', () => {
    const conversations = read(
      newer(
        "INSERT INTO chat VALUES (3, 2, 'hidden and empty', 1)",
        "INSERT INTO chat VALUES (4, NULL, 'hidden', 1)",
        message(1001, { chat: 4 }),
      ),
    );
    expect(conversations.map(({ title }) => title)).toEqual(['+111222', 'Friends', 'hidden']);
  });
  it('puts phone numbers in the place of anonymous addresses, and keeps conversation ids apart', () => {
    const conversations = read(
      newer(
        "INSERT INTO jid VALUES (9, '987', 'lid', '987@lid')",
        'CREATE TABLE jid_map(lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER)',
        'INSERT INTO jid_map VALUES (9, 1)',
        'INSERT INTO chat VALUES (3, 9, NULL, 0)',
        message(1001, { chat: 3 }),
        message(1002, { chat: 2, sender: 9 }),
      ),
    );
    expect(conversations.map(({ id }) => id)).toEqual(['111222@s.whatsapp.net', '555@g.us', '111222@s.whatsapp.net#3']);
    expect(conversations[1]!.messages[0]!.senderId).toBe('111222@s.whatsapp.net');
  });
  it('keeps types that it does not know, with their number', () => {
    const [direct] = read(newer(message(1001, { type: 4711, text: 'words' }), message(1002, { type: 42 })));
    expect(direct!.messages[0]).toMatchObject({ kind: 'unsupported', unsupportedType: '4711', text: 'words' });
    expect(direct!.messages[1]).toMatchObject({ kind: 'image', marks: ['view-once'] });
  });
  it('reads what other tables say about a message', () => {
    const [direct, group] = read(
      newer(
        message(1001, { text: 'a question', type: 66 }),
        message(1002, { type: 1, text: 'caption' }),
        message(1003, { text: 'reply', fromMe: 1 }),
        message(1004, { type: 10 }),
        message(1005, { type: 4, text: 'Jo' }),
        message(1006, { chat: 2, sender: 2, type: 7, text: 'New name' }),
        'CREATE TABLE message_poll_option(_id INTEGER PRIMARY KEY, message_row_id INTEGER, option_name TEXT)',
        "INSERT INTO message_poll_option VALUES (1, 1001, 'yes'), (2, 1001, 'no')",
        'CREATE TABLE message_media(message_row_id INTEGER PRIMARY KEY, file_path TEXT, file_size INTEGER, mime_type TEXT, width INTEGER, height INTEGER, file_hash TEXT)',
        "INSERT INTO message_media VALUES (1002, 'Media/a.jpg', 5, 'image/jpeg', 3, 4, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=')",
        'CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, sender_jid_row_id INTEGER, key_id TEXT, message_type INTEGER, text_data TEXT)',
        "INSERT INTO message_quoted VALUES (1003, 1, 0, 1, 'key1002', 1, 'caption')",
        'CREATE TABLE message_add_on(_id INTEGER PRIMARY KEY, from_me INTEGER, sender_jid_row_id INTEGER, parent_message_row_id INTEGER)',
        'CREATE TABLE message_add_on_reaction(message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT, sender_timestamp INTEGER)',
        'INSERT INTO message_add_on VALUES (1, 1, 0, 1003), (2, 0, 1, 1003), (3, 0, 1, 1003)',
        "INSERT INTO message_add_on_reaction VALUES (1, '👍', 1700000000001), (2, '🎉', NULL), (3, '', NULL)",
        'CREATE TABLE missed_call_logs(_id INTEGER PRIMARY KEY, message_row_id INTEGER, video_call INTEGER)',
        'INSERT INTO missed_call_logs VALUES (1, 1004, 1)',
        'CREATE TABLE message_vcard(_id INTEGER PRIMARY KEY, message_row_id INTEGER, vcard TEXT)',
        "INSERT INTO message_vcard VALUES (1, 1005, 'BEGIN:VCARD')",
        'CREATE TABLE message_system(message_row_id INTEGER PRIMARY KEY, action_type INTEGER)',
        'INSERT INTO message_system VALUES (1006, 1)',
      ),
    );
    const [poll, image, reply, call, contact] = direct!.messages;
    expect(poll).toMatchObject({ kind: 'poll', text: 'a question', poll: { options: ['yes', 'no'] } });
    expect(image).toMatchObject({
      text: 'caption',
      media: { path: 'Media/a.jpg', sizeBytes: 5, widthPixels: 3, heightPixels: 4, sha256Hex: '00'.repeat(32) },
    });
    expect(reply).toMatchObject({
      quote: { messageId: '1002', senderId: '111222@s.whatsapp.net', kind: 'image', text: 'caption' },
      reactions: [
        { senderId: null, text: '👍', timeMs: 1_700_000_000_001 },
        { senderId: '111222@s.whatsapp.net', text: '🎉' },
      ],
    });
    expect(call).toMatchObject({ kind: 'call', call: { isVideo: true, isMissed: true } });
    expect(contact).toMatchObject({ kind: 'contact', contacts: ['BEGIN:VCARD'], text: 'Jo' });
    expect(group!.messages[0]).toMatchObject({
      kind: 'system',
      system: { action: '1', value: 'New name' },
      senderId: '333444@s.whatsapp.net',
    });
    expect(group!.messages[0]).not.toHaveProperty('text');
  });
  it('reads conversations longer than a page', () => {
    const many = Array.from({ length: 2500 }, (_, index) => message(2000 + index, { text: `m${index}`, sort: 1 }));
    const [direct] = read(newer(...many));
    expect(direct!.messages.map(({ text }) => text)).toEqual(Array.from({ length: 2500 }, (_, index) => `m${index}`));
  });
  it('lets two conversations be read at the same time', () => {
    const source = openMsgstore(openSqliteBytes(newer(message(1001, { text: 'a' }), message(1002, { text: 'b' }))));
    const [direct] = source.conversations();
    const [left, right] = [direct!.messages()[Symbol.iterator](), direct!.messages()[Symbol.iterator]()];
    expect([left.next(), right.next(), left.next(), right.next()].map(({ value }) => (value as Message).text)).toEqual([
      'a',
      'a',
      'b',
      'b',
    ]);
    source.close();
  });

  const olderTable =
    'CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, media_size INTEGER, remote_resource TEXT)';
  const older = (id: number, text: string): string =>
    `INSERT INTO messages VALUES (${id}, '111222@s.whatsapp.net', 0, 'k${id}', 0, '${text}', 1, '0', 0, '')`;

  it('takes the table that has messages where both are there', () => {
    expect(read(newer(olderTable, older(1, 'old')))[0]!.messages).toMatchObject([{ text: 'old' }]);
    expect(read(newer(olderTable, message(1001, { text: 'new' })))[0]!.messages).toMatchObject([{ text: 'new' }]);
  });
  describe('where both tables have messages', () => {
    const at = (id: number, timeMs: number): string => `UPDATE message SET timestamp = ${timeMs} WHERE _id = ${id}`;
    const olderAt = (id: number, timeMs: number): string =>
      `INSERT INTO messages VALUES (${id}, '111222@s.whatsapp.net', 0, 'k${id}', 0, 'old ${id}', ${timeMs}, '0', 0, '')`;
    const sameKey = (olderId: number, newerId: number): string =>
      `UPDATE messages SET key_id = (SELECT key_id FROM message WHERE _id = ${newerId}) WHERE _id = ${olderId}`;
    const texts = (bytes: Uint8Array, isMigrated = false): readonly (string | undefined)[][] =>
      read(bytes, { isMigrated }).map(({ messages }) => messages.map(({ text }) => text));

    it('reads both, by their times, and once what was moved', () => {
      const moved = [olderTable, message(1001, { text: 'moved' }), at(1001, 20)];
      const both = newer(
        ...[...moved, message(1002, { text: 'new' }), at(1002, 40)],
        ...[olderAt(1, 10), olderAt(2, 30), olderAt(3, 20), sameKey(3, 1001)],
      );
      expect(texts(both)[0]).toEqual(['old 1', 'old 3', 'old 2', 'new']);
      expect(texts(both, true)[0]).toEqual(['old 1', 'moved', 'old 2', 'new']);
      expect(texts(newer(...moved, olderAt(1, 10), sameKey(1, 1001)))[0]).toEqual(['moved']);
    });
    it('names those of the second table by their row, and finds what they answer in either', () => {
      const quotes = [
        'ALTER TABLE messages ADD COLUMN quoted_row_id INTEGER',
        'CREATE TABLE messages_quotes(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, data TEXT)',
        "INSERT INTO messages_quotes SELECT _id, key_remote_jid, key_from_me, key_id, data FROM messages WHERE key_id <> 'k3'",
        'UPDATE messages SET quoted_row_id = _id - 1',
      ];
      const both = newer(
        ...[olderTable, message(1001, { text: 'moved' }), at(1001, 10)],
        ...[olderAt(1, 10), sameKey(1, 1001), olderAt(2, 20), olderAt(3, 30), ...quotes],
      );
      const [{ messages }] = read(both, { isMigrated: true }) as [ReadConversation];
      expect(messages.map(({ id, quote }) => [id, quote?.messageId])).toEqual([
        ['1001', undefined],
        ['2', '1001'],
        ['3', '2'],
      ]);
    });
    it('finds what answers and albums of the newer table refer to where the older one leads', () => {
      const both = newer(
        ...[1001, 1002, 1003].flatMap((id) => [message(id, { text: `new ${id}` }), at(id, id)]),
        ...[olderTable, ...[1, 2, 3, 4].map((id) => olderAt(id, id)), sameKey(1, 1001)],
        'CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT, text_data TEXT)',
        "INSERT INTO message_quoted VALUES (1002, 1, 'key1001', 'new 1001'), (1003, 1, 'key1002', 'new 1002')",
        'CREATE TABLE message_association(parent_message_row_id INTEGER, child_message_row_id INTEGER, association_type INTEGER)',
        'INSERT INTO message_association VALUES (1003, 1001, 2), (1003, 1002, 2)',
      );
      const [{ messages }] = read(both) as [ReadConversation];
      expect(messages.map(({ id, quote }) => [id, quote?.messageId])).toEqual([
        ['1', undefined],
        ['2', undefined],
        ['3', undefined],
        ['4', undefined],
        ['1002', '1'],
        ['1003', '1002'],
      ]);
      expect(messages.at(-1)!.extras).toMatchObject({ albumMessageIds: ['1', '1002'] });
    });
    it('names the table too where the other one has another message in that row', () => {
      const both = newer(
        olderTable,
        olderAt(1001, 10),
        olderAt(1002, 20),
        message(1001, { text: 'new' }),
        at(1001, 30),
      );
      expect(read(both, { isMigrated: true })[0]!.messages.map(({ id, text }) => [id, text])).toEqual([
        ['messages:1001', 'old 1001'],
        ['1002', 'old 1002'],
        ['1001', 'new'],
      ]);
    });
    it('keeps the order of the app in conversations that only one table has', () => {
      const other = "INSERT INTO messages VALUES (1, '999@s.whatsapp.net', 0, 'k', 0, 'elsewhere', 5, '0', 0, '')";
      const second = message(1001, { text: 'second', sort: 9 });
      const both = newer(
        olderTable,
        second,
        at(1001, 1),
        message(1002, { text: 'first', sort: 8 }),
        at(1002, 2),
        other,
      );
      expect(texts(both, true)).toEqual([['first', 'second'], [], ['elsewhere']]);
    });
    it('tells a message that went to several conversations under one key apart, and one without a key from every other', () => {
      const inGroup = "INSERT INTO messages VALUES (1, '555@g.us', 0, 'key1001', 0, 'to the group', 1, '0', 0, '')";
      expect(texts(newer(olderTable, inGroup, message(1001, { text: 'to one' })), true)).toEqual([
        ['to one'],
        ['to the group'],
      ]);
      const noKeys = ['UPDATE messages SET key_id = NULL', 'UPDATE message SET key_id = NULL WHERE _id > 1'];
      const both = newer(olderTable, older(1, 'old'), older(2, 'old'), message(1001, { text: 'new' }), ...noKeys);
      expect(texts(both, true)[0]).toEqual(['old', 'old', 'new']);
    });
    it('takes a key as bytes for the same as text', () => {
      const asBytes = 'UPDATE messages SET key_id = (SELECT CAST(key_id AS BLOB) FROM message WHERE _id = 1001)';
      expect(texts(newer(olderTable, older(1, 'old'), message(1001, { text: 'new' }), asBytes), true)[0]).toEqual([
        'new',
      ]);
    });
    it('puts messages of people whose address was changed into the one conversation', () => {
      const anonymous = [
        'CREATE TABLE jid_map(lid_row_id INTEGER PRIMARY KEY, jid_row_id INTEGER)',
        "INSERT INTO jid VALUES (9, '777', 'lid', '777@lid')",
        'INSERT INTO jid_map VALUES (9, 1)',
        'UPDATE chat SET jid_row_id = 9 WHERE _id = 1',
      ];
      const both = newer(...anonymous, olderTable, older(1, 'old'), message(1001, { text: 'new' }));
      expect(read(both, { isMigrated: true }).map(({ id, messages }) => [id, messages.length])).toEqual([
        ['111222@s.whatsapp.net', 2],
        ['555@g.us', 0],
      ]);
      expect(texts(both)[0]).toEqual(['old', 'new']);
    });
    it('reads the larger one, or the one that the header names, and counts the other where there are no keys', () => {
      const drop = 'ALTER TABLE messages DROP COLUMN key_from_me';
      const both = newer(olderTable, older(1, 'old'), older(2, 'old'), message(1001, { text: 'new' }), drop);
      expect([texts(both)[0], texts(both, true)[0]]).toEqual([['old', 'old'], ['new']]);
      const unread = (bytes: Uint8Array, isMigrated = false): number => {
        const source = openMsgstore(openSqliteBytes(bytes), { isMigrated });
        source.close();
        return source.unreadMessages;
      };
      expect([unread(both), unread(both, true)]).toEqual([1, 2]);
      expect(unread(newer(olderTable, older(1, 'old'), message(1001, { text: 'new' })))).toBe(0);
      const [warning] = msgstoreWarnings({ unreadMessages: 2 });
      expect(warning).toMatchObject({
        code: 'unread-messages',
        message: expect.stringContaining('2 messages are') as string,
      });
      expect(msgstoreWarnings({ unreadMessages: 0 })).toEqual([]);
    });
  });
  it('reads a system row of the older table with its action', () => {
    const system = "INSERT INTO messages VALUES (3, '555@g.us', 0, 'k', 6, NULL, 1, '0', 4, '111222@s.whatsapp.net')";
    expect(read(newer(olderTable, system))[1]!.messages).toMatchObject([
      { kind: 'system', system: { action: '4' }, senderId: '111222@s.whatsapp.net' },
    ]);
  });
  it('reads whom a message of the older table mentions', () => {
    const mentions = ['ALTER TABLE messages ADD COLUMN mentioned_jids TEXT', older(1, 'hi @111222 and @333444')];
    const set = "UPDATE messages SET mentioned_jids = '111222@s.whatsapp.net, 333444@s.whatsapp.net,,x'";
    const insert = mentions[1]!.replace("'')", "'', NULL)");
    expect(read(newer(olderTable, mentions[0]!, insert, set))[0]!.messages[0]!.extras).toEqual({
      mentions: ['111222@s.whatsapp.net', '333444@s.whatsapp.net'],
    });
  });
  it('reads when a message of the older table came and how far an own one did', () => {
    const bytes = databaseBytes(
      `CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, received_timestamp INTEGER, receipt_server_timestamp INTEGER, receipt_device_timestamp INTEGER, read_device_timestamp INTEGER, played_device_timestamp INTEGER);
INSERT INTO messages VALUES (1, '1@s.whatsapp.net', 0, 0, 'a', 1000, '0', 2000, -1, -1, NULL, NULL), (2, '1@s.whatsapp.net', 1, 13, 'b', 1000, '0', 1000, 3000, 4000, 5000, NULL),
(3, '1@g.us', 1, 5, 'c', 1000, '0', -1, -1, 6000, NULL, NULL), (4, '1@g.us', 0, 6, 'd', 1000, '0', 1000, -1, -1, NULL, NULL);
`,
    );
    const source = openMsgstore(openSqliteBytes(bytes));
    const all = [...source.conversations()].flatMap((entry) => [...entry.messages()]);
    source.close();
    const byId = all.toSorted((left, right) => Number(left.id) - Number(right.id));
    const fields = ({ receivedMs, delivery, serverReceivedMs, receipts, extras }: Message): Partial<Message> =>
      Object.fromEntries(
        Object.entries({ receivedMs, delivery, serverReceivedMs, receipts, extras }).filter(
          ([, value]) => value !== undefined,
        ),
      );
    expect(byId.map(fields)).toEqual([
      { receivedMs: 2000 },
      {
        delivery: 'read',
        serverReceivedMs: 3000,
        receipts: [{ id: '1@s.whatsapp.net', receivedMs: 4000, readMs: 5000 }],
      },
      { delivery: 'delivered', receipts: [{ receivedMs: 6000 }] },
      {},
    ]);
  });
  it('reads the older table without any table of chats', () => {
    expect(read(databaseBytes(`${olderTable};\n`, `${older(1, 'x')};\n`))).toMatchObject([
      { id: '111222@s.whatsapp.net', messages: [{ text: 'x' }] },
    ]);
  });
});

describe('openMsgstore on hostile databases', () => {
  const code = (run: () => unknown): string => {
    try {
      run();
      return 'ok';
    } catch (error) {
      if (!(error instanceof ChatFormatError)) throw error;
      return error.code;
    }
  };
  it.each([
    ['no message table', 'CREATE TABLE t(a);\n'],
    ['a view in its place', 'CREATE VIEW message AS SELECT 1 chat_row_id, 1 key_id, 1 timestamp;\n'],
    ['a virtual table in its place', 'CREATE VIRTUAL TABLE message USING fts4(chat_row_id, key_id, timestamp);\n'],
    ['generated columns', 'CREATE TABLE message(chat_row_id, timestamp, key_id AS (randomblob(1000000000)));\n'],
  ])('finds no chats where there is %s', (_name, script) => {
    expect(code(() => read(databaseBytes(script)))).toBe('no-chats');
  });
  it('runs neither triggers nor views nor functions that wait in the schema', () => {
    const bytes = newer(
      message(1001, { text: 'hi' }),
      'CREATE TRIGGER t AFTER INSERT ON message BEGIN SELECT load_extension("x"); END',
      'CREATE TRIGGER u INSTEAD OF INSERT ON v BEGIN SELECT 1; END',
      "CREATE VIEW message_media AS SELECT 1001 message_row_id, 'x' file_path FROM message",
      'CREATE VIEW jid_map AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i lid_row_id, i jid_row_id FROM n',
    );
    expect(read(bytes)[0]!.messages).toEqual([
      {
        id: '1001',
        senderId: '111222@s.whatsapp.net',
        isFromSelf: false,
        timeMs: 1_700_000_000_000,
        kind: 'text',
        text: 'hi',
      },
    ]);
  });
  it('takes columns that hold something else than they should', () => {
    const bytes = databaseBytes(
      'CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id, from_me, key_id, sender_jid_row_id, timestamp, message_type, text_data, sort_id);\n',
      "INSERT INTO message VALUES (1, 'x', x'00', NULL, 9223372036854775807, 9223372036854775807, 1.5, x'48ff69', 'z');\n",
      "INSERT INTO message VALUES (2, 9223372036854775807, 1, '', 'a', -5, 'text', 42, -9223372036854775808);\n",
      'INSERT INTO message VALUES (9223372036854775807, 1, 1, 1, 1, 1, 1, 1, 1);\n',
    );
    const [only] = read(bytes);
    expect(only).toMatchObject({ id: 'chat:0', kind: 'unknown' });
    expect(only!.messages).toMatchObject([
      { id: '1', timeMs: null, text: 'H\ufffdi' },
      { id: '2', timeMs: null, text: '42', isFromSelf: true },
    ]);
  });
  it('gives only messages that the backup can store', () => {
    const bytes = newer(
      `INSERT INTO message VALUES (1001, 1, 0, 'k', 0, 1e300, 1e300, '${'x'.repeat(100)}', 0, 1)`,
      `INSERT INTO jid VALUES (50, '${'u'.repeat(5000)}', 's.whatsapp.net', NULL)`,
      `INSERT INTO chat VALUES (50, 50, '${'t'.repeat(50_000)}', 0)`,
      message(1002, { chat: 50, sender: 50 }),
    );
    for (const { messages } of read(bytes)) {
      for (const run of cutSegments(messages)) expect(decodeSegment(encodeSegment(run))).toEqual(run);
    }
  });
  it('reads a database that was left in write-ahead-log mode', () => {
    const bytes = newer(message(1001, { text: 'hi' }));
    bytes[18] = bytes[19] = 2;
    expect(read(bytes)[0]!.messages).toHaveLength(1);
  });

  const whole = newer(
    ...Array.from({ length: 50 }, (_, index) => message(1001 + index, { text: 'hello '.repeat(index) })),
  );
  property.prop([fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat({ max: 20 })], { numRuns: 300 })(
    'says damaged or reads on, and never fails otherwise, when bytes are changed',
    (where, flip, count) => {
      const bytes = whole.slice();
      for (let index = 0; index < count; index++) bytes[(where * (index + 1)) % bytes.length]! ^= flip;
      try {
        for (const { messages } of openMsgstore(openSqliteBytes(bytes)).conversations())
          for (const _message of messages());
      } catch (error) {
        expect(['damaged', 'no-chats']).toContain((error as ChatFormatError).code);
      }
    },
  );
  it('says damaged for a file that is none', () => {
    expect(code(() => openSqliteBytes(new Uint8Array(5000)))).toBe('damaged');
    expect(code(() => openSqliteBytes(whole.subarray(0, 5000)).close())).not.toBe('not-a-backup');
    expect(code(() => openSqliteFile('/nonexistent/msgstore.db'))).toBe('not-a-backup');
  });
});

describe('openSqliteFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coffer-msgstore-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a file whose name has characters that mean something in a URL, and leaves nothing beside it', () => {
    const path = join(folder, 'a b?c#d%e.db');
    writeFileSync(path, newer(message(1001, { text: 'hi' })));
    expect(readAll(openMsgstore(openSqliteFile(path)))[0]!.messages).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(['a b?c#d%e.db']);
  });
  it('refuses to write anything but temporary tables', () => {
    const database = openSqliteBytes(newer());
    for (const sql of [
      'DELETE FROM message',
      'CREATE TABLE x(a)',
      "ATTACH 'y' AS y",
      'PRAGMA journal_mode = WAL',
      'DROP TABLE jid',
    ]) {
      expect(() => database.execute(sql), sql).toThrow(ChatFormatError);
    }
    database.close();
  });
});

describeWithTestData('openMsgstore on fixtures', (data) => {
  const script = (...parts: readonly string[]): string => new TextDecoder().decode(data.bytes('fixtures', ...parts));

  it('reads the older schema of whatsapp-viewer', () => {
    const bytes = databaseBytes(
      script('whatsapp-viewer', 'msgstore.db.schema.sql'),
      script('whatsapp-viewer', 'test-database.sql'),
    );
    const conversations = read(bytes);
    expect(conversations).toHaveLength(21);
    const messages = conversations.flatMap((conversation) => conversation.messages);
    expect(messages).toHaveLength(42);
    const kinds: Record<string, number> = {};
    for (const { kind } of messages) kinds[kind] = (kinds[kind] ?? 0) + 1;
    expect(kinds).toEqual({
      text: 20,
      image: 6,
      audio: 3,
      video: 1,
      contact: 1,
      location: 2,
      call: 4,
      document: 2,
      gif: 1,
      'live-location': 2,
    });
    expect(
      conversations
        .find(({ id }) => id === '0-Text@s.whatsapp.net')!
        .messages.map(({ text, timeMs }) => [text, timeMs]),
    ).toEqual(
      ['Hey was geht?', 'Disdas diggi', 'Wollen wir uns treffen?', 'So gegen 15:30 Uhr?', 'OK. Wo denn?', '?'].map(
        (text, index) => [text, 1_420_034_400_000 + index * 100_000],
      ),
    );
    const byId = new Map(messages.map((found) => [found.id, found]));
    expect(byId.get('5001')!.text).toBe('Haha\ufffd\ufffd\ufffd');
    expect(byId.get('6002')!.quote).toMatchObject({ messageId: '6001', text: 'Text of first user' });
    expect(byId.get('9000001')!.text).toBe('Test &test & test && test &&&&');
  });
  it('reads the newer schema of chat-history-manager, 2023', () => {
    const bytes = databaseBytes(script('chat-history-manager', 'whatsapp-android_2023-10.msgstore.sql'));
    const names = readContactNames(
      openSqliteBytes(databaseBytes(script('chat-history-manager', 'whatsapp-android_2023-10.wa.sql'))),
    );
    const [group, direct] = read(bytes, { names });
    expect(group).toMatchObject({ title: 'My Group', kind: 'group' });
    expect(direct).toMatchObject({ kind: 'direct', title: '+11111' });
    expect(group!.messages).toMatchObject([
      { id: '169', kind: 'system', system: { action: '12', participantIds: ['00000@s.whatsapp.net'] } },
      {
        id: '750',
        text: 'Last group message',
        isFromSelf: true,
        quote: { messageId: '169' },
        edits: [{ timeMs: 1_661_417_999_999 }],
        marks: ['forwarded', 'edited'],
      },
    ]);
    expect(direct!.messages).toMatchObject([
      {
        id: '4863',
        kind: 'live-location',
        place: { latitude: -8.70385650502691, longitude: 115.21673666751775, name: 'New Bahari' },
      },
      { id: '7454', kind: 'deleted', isFromSelf: true },
    ]);
  });
  it('reads the newer schema of chat-history-manager, 2026', () => {
    const names = readContactNames(
      openSqliteBytes(databaseBytes(script('chat-history-manager', 'whatsapp-android_2026-01.wa.sql'))),
    );
    expect(names.get('11111@s.whatsapp.net')).toBe('WA Verified VName');
    const bytes = databaseBytes(script('chat-history-manager', 'whatsapp-android_2026-01.msgstore.sql'));
    expect(read(bytes, { names })).toMatchObject([
      {
        title: 'WA Verified VName',
        messages: [{ id: '11761', kind: 'unsupported', unsupportedType: '85', text: 'Line 1\nLine 2\n\nLine 3' }],
      },
    ]);
  });
});
