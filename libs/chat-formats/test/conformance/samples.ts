import type { ChatSource } from '@coffer/chat-model';
import { androidStatement, testPassphrase, writeAndroidFile, type AndroidFileRecipe } from '@coffer/test-kit/node';
import { readExportChat } from '../../src/index';
import { openMsgstore, openSqliteBytes } from '../../src/node';
import { bytesOf } from '../memory-bytes';
import { databaseBytes } from '../sql-script';

/** WhatsApp's newer tables with a message of every sort that the reader takes from them. */
export const newerDatabase = (): Uint8Array =>
  databaseBytes(`
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT, archived INTEGER);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, sort_id INTEGER);
CREATE TABLE message_media(message_row_id INTEGER PRIMARY KEY, file_path TEXT, mime_type TEXT, file_hash TEXT, media_caption TEXT);
CREATE TABLE message_location(message_row_id INTEGER PRIMARY KEY, latitude REAL, longitude REAL, place_name TEXT);
CREATE TABLE message_quoted(message_row_id INTEGER PRIMARY KEY, chat_row_id INTEGER, key_id TEXT, text_data TEXT);
CREATE TABLE message_forwarded(message_row_id INTEGER PRIMARY KEY);
CREATE TABLE message_edit_info(message_row_id INTEGER PRIMARY KEY, edited_timestamp INTEGER);
CREATE TABLE message_system(message_row_id INTEGER PRIMARY KEY, action_type INTEGER);
CREATE TABLE message_system_chat_participant(message_row_id INTEGER, user_jid_row_id INTEGER);
CREATE TABLE message_vcard(message_row_id INTEGER, vcard TEXT);
CREATE TABLE message_add_on(_id INTEGER PRIMARY KEY, parent_message_row_id INTEGER, from_me INTEGER, sender_jid_row_id INTEGER);
CREATE TABLE message_add_on_reaction(message_add_on_row_id INTEGER PRIMARY KEY, reaction TEXT, sender_timestamp INTEGER);
CREATE TABLE message_poll_option(_id INTEGER PRIMARY KEY, message_row_id INTEGER, option_name TEXT);
CREATE TABLE missed_call_logs(message_row_id INTEGER, video_call INTEGER);
INSERT INTO jid VALUES (1, '4915', 's.whatsapp.net', '4915@s.whatsapp.net'), (2, '1', 'g.us', '1@g.us');
INSERT INTO chat VALUES (1, 1, NULL, 1), (2, 2, 'Walkers', 0);
INSERT INTO message VALUES (1, 2, 0, 'A1', 1, 1600000001000, 0, 'words', 1, 1), (2, 2, 1, 'A2', NULL, 1600000002000, 0, 'answer', 0, 2);
INSERT INTO message_quoted VALUES (2, 2, 'A1', 'words');
INSERT INTO message_forwarded VALUES (2);
INSERT INTO message_edit_info VALUES (2, 1600000009000);
INSERT INTO message_add_on VALUES (1, 1, 1, NULL);
INSERT INTO message_add_on_reaction VALUES (1, 'x', 1600000003000);
${[1, 2, 3, 4, 5, 7, 9, 10, 13, 14, 15, 16, 20, 23, 28, 42, 44, 64, 66, 85, 90, 99]
  .map(
    (type) =>
      `INSERT INTO message VALUES (${100 + type}, 1, 0, 'B${type}', 1, ${1_600_000_010_000 + type}, ${type}, 'text ${type}', 0, ${100 + type});`,
  )
  .join('\n')}
INSERT INTO message_media VALUES (101, 'Media/IMG-1.jpg', 'image/jpeg', '${'A'.repeat(43)}=', NULL);
INSERT INTO message_location VALUES (105, 52.5, 13.4, 'A place'), (116, 52.5, 13.4, NULL);
INSERT INTO message_system VALUES (107, 12);
INSERT INTO message_system_chat_participant VALUES (107, 1);
INSERT INTO message_vcard VALUES (104, 'BEGIN:VCARD');
INSERT INTO message_poll_option VALUES (1, 166, 'Monday');
INSERT INTO missed_call_logs VALUES (110, 1);
CREATE TABLE message_add_on_poll_vote_selected_option(message_add_on_row_id INTEGER, message_poll_option_id INTEGER);
INSERT INTO message_add_on VALUES (2, 166, 0, 1);
INSERT INTO message_add_on_poll_vote_selected_option VALUES (2, 1);
CREATE TABLE message_association(parent_message_row_id INTEGER, child_message_row_id INTEGER, association_type INTEGER);
INSERT INTO message_association VALUES (199, 101, 2);
CREATE TABLE message_order(message_row_id INTEGER PRIMARY KEY, order_title TEXT);
INSERT INTO message_order VALUES (144, 'Bread');
CREATE TABLE message_product(message_row_id INTEGER PRIMARY KEY, title TEXT);
INSERT INTO message_product VALUES (123, 'Bread');
CREATE TABLE message_template(message_row_id INTEGER PRIMARY KEY, content_text_data TEXT, footer_text_data TEXT);
INSERT INTO message_template VALUES (128, 'Your parcel', 'The post');
CREATE TABLE message_template_button(message_row_id INTEGER, text_data TEXT);
INSERT INTO message_template_button VALUES (128, 'Track');
CREATE TABLE message_mentions(message_row_id INTEGER, jid_row_id INTEGER);
INSERT INTO message_mentions VALUES (1, 1);
CREATE TABLE receipt_user(message_row_id INTEGER, receipt_user_jid_row_id INTEGER, read_timestamp INTEGER);
INSERT INTO receipt_user VALUES (2, 1, 1600000004000);
ALTER TABLE message ADD COLUMN status INTEGER;
ALTER TABLE message ADD COLUMN received_timestamp INTEGER;
UPDATE message SET status = 13 WHERE _id = 2;
UPDATE message SET received_timestamp = 1600000001500 WHERE _id = 1;
CREATE TABLE labels(_id INTEGER PRIMARY KEY, label_name TEXT);
INSERT INTO labels VALUES (1, 'To pay');
CREATE TABLE labeled_messages(label_id INTEGER, message_row_id INTEGER);
INSERT INTO labeled_messages VALUES (1, 1);
CREATE TABLE message_ephemeral(message_row_id INTEGER PRIMARY KEY, duration INTEGER, expire_timestamp INTEGER);
INSERT INTO message_ephemeral VALUES (1, 86400, 1600086401000);
CREATE TABLE message_thumbnail(message_row_id INTEGER PRIMARY KEY, thumbnail BLOB);
INSERT INTO message_thumbnail VALUES (101, x'ffd8');
CREATE TABLE message_revoked(message_row_id INTEGER PRIMARY KEY, admin_jid_row_id INTEGER);
INSERT INTO message_revoked VALUES (164, 1);
CREATE TABLE call_log(_id INTEGER PRIMARY KEY, from_me INTEGER, call_id TEXT, duration INTEGER, call_result INTEGER);
INSERT INTO call_log VALUES (1, 0, 'call:B90', 65, 5);
`);

