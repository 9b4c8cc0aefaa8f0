import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSegment, type Conversation, type Message } from '@coffer/chat-model';
import { describeWithTestData } from '@coffer/test-kit';
import { androidStatement, protobuf, testPassphrase, writeAndroidFile } from '@coffer/test-kit/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectParts } from '../../test/expect-parts';
import { parseSignalPassphrase } from '../signal-android/passphrase';
import { inspectBackup } from './inspect';
import { openBackup } from './open-backup';

const folder = mkdtempSync(join(tmpdir(), 'coffer-android-backup-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signalPassphrase = parseSignalPassphrase(testPassphrase.match(/.{5}/g)!.join(' '));

interface Read {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
}

async function read(path: string): Promise<{ readonly chats: readonly Read[]; readonly warnings: readonly string[] }> {
  const opened = await openBackup(path, { signalPassphrase });
  const source = await opened.chats();
  const chats = [...source.conversations()].map((entry) => {
    const { conversation, messageCount } = entry;
    const all = [...entry.messages()];
    expectParts(entry, all);
    expect(all).toHaveLength(messageCount);
    expect(new Set(all.map(({ id }) => id)).size).toBe(messageCount);
    if (all.length > 0) encodeSegment(all);
    return { conversation, messages: all };
  });
  expect(source.counts).toEqual({ chats: chats.length, messages: chats.flatMap(({ messages }) => messages).length });
  const warnings = opened.warnings.map(({ message }) => message);
  opened.close();
  return { chats, warnings };
}

type Records = Parameters<typeof writeAndroidFile>[0]['records'];
const written = (name: string, records: Records): string => {
  const path = join(folder, name);
  writeFileSync(path, writeAndroidFile({ version: 1, records }));
  return path;
};
const insert = (table: string, ...values: readonly (string | number | Uint8Array | null)[]): Records[number] =>
  androidStatement(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(',')})`, ...values);

const sent = 10_485_783;
const received = 10_485_780;

describe('openBackup on a Signal backup file of a newer app', () => {
  const path = written('newer.backup', [
    androidStatement(
      'CREATE TABLE recipient (_id INTEGER PRIMARY KEY AUTOINCREMENT, aci TEXT, e164 TEXT, group_id TEXT, system_joined_name TEXT, profile_joined_name TEXT)',
    ),
    androidStatement('CREATE TABLE groups (_id INTEGER PRIMARY KEY, group_id TEXT, title TEXT)'),
    androidStatement('CREATE TABLE group_membership (_id INTEGER PRIMARY KEY, group_id TEXT, recipient_id INTEGER)'),
    androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id INTEGER, archived INTEGER)'),
    androidStatement(
      'CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent INTEGER, date_received INTEGER, thread_id INTEGER, from_recipient_id INTEGER, type INTEGER, body TEXT, quote_id INTEGER, quote_author INTEGER, quote_body TEXT, remote_deleted INTEGER, view_once INTEGER, latest_revision_id INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE reaction (_id INTEGER PRIMARY KEY, message_id INTEGER, author_id INTEGER, emoji TEXT, date_sent INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE attachment (_id INTEGER PRIMARY KEY, message_id INTEGER, content_type TEXT, file_name TEXT, data_size INTEGER, voice_note INTEGER)',
    ),
    androidStatement('CREATE INDEX i ON message (thread_id)'),
    androidStatement('CREATE TRIGGER t AFTER INSERT ON message BEGIN DELETE FROM message; END'),
    androidStatement('CREATE TABLE key_value (key TEXT, value TEXT)'),
    insert('key_value', 'a', 'b'),
    insert('recipient', 1, 'AAAAAAAA-0000-4000-8000-000000000001', '+15550001', null, null, 'Me'),
    insert('recipient', 2, 'bbbbbbbb-0000-4000-8000-000000000002', '+15550002', null, 'Bo Example', 'Bo'),
    insert('recipient', 3, null, null, '__group__1', null, null),
    insert('groups', 1, '__group__1', 'Climbing'),
    insert('group_membership', 1, '__group__1', 1),
    insert('group_membership', 2, '__group__1', 2),
    insert('thread', 1, 2, 0),
    insert('thread', 2, 3, 1),
    insert('message', 1, 1000, 1100, 1, 2, received, 'first', 0, null, null, 0, 0, null),
    insert('message', 2, 2000, 2100, 1, 1, sent, 'answer', 1000, 2, 'first', 0, 0, null),
    insert('message', 3, 3000, 3100, 1, 2, received, 'drft', 0, null, null, 0, 0, 4),
    insert('message', 4, 3500, 3100, 1, 2, received, 'draft', 0, null, null, 0, 0, null),
    insert('message', 5, 4000, 4100, 1, 2, received, null, 0, null, null, 1, 0, null),
    insert('message', 6, 5000, 5100, 1, 2, received, null, 0, null, null, 0, 1, null),
    insert('message', 7, 6000, 6100, 1, 2, 3, null, 0, null, null, 0, 0, null),
    insert('message', 8, 7000, 7100, 2, 1, received + 0x10000 + 0x80000, 'CgQ=', 0, null, null, 0, 0, null),
    insert('message', 9, 7500, 7600, 2, 2, received + 0x2_0000_0000, null, 0, null, null, 0, 0, null),
    insert('message', 10, 1000, 1200, 1, 2, received, 'the same instant', 0, null, null, 0, 0, null),
    insert('message', 11, 8000, 8100, 9, 2, received, 'thread of nobody', 0, null, null, 0, 0, null),
    insert('reaction', 1, 1, 1, '❤️', 1500),
    insert('attachment', 1, 6, 'image/jpeg', 'a.jpg', 3, 0),
    insert('attachment', 2, 6, 'audio/aac', null, 9, 1),
    {
      frame: [
        [
          4,
          [
            [1, 1],
            [2, 5],
            [3, 3],
          ],
        ],
      ],
      blob: Buffer.from('abc'),
    },
    {
      frame: [
        [
          9,
          [
            [1, 'account.aci'],
            [7, 'aaaaaaaa-0000-4000-8000-000000000001'],
          ],
        ],
      ],
    },
  ]);

  it('says what it is before anything is opened', () => {
    expect(inspectBackup(path)).toMatchObject({
      format: 'signal-android-backup',
      keyWanted: 'signal-passphrase',
      isSupported: true,
    });
  });
  it('carries people, groups and everything that messages say', async () => {
    const { chats, warnings } = await read(path);
    const bo = { id: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'Bo Example' };
    expect(chats.map(({ conversation }) => conversation)).toMatchObject([
      { id: bo.id, kind: 'direct', title: 'Bo Example', participants: [bo] },
      { kind: 'group', title: 'Climbing', participants: [bo], isArchived: true },
      { id: 'thread:9', kind: 'unknown', participants: [] },
    ]);
    expect(chats[0]!.messages).toMatchObject([
      {
        id: `1000.${bo.id}`,
        senderId: bo.id,
        isFromSelf: false,
        text: 'first',
        reactions: [{ senderId: null, text: '❤️', timeMs: 1500 }],
      },
      { id: `1000.${bo.id}#2`, text: 'the same instant' },
      {
        id: '2000.self',
        senderId: null,
        isFromSelf: true,
        text: 'answer',
        quote: { messageId: `1000.${bo.id}`, senderId: bo.id, text: 'first' },
      },
      { text: 'draft', edits: [{ timeMs: 3500, textBefore: 'drft' }], marks: ['edited'] },
      { kind: 'deleted', timeMs: 4000 },
      {
        kind: 'image',
        marks: ['view-once'],
        media: {
          name: 'a.jpg',
          sizeBytes: 3,
          sha256Hex: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        },
        extras: { attachments: [{ mimeType: 'audio/aac', isOmitted: true }] },
      },
      { kind: 'call', call: { isMissed: true } },
    ]);
    expect(chats[1]!.messages).toMatchObject([
      { kind: 'system', system: { action: 'group-changed' }, extras: { event: 'group changed', body: 'CgQ=' } },
      { kind: 'unsupported', unsupportedType: 'gift-badge' },
    ]);
    expect(warnings).toEqual([expect.stringMatching(/rows of key_value 1; 2 other statements/)]);
  });
});

const file = (field: 4 | 8, row: number, content: string | Uint8Array): Records[number] => {
  const blob = Buffer.from(content);
  const fields =
    field === 4
      ? ([
          [1, row],
          [2, 0],
          [3, blob.length],
        ] as const)
      : ([
          [1, row],
          [2, blob.length],
        ] as const);
  return { frame: [[field, fields]], blob };
};

describe('openBackup on what messages of a Signal backup file have beside words', () => {
  const longText = `${'a long story, '.repeat(400)}and its end 👋`;
  const path = written('beside.backup', [
    androidStatement('CREATE TABLE recipient (_id INTEGER PRIMARY KEY, aci TEXT, system_joined_name TEXT)'),
    androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id INTEGER, unread_count INTEGER)'),
    androidStatement(
      'CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent INTEGER, date_received INTEGER, thread_id INTEGER, from_recipient_id INTEGER, type INTEGER, body TEXT, has_delivery_receipt INTEGER, has_read_receipt INTEGER, viewed INTEGER, read INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE attachment (_id INTEGER PRIMARY KEY, message_id INTEGER, content_type TEXT, quote INTEGER, sticker_pack_id TEXT, sticker_pack_key TEXT, sticker_id INTEGER, sticker_emoji TEXT)',
    ),
    androidStatement(
      'CREATE TABLE group_receipts (_id INTEGER PRIMARY KEY, mms_id INTEGER, recipient_id INTEGER, status INTEGER, timestamp INTEGER)',
    ),
    androidStatement('CREATE TABLE sticker (_id INTEGER PRIMARY KEY, pack_id TEXT, sticker_id INTEGER)'),
    insert('recipient', 2, 'bbbbbbbb-0000-4000-8000-000000000002', 'Bo'),
    insert('thread', 1, 2, 1),
    insert('message', 1, 1000, 1100, 1, 2, received, longText.slice(0, 2000), 0, 0, 0, 1),
    insert('attachment', 1, 1, 'text/x-signal-plain', 0, null, null, -1, null),
    file(4, 1, longText),
    insert('message', 2, 2000, 2100, 1, 2, received, 'the beginning', 0, 0, 0, 0),
    insert('attachment', 2, 2, 'text/x-signal-plain', 0, null, null, -1, null),
    insert('message', 3, 3000, 3100, 1, 2, received, null, 0, 0, 0, 1),
    insert('attachment', 3, 3, 'image/webp', 0, 'abcd', '0123', 0, '🙂'),
    insert('message', 4, 4000, 4100, 1, 2, received, null, 0, 0, 0, 1),
    insert('attachment', 4, 4, 'image/webp', 0, 'abcd', '0123', 5, '🙁'),
    file(4, 4, 'its own file'),
    insert('message', 5, 5000, 5100, 1, 2, received, 'an answer to a picture', 0, 0, 0, 1),
    insert('attachment', 5, 5, 'image/jpeg', 1, null, null, -1, null),
    ...[
      [0, 0, 0],
      [1, 0, 0],
      [1, 1, 0],
      [1, 1, 1],
    ].map((receipts, index) =>
      insert('message', 10 + index, 6000 + index, 6100 + index, 1, 1, sent, 'own', ...receipts, 1),
    ),
    insert('message', 14, 7000, 7100, 1, 1, 10_485_784, 'failed', 0, 0, 0, 1),
    insert('message', 15, 8000, 8100, 1, 1, 10_485_781, 'waiting', 0, 0, 0, 1),
    insert('group_receipts', 1, 13, 2, 2, 6500),
    insert('group_receipts', 2, 13, 2, 0, -1),
    insert('sticker', 70, 'abcd', 0),
    file(8, 70, 'of the pack'),
    insert('sticker', 71, 'abcd', 5),
    file(8, 71, 'another file of the pack'),
  ]);
  const hash = (content: string): string => createHash('sha256').update(content).digest('hex');

  // deriving keys takes some tenths of a second: it is opened once
  let chat: Read;
  let pack: Uint8Array;
  beforeAll(async () => {
    const opened = await openBackup(path, { signalPassphrase });
    const [entry] = (await opened.chats()).conversations();
    chat = { conversation: entry!.conversation, messages: [...entry!.messages()] };
    encodeSegment(chat.messages);
    pack = Buffer.concat([...opened.media!()!.find(chat.messages[2]!.media!)!.pieces()]);
    opened.close();
  });

  it('reads a long text whole, and says where it is not there', () => {
    const [whole, part] = chat.messages;
    expect(whole).toMatchObject({ kind: 'text', text: longText });
    expect(whole).not.toHaveProperty('media');
    expect(part).toMatchObject({
      kind: 'text',
      text: 'the beginning',
      extras: { isUnread: true, longText: { mimeType: 'text/x-signal-plain', isOmitted: true } },
    });
    expect(chat.conversation.extras).toEqual({ unreadCount: 1 });
    expect(whole).not.toHaveProperty('extras');
  });
  it('reads stickers with their pack, and takes the file of the pack where they have none of their own', () => {
    expect(chat.messages.slice(2, 4)).toMatchObject([
      {
        kind: 'sticker',
        media: { sha256Hex: hash('of the pack'), sizeBytes: 11 },
        extras: { sticker: { packIdHex: 'abcd', packKeyHex: '0123', stickerId: 0, emoji: '🙂' } },
      },
      { kind: 'sticker', media: { sha256Hex: hash('its own file') }, extras: { sticker: { stickerId: 5 } } },
    ]);
    expect(pack.toString()).toBe('of the pack');
  });
  it('takes the small picture of what is answered for no file of the message', () => {
    const answer = chat.messages[4]!;
    expect(answer).toMatchObject({
      kind: 'text',
      extras: { quote: { attachments: [{ mimeType: 'image/jpeg', isOmitted: true }] } },
    });
    expect(answer).not.toHaveProperty('media');
  });
  it('says how far own messages came, and who received or read them when', () => {
    const own = chat.messages.slice(5);
    const states = ['sent', 'delivered', 'read', 'played', 'failed', 'pending'];
    expect(own.map(({ delivery }) => delivery)).toEqual(states);
    const id = 'bbbbbbbb-0000-4000-8000-000000000002';
    expect(own[3]!.receipts).toEqual([
      { id, readMs: 6500 },
      { id, status: 0 },
    ]);
  });
});