/** WhatsApp's older table. */
export const olderDatabase = (): Uint8Array =>
  databaseBytes(`
CREATE TABLE messages(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, status INTEGER, data TEXT, timestamp INTEGER, media_wa_type TEXT, media_mime_type TEXT, media_name TEXT, media_caption TEXT, media_hash TEXT, media_size INTEGER, media_duration INTEGER, latitude REAL, longitude REAL, remote_resource TEXT, quoted_row_id INTEGER, starred INTEGER, forwarded INTEGER, received_timestamp INTEGER, read_device_timestamp INTEGER);
CREATE TABLE messages_quotes(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, key_from_me INTEGER, key_id TEXT, data TEXT, media_wa_type TEXT, remote_resource TEXT);
CREATE TABLE chat_list(_id INTEGER PRIMARY KEY, key_remote_jid TEXT, subject TEXT, archived INTEGER);
INSERT INTO chat_list VALUES (1, '4915@s.whatsapp.net', NULL, 1), (2, '1@g.us', 'Walkers', 0);
INSERT INTO messages(_id, key_remote_jid, key_from_me, key_id, status, data, timestamp, media_wa_type, remote_resource, starred, forwarded) VALUES (1, '1@g.us', 0, 'A1', 0, 'words', 1400000001000, '0', '4915@s.whatsapp.net', 1, 1);
INSERT INTO messages(_id, key_remote_jid, key_from_me, key_id, status, data, timestamp, media_wa_type, quoted_row_id) VALUES (2, '1@g.us', 1, 'A2', 13, 'answer', 1400000002000, '0', 1);
INSERT INTO messages_quotes VALUES (1, '1@g.us', 0, 'A1', 'words', '0', '4915@s.whatsapp.net');
INSERT INTO messages(_id, key_remote_jid, key_from_me, key_id, status, data, timestamp, media_wa_type, media_size) VALUES (3, '1@g.us', 0, 'A3', 6, 'New title', 1400000003000, '0', 1);
${[1, 2, 3, 4, 5, 8, 9, 10, 13, 15, 16, 20, 85]
  .map(
    (type) =>
      `INSERT INTO messages(_id, key_remote_jid, key_from_me, key_id, status, data, timestamp, media_wa_type, media_name, media_caption, media_hash, media_duration, latitude, longitude) VALUES (${100 + type}, '4915@s.whatsapp.net', 0, 'B${type}', 0, ${type === 4 ? "'BEGIN:VCARD'" : 'NULL'}, ${1_400_000_010_000 + type}, '${type}', 'a name', 'a caption', '${'A'.repeat(43)}=', 5, ${type === 5 || type === 16 ? '52.5, 13.4' : '0, 0'});`,
  )
  .join('\n')}
UPDATE messages SET received_timestamp = 1400000001500 WHERE _id = 1;
UPDATE messages SET read_device_timestamp = 1400000003500 WHERE _id = 2;
`);