const avatar = (fields: readonly (readonly [number, string])[], content: string): Records[number] => ({
  frame: [[7, [[2, content.length], ...fields]]],
  blob: Buffer.from(content),
});

describe('openBackup on previews, contacts, mentions, polls and pictures in a Signal backup file', () => {
  const bo = 'bbbbbbbb-0000-4000-8000-000000000002';
  const contact = {
    name: { givenName: 'Cleo', familyName: 'Example', nickname: null },
    organization: 'Choir',
    phoneNumbers: [{ number: '+15550003', type: 'MOBILE', label: null }],
    emails: [{ email: 'cleo@example.org', type: 'CUSTOM', label: 'singing' }],
    postalAddresses: [{ type: 'HOME', label: null, street: 'Way 1', poBox: null, city: 'Town', postalCode: '1234' }],
    avatar: { attachmentId: { rowId: 3, uniqueId: 9, valid: true }, isProfile: true },
  };
  const preview = {
    url: 'https://example.org/a',
    title: 'A title',
    description: 'About it',
    date: 500,
    attachmentId: { rowId: 1, uniqueId: 9, valid: true },
  };
  const path = written('shared.backup', [
    androidStatement(
      'CREATE TABLE recipient (_id INTEGER PRIMARY KEY, aci TEXT, group_id TEXT, system_joined_name TEXT)',
    ),
    androidStatement('CREATE TABLE group_membership (_id INTEGER PRIMARY KEY, group_id TEXT, recipient_id INTEGER)'),
    androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id INTEGER)'),
    androidStatement(
      'CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent INTEGER, thread_id INTEGER, from_recipient_id INTEGER, type INTEGER, body TEXT, quote_id INTEGER, quote_author INTEGER, quote_mentions BLOB, link_previews TEXT, shared_contacts TEXT, message_ranges BLOB)',
    ),
    androidStatement('CREATE TABLE attachment (_id INTEGER PRIMARY KEY, message_id INTEGER, content_type TEXT)'),
    androidStatement(
      'CREATE TABLE mention (_id INTEGER PRIMARY KEY, thread_id INTEGER, message_id INTEGER, recipient_id INTEGER, range_start INTEGER, range_length INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE poll (_id INTEGER PRIMARY KEY, author_id INTEGER, message_id INTEGER, question TEXT, allow_multiple_votes INTEGER, end_message_id INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE poll_option (_id INTEGER PRIMARY KEY, poll_id INTEGER, option_text TEXT, option_order INTEGER)',
    ),
    androidStatement(
      'CREATE TABLE poll_vote (_id INTEGER PRIMARY KEY, poll_id INTEGER, poll_option_id INTEGER, voter_id INTEGER, vote_count INTEGER, date_received INTEGER, vote_state INTEGER)',
    ),
    insert('recipient', 1, 'aaaaaaaa-0000-4000-8000-000000000001', null, 'Me'),
    insert('recipient', 2, bo, null, 'Bo'),
    insert('recipient', 3, null, '__group__1', 'Choir'),
    insert('group_membership', 1, '__group__1', 2),
    insert('thread', 1, 2),
    insert('thread', 2, 3),
    insert(
      'message',
      1,
      1000,
      1,
      2,
      received,
      'see https://example.org/a',
      0,
      null,
      null,
      JSON.stringify([preview]),
      null,
      null,
    ),
    insert('attachment', 1, 1, 'image/jpeg'),
    file(4, 1, 'picture of the page'),
    insert('message', 2, 2000, 1, 2, received, null, 0, null, null, null, JSON.stringify([contact]), null),
    insert('attachment', 3, 2, 'image/png'),
    file(4, 3, 'picture of Cleo'),
    insert(
      'message',
      3,
      3000,
      2,
      2,
      received,
      '￼ and ￼',
      1000,
      2,
      protobuf([
        [
          1,
          [
            [2, 1],
            [3, bo],
          ],
        ],
      ]),
      null,
      null,
      protobuf([
        [
          1,
          [
            [1, 2],
            [2, 3],
            [4, 0],
          ],
        ],
      ]),
    ),
    insert('mention', 1, 2, 3, 1, 6, 1),
    insert('mention', 2, 2, 3, 2, 0, 1),
    insert('message', 4, 4000, 2, 1, sent, 'When?', 0, null, null, null, null, null),
    insert('poll', 1, 1, 4, 'When?', 1, 5),
    insert('poll_option', 11, 1, 'Tuesday', 1),
    insert('poll_option', 12, 1, 'Monday', 0),
    insert('poll_vote', 1, 1, 11, 2, 1, 4500, 4),
    insert('poll_vote', 2, 1, 11, 1, 1, 0, 4),
    insert('poll_vote', 3, 1, 12, 1, 2, 0, 2),
    insert('message', 5, 5000, 2, 1, sent, 'When?', 0, null, null, null, null, null),
    insert('message', 6, 6000, 1, 2, received, 'broken', 0, null, null, '[{"url":', 'null', new Uint8Array([0xff])),
    avatar([[3, '2']], 'face of Bo'),
    avatar([[1, '__group__1']], 'the choir'),
    {
      frame: [
        [
          9,
          [
            [1, 'account.aci'],
            [7, 'aaaaaaaa-0000-4000-8000-000000000001'],
          ],
        ],
      ],
    },
  ]);
  const fileOf = (content: string): { sha256Hex: string; sizeBytes: number } => ({
    sha256Hex: createHash('sha256').update(content).digest('hex'),
    sizeBytes: content.length,
  });

  let direct: Read;
  let group: Read;
  let face: Uint8Array;
  beforeAll(async () => {
    const opened = await openBackup(path, { signalPassphrase });
    const source = await opened.chats();
    const [one, two] = [...source.conversations()].map((entry) => {
      const messages = [...entry.messages()];
      encodeSegment(messages);
      return { conversation: entry.conversation, messages };
    });
    [direct, group] = [one!, two!];
    face = Buffer.concat([...opened.media!()!.find(fileOf('face of Bo'))!.pieces()]);
    expect(opened.warnings).toEqual([]);
    opened.close();
  });

  it('takes the picture of a preview for no file of the message', () => {
    const [message] = direct.messages;
    expect(message).toMatchObject({
      kind: 'text',
      text: 'see https://example.org/a',
      extras: {
        linkPreviews: [
          {
            url: preview.url,
            title: 'A title',
            description: 'About it',
            dateMs: 500,
            image: { mimeType: 'image/jpeg', ...fileOf('picture of the page') },
          },
        ],
      },
    });
    expect(message).not.toHaveProperty('media');
  });
  it('makes vCards of contacts, with their pictures beside them', () => {
    const message = direct.messages[1]!;
    expect(message).toMatchObject({
      kind: 'contact',
      extras: {
        contactAvatars: [{ contact: 0, isProfile: true, mimeType: 'image/png', ...fileOf('picture of Cleo') }],
      },
    });
    expect(message).not.toHaveProperty('media');
    expect(message.contacts![0]!.split('\r\n')).toEqual([
      'BEGIN:VCARD',
      'VERSION:3.0',
      'N:Example;Cleo;;;',
      'FN:Cleo Example',
      'ORG:Choir',
      'TEL;TYPE=CELL:+15550003',
      'EMAIL;TYPE=CUSTOM;X-LABEL="singing":cleo@example.org',
      'ADR;TYPE=HOME:;;Way 1;Town;;1234;',
      'END:VCARD',
      '',
    ]);
  });
  it('says who is mentioned where, in a text and in what it answers, and what is bold', () => {
    expect(group.messages[0]!.extras).toMatchObject({
      mentions: [bo, 'self'],
      text: {
        ranges: [
          { start: 0, length: 1, mention: bo },
          { start: 6, length: 1, mention: 'self' },
          { start: 2, length: 3, style: 'bold' },
        ],
      },
      quote: { text: { ranges: [{ length: 1, mention: bo }] } },
    });
  });
  it('reads a poll with its options in order, who chose what, and its end', () => {
    const [, poll, end] = group.messages;
    expect(poll).toMatchObject({
      kind: 'poll',
      text: 'When?',
      poll: { options: ['Monday', 'Tuesday'] },
      extras: {
        pollVotes: [
          { option: 'Tuesday', index: 1, senderId: bo, count: 1, receivedMs: 4500 },
          { option: 'Tuesday', index: 1, isFromSelf: true, count: 1 },
        ],
        poll: {
          allowMultiple: true,
          hasEnded: true,
          otherVotes: [{ option: 'Monday', index: 0, isFromSelf: true, count: 2, state: 'pending-add' }],
        },
      },
    });
    expect(end).toMatchObject({
      kind: 'system',
      system: { action: 'poll-ended' },
      extras: { event: 'poll ended', poll: { question: 'When?' } },
    });
  });
  it('keeps what cannot be read as it stands', () => {
    expect(direct.messages[2]).toMatchObject({
      kind: 'text',
      text: 'broken',
      extras: { linkPreviews: '[{"url":', sharedContacts: 'null', text: { ranges: [{ unreadHex: 'ff' }] } },
    });
  });
  it('knows the pictures of people and groups, and gives their bytes', () => {
    expect(direct.conversation.extras).toEqual({ avatar: fileOf('face of Bo') });
    expect(group.conversation.extras).toEqual({
      avatar: fileOf('the choir'),
      avatars: [{ id: bo, ...fileOf('face of Bo') }],
    });
    expect(Buffer.from(face).toString()).toBe('face of Bo');
  });
});

describe('openBackup on a Signal backup file of an older app', () => {
  it('reads both of its tables of messages in the order of time', async () => {
    const path = written('older.backup', [
      androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_ids TEXT)'),
      androidStatement('CREATE TABLE recipient (_id INTEGER PRIMARY KEY, phone TEXT, system_display_name TEXT)'),
      androidStatement(
        'CREATE TABLE sms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address INTEGER, date INTEGER, date_sent INTEGER, type INTEGER, body TEXT)',
      ),
      androidStatement(
        'CREATE TABLE mms (_id INTEGER PRIMARY KEY, thread_id INTEGER, address INTEGER, date INTEGER, date_received INTEGER, msg_box INTEGER, body TEXT)',
      ),
      androidStatement(
        'CREATE TABLE part (_id INTEGER PRIMARY KEY, mid INTEGER, ct TEXT, file_name TEXT, data_size INTEGER)',
      ),
      insert('recipient', 7, '+15550007', 'Cleo'),
      insert('thread', 1, '7'),
      androidStatement(
        'INSERT INTO sms (_id, thread_id, address, date, date_sent, type, body) VALUES (?,?,?,?,?,?,?)',
        1,
        1,
        7,
        1100,
        1000,
        received,
        'one',
      ),
      insert('sms', 2, 1, 7, 3100, 3000, sent, 'three'),
      insert('mms', 1, 1, 7, 2000, 2100, received, 'two'),
      insert('part', 1, 1, 'video/mp4', 'v.mp4', 10),
    ]);
    const { chats } = await read(path);
    expect(chats).toMatchObject([
      {
        conversation: { id: '+15550007', title: 'Cleo' },
        messages: [
          { text: 'one', timeMs: 1000, senderId: '+15550007' },
          { text: 'two', timeMs: 2000, kind: 'video', media: { name: 'v.mp4', isOmitted: true } },
          { text: 'three', timeMs: 3000, isFromSelf: true },
        ],
      },
    ]);
  });
  it('says that there are no chats where there is no table of them, and damaged where a row has no table', async () => {
    const empty = await openBackup(written('empty.backup', [{ frame: [[5, [[1, 1]]]] }]), { signalPassphrase });
    await expect(empty.chats()).rejects.toMatchObject({ code: 'no-chats' });
    empty.close();
    const dangling = await openBackup(written('dangling.backup', [insert('message', 1)]), { signalPassphrase });
    await expect(dangling.chats()).rejects.toMatchObject({ code: 'damaged' });
    dangling.close();
  });
  it('survives rows of any content', async () => {
    const odd = [null, -1, 2 ** 53 - 1, 'text', ''];
    const rows = odd.flatMap((one) => odd.map((two) => insert('message', null, one, two, one, two, one, two)));
    const path = written('odd.backup', [
      androidStatement(
        'CREATE TABLE message (_id INTEGER PRIMARY KEY, thread_id, date_sent, date_received, from_recipient_id, type, body)',
      ),
      androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id)'),
      ...rows,
    ]);
    const { chats } = await read(path);
    expect(chats.flatMap(({ messages }) => messages)).toHaveLength(rows.length);
  });
  it('wants its passphrase', async () => {
    await expect(openBackup(written('closed.backup', []))).rejects.toMatchObject({ code: 'key-required' });
  });
});