const namedAnna = { names: new Map([['4915@s.whatsapp.net', 'Anna']]) };

export const newerMsgstore = (): ChatSource => openMsgstore(openSqliteBytes(newerDatabase()), namedAnna);
export const olderMsgstore = (): ChatSource => openMsgstore(openSqliteBytes(olderDatabase()), namedAnna);

const exportedLines = [
  'Messages are end-to-end encrypted.',
  'Anna: words',
  'Bo: IMG-20201231-WA0001.jpg (file attached)\nwith a caption',
  ...['VID-20201231-WA0001.mp4', 'PTT-20201231-WA0001.opus', 'STK-20201231-WA0001.webp', 'a.gif', 'a.pdf', 'a.vcf'].map(
    (name) => `Bo: ${name} (file attached)`,
  ),
  'Cy: <Media omitted>',
  'Anna: location: https://maps.google.com/?q=52.5,13.4',
  'Anna: This message was deleted',
  'Anna: new words <This message was edited>',
];

/** The text that "Export chat" gives, with a line of every sort. */
export const exportedChat = (): ChatSource =>
  readExportChat(bytesOf(exportedLines.map((line) => `31/12/2020, 23:59 - ${line}\n`).join('')), {
    title: 'Friends',
    timeZone: 'Europe/Berlin',
  });