describeWithTestData('openBackup on Signal backup files of the fixtures', (data) => {
  it.each(['signal-android-v0.backup', 'signal-android-v1.backup'])('reads %s', async (name) => {
    const { chats } = await read(data.path('fixtures', 'derived', name));
    expect(chats).toHaveLength(1);
    expect(chats[0]!.conversation).toMatchObject({ title: 'Alice Example', participants: [{ name: 'Alice Example' }] });
    expect(chats[0]!.messages).toMatchObject([
      { text: 'hello', isFromSelf: false, timeMs: 1_700_000_000_000 },
      { text: 'hi Alice\nsecond line', isFromSelf: true, senderId: null },
      {
        text: 'picture attached',
        kind: 'image',
        media: {
          name: 'dot.png',
          sizeBytes: 69,
          sha256Hex: '3220fc7838ccdab0a3a21b5d8498275c7abe6930abbb059e9fdb4939bba8c2fd',
        },
      },
      { text: 'bye 👋', isFromSelf: true },
    ]);
  });
  it.each(['signal-android-v0.backup', 'signal-android-v1.backup'])('gives the attachments of %s', async (name) => {
    const opened = await openBackup(data.path('fixtures', 'derived', name), { signalPassphrase });
    expect(opened.media?.()).toBeUndefined();
    await opened.chats();
    const sha256Hex = '3220fc7838ccdab0a3a21b5d8498275c7abe6930abbb059e9fdb4939bba8c2fd';
    const file = opened.media!()!.find({ sha256Hex });
    // As often as it is asked for.
    for (let turn = 0; turn < 2; turn++) {
      const bytes = Buffer.concat([...file!.pieces()].map((piece) => Buffer.from(piece)));
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([file!.sizeBytes, sha256Hex]);
    }
    expect(opened.media!()!.find({ name: 'dot.png' })).toBeUndefined();
    opened.close();
  });
  it('gives the records of both versions as they were, the same in both', async () => {
    const contents: Buffer[] = [];
    for (const name of ['signal-android-v0.backup', 'signal-android-v1.backup']) {
      const opened = await openBackup(data.path('fixtures', 'derived', name), { signalPassphrase });
      const pieces: Uint8Array[] = [];
      for await (const piece of opened.payload.chunks()) pieces.push(Uint8Array.from(piece));
      contents.push(Buffer.concat(pieces));
      expect(opened.payload.name).toBe(name.replace('.backup', '.records'));
      opened.close();
    }
    expect(contents[0]!.includes('hi Alice\nsecond line')).toBe(true);
    expect(contents[1]!.equals(contents[0]!)).toBe(true);
  });
});