const insert = (table: string, ...values: readonly (string | number | null)[]) =>
  androidStatement(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(',')})`, ...values);

const messageRow = (...values: readonly (string | number | null)[]) => insert('message', ...values, null, null);

/** The records of a backup file of Signal on Android. */
export const androidRecords = (): AndroidFileRecipe['records'] => [
  androidStatement(
    'CREATE TABLE recipient (_id INTEGER PRIMARY KEY, aci TEXT, group_id TEXT, system_joined_name TEXT)',
  ),
  androidStatement('CREATE TABLE groups (_id INTEGER PRIMARY KEY, group_id TEXT, title TEXT)'),
  androidStatement('CREATE TABLE thread (_id INTEGER PRIMARY KEY, recipient_id INTEGER, archived INTEGER)'),
  androidStatement(
    'CREATE TABLE message (_id INTEGER PRIMARY KEY, date_sent INTEGER, date_received INTEGER, thread_id INTEGER, from_recipient_id INTEGER, type INTEGER, body TEXT, quote_id INTEGER, quote_author INTEGER, quote_body TEXT, remote_deleted INTEGER, view_once INTEGER, shared_contacts TEXT, link_previews TEXT)',
  ),
  androidStatement(
    'CREATE TABLE mention (_id INTEGER PRIMARY KEY, message_id INTEGER, recipient_id INTEGER, range_start INTEGER, range_length INTEGER)',
  ),
  androidStatement('CREATE TABLE poll (_id INTEGER PRIMARY KEY, message_id INTEGER, question TEXT)'),
  androidStatement('CREATE TABLE poll_option (_id INTEGER PRIMARY KEY, poll_id INTEGER, option_text TEXT)'),
  androidStatement(
    'CREATE TABLE poll_vote (_id INTEGER PRIMARY KEY, poll_id INTEGER, poll_option_id INTEGER, voter_id INTEGER)',
  ),
  androidStatement(
    'CREATE TABLE reaction (_id INTEGER PRIMARY KEY, message_id INTEGER, author_id INTEGER, emoji TEXT, date_sent INTEGER)',
  ),
  androidStatement(
    'CREATE TABLE attachment (_id INTEGER PRIMARY KEY, message_id INTEGER, content_type TEXT, file_name TEXT, data_size INTEGER)',
  ),
  insert('recipient', 2, 'bbbbbbbb-0000-4000-8000-000000000002', null, 'Bo'),
  insert('recipient', 3, null, '__group__1', null),
  insert('groups', 1, '__group__1', 'Climbing'),
  insert('thread', 1, 2, 0),
  insert('thread', 2, 3, 1),
  messageRow(1, 1_600_000_001_000, 1, 2, 2, 10_485_780, 'words', null, null, null, 0, 0),
  messageRow(2, 1_600_000_002_000, 1, 2, 2, 10_485_783, 'answer', 1_600_000_001_000, 2, 'words', 0, 0),
  messageRow(3, 1_600_000_003_000, 1, 1, 2, 10_485_780, '', null, null, null, 1, 0),
  messageRow(4, 1_600_000_004_000, 1, 1, 2, 10_485_780, 'once', null, null, null, 0, 1),
  messageRow(5, 1_600_000_005_000, 1, 1, 2, 1, null, null, null, null, 0, 0),
  messageRow(6, 1_600_000_006_000, 1, 1, 2, 3, null, null, null, null, 0, 0),
  messageRow(7, 1_600_000_007_000, 1, 1, 2, 7, null, null, null, null, 0, 0),
  ...['image/jpeg', 'video/mp4', 'audio/ogg', 'application/pdf', 'image/gif'].flatMap((type, index) => [
    messageRow(10 + index, 1_600_000_010_000 + index, 1, 1, 2, 10_485_780, 'caption', null, null, null, 0, 0),
    insert('attachment', index + 1, 10 + index, type, 'a name', 5),
  ]),
  messageRow(20, 1_600_000_020_000, 1, 2, 2, 10_485_780, '￼', null, null, null, 0, 0),
  insert('mention', 1, 20, 2, 0, 1),
  messageRow(21, 1_600_000_021_000, 1, 2, 2, 10_485_780, 'When?', null, null, null, 0, 0),
  insert('poll', 1, 21, 'When?'),
  insert('poll_option', 1, 1, 'Now'),
  insert('poll_vote', 1, 1, 1, 2),
  androidStatement(
    'INSERT INTO message (_id, date_sent, thread_id, from_recipient_id, type, shared_contacts) VALUES (?,?,?,?,?,?)',
    ...[22, 1_600_000_022_000, 1, 2, 10_485_780, '[{"name":{"givenName":"Cleo"},"phoneNumbers":[]}]'],
  ),
  androidStatement(
    'INSERT INTO message (_id, date_sent, thread_id, from_recipient_id, type, body, link_previews) VALUES (?,?,?,?,?,?,?)',
    ...[23, 1_600_000_023_000, 1, 2, 10_485_780, 'a link', '[{"url":"https://example.org","title":"Example"}]'],
  ),
  insert('reaction', 1, 1, 2, 'x', 1_600_000_009_000),
];

/** A backup file of Signal on Android, and its passphrase. */
export const androidFile = (): { readonly bytes: Uint8Array; readonly passphrase: string } => ({
  passphrase: testPassphrase,
  bytes: writeAndroidFile({ version: 1, records: androidRecords() }),
});
