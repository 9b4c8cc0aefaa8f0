import { cutSegments, decodeSegment, encodeSegment, type Message } from '@coffer/chat-model';
import { describe, expect, it } from 'vitest';
import { databaseBytes } from '../../test/sql-script';
import { openMsgstore } from '../whatsapp/msgstore/msgstore';
import { openSqliteBytes } from './sqlite-database';

const schema = `
CREATE TABLE jid(_id INTEGER PRIMARY KEY, user TEXT, server TEXT, raw_string TEXT);
CREATE TABLE chat(_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT, hidden INTEGER);
CREATE TABLE message(_id INTEGER PRIMARY KEY, chat_row_id INTEGER, from_me INTEGER, key_id TEXT, sender_jid_row_id INTEGER, timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, sort_id INTEGER);
INSERT INTO jid VALUES (1, '111', 's.whatsapp.net', '111@s.whatsapp.net'), (2, '222', 's.whatsapp.net', '222@s.whatsapp.net');
INSERT INTO chat VALUES (1, 1, NULL, 0);
`;

/** The only message, of a type, with what other tables say about it; it has been through the form that is stored. */
function only(type: number, ...statements: readonly string[]): Message {
  const bytes = databaseBytes(
    schema,
    `INSERT INTO message VALUES (1, 1, 0, 'KEY', 0, 1700000000000, ${type}, NULL, 0, 1);\n`,
    ...statements.map((statement) => `${statement};\n`),
  );
  const source = openMsgstore(openSqliteBytes(bytes));
  const messages = [...source.conversations()].flatMap((entry) => [...entry.messages()]);
  source.close();
  const stored = [...cutSegments(messages)].flatMap((run) => decodeSegment(encodeSegment(run)));
  expect(stored).toEqual(messages);
  expect(messages).toHaveLength(1);
  return messages[0]!;
}

const votes = [
  'CREATE TABLE message_poll_option(_id INTEGER PRIMARY KEY, message_row_id INTEGER, option_name TEXT)',
  "INSERT INTO message_poll_option VALUES (1, 1, 'yes'), (2, 1, 'no')",
  'CREATE TABLE message_add_on(_id INTEGER PRIMARY KEY, from_me INTEGER, sender_jid_row_id INTEGER, parent_message_row_id INTEGER)',
  'CREATE TABLE message_add_on_poll_vote_selected_option(message_add_on_row_id INTEGER, message_poll_option_id INTEGER)',
];

/** A name, a message's type, the statements, and what the message then has. */
const facts: readonly (readonly [string, number, readonly string[], object])[] = [
  [
    'votes of a poll',
    66,
    [
      ...votes,
      'INSERT INTO message_add_on VALUES (7, 0, 2, 1), (8, 1, 0, 1)',
      'INSERT INTO message_add_on_poll_vote_selected_option VALUES (7, 2), (8, 1), (99, 1), (7, 99)',
    ],
    {
      extras: {
        pollVotes: [
          { option: 'no', senderId: '222@s.whatsapp.net' },
          { option: 'yes', isFromSelf: true },
        ],
      },
    },
  ],
  [
    'events in words, with the value before and after',
    7,
    [
      'CREATE TABLE message_system(message_row_id INTEGER PRIMARY KEY, action_type INTEGER)',
      'INSERT INTO message_system VALUES (1, 1)',
      "UPDATE message SET text_data = 'New'",
      'CREATE TABLE message_system_value_change(message_row_id INTEGER PRIMARY KEY, old_data TEXT)',
      "INSERT INTO message_system_value_change VALUES (1, 'Old')",
    ],
    { system: { action: '1', value: 'New' }, extras: { event: 'subject changed', oldValue: 'Old' } },
  ],
  [
    'a number that changed',
    7,
    [
      'CREATE TABLE message_system_number_change(message_row_id INTEGER PRIMARY KEY, old_jid_row_id INTEGER, new_jid_row_id INTEGER)',
      'INSERT INTO message_system_number_change VALUES (1, 1, 2)',
    ],
    { extras: { oldNumberId: '111@s.whatsapp.net', newNumberId: '222@s.whatsapp.net' } },
  ],
  [
    'that the owner joined a group',
    7,
    [
      'CREATE TABLE message_system_group(message_row_id INTEGER PRIMARY KEY, is_me_joined INTEGER)',
      'INSERT INTO message_system_group VALUES (1, 1)',
    ],
    { extras: { isOwnerJoined: true } },
  ],
  [
    'that a contact was unblocked',
    7,
    [
      'CREATE TABLE message_system_block_contact(message_row_id INTEGER PRIMARY KEY, is_blocked INTEGER)',
      'INSERT INTO message_system_block_contact VALUES (1, 0)',
    ],
    { extras: { isBlocked: false } },
  ],
  [
    'calls, with their length',
    90,
    [
      'CREATE TABLE call_log(_id INTEGER PRIMARY KEY, from_me INTEGER, call_id TEXT, video_call INTEGER, duration INTEGER, call_result INTEGER)',
      "INSERT INTO call_log VALUES (1, 0, 'other', 0, 7, 5), (2, 0, 'call:KEY', 1, 65, 5)",
    ],
    { kind: 'call', call: { isVideo: true, durationSeconds: 65 }, extras: { callResult: 5 } },
  ],
  [
    'calls that nobody took',
    90,
    [
      'CREATE TABLE call_log(_id INTEGER PRIMARY KEY, from_me INTEGER, call_id TEXT, call_result INTEGER)',
      "INSERT INTO call_log VALUES (1, 0, 'KEY', 2)",
    ],
    { kind: 'call', call: { isMissed: true }, extras: { callResult: 2 } },
  ],
  [
    'orders',
    44,
    [
      'CREATE TABLE message_order(message_row_id INTEGER PRIMARY KEY, order_id TEXT, order_title TEXT, item_count INTEGER, message TEXT, seller_jid INTEGER)',
      "INSERT INTO message_order VALUES (1, 'o1', 'Bread', 3, 'please', 2)",
    ],
    {
      kind: 'text',
      text: 'Bread\nplease',
      extras: { order: { id: 'o1', title: 'Bread', message: 'please', itemCount: 3, sellerId: '222@s.whatsapp.net' } },
    },
  ],
  [
    'products',
    23,
    [
      'CREATE TABLE message_product(message_row_id INTEGER PRIMARY KEY, title TEXT, description TEXT, amount_1000 INTEGER)',
      "INSERT INTO message_product VALUES (1, 'Bread', 'of rye', 4500)",
    ],
    {
      kind: 'text',
      text: 'Bread\nof rye',
      extras: { product: { title: 'Bread', description: 'of rye', amount1000: 4500 } },
    },
  ],
  [
    'templates and their buttons',
    28,
    [
      'CREATE TABLE message_template(message_row_id INTEGER PRIMARY KEY, content_text_data TEXT, footer_text_data TEXT)',
      "INSERT INTO message_template VALUES (1, 'Your parcel', 'The post')",
      'CREATE TABLE message_template_button(_id INTEGER PRIMARY KEY, message_row_id INTEGER, text_data TEXT, extra_data TEXT)',
      "INSERT INTO message_template_button VALUES (1, 1, 'Track', 'https://example.org')",
    ],
    {
      kind: 'text',
      text: 'Your parcel',
      extras: { template: { footer: 'The post' }, buttons: [{ text: 'Track', data: 'https://example.org' }] },
    },
  ],
  [
    'the messages of an album',
    99,
    [
      'CREATE TABLE message_association(_id INTEGER PRIMARY KEY, parent_message_row_id INTEGER, child_message_row_id INTEGER, association_type INTEGER)',
      'INSERT INTO message_association VALUES (1, 1, 5, 2), (2, 1, 1, 2), (3, 1, 9, 1)',
    ],
    { kind: 'album', extras: { albumMessageIds: ['5', '1'] } },
  ],
  [
    'who is mentioned',
    0,
    [
      'CREATE TABLE message_mentions(_id INTEGER PRIMARY KEY, message_row_id INTEGER, jid_row_id INTEGER)',
      'INSERT INTO message_mentions VALUES (1, 1, 2), (2, 1, 77)',
    ],
    { extras: { mentions: ['222@s.whatsapp.net'] } },
  ],
  [
    'receipts',
    0,
    [
      'CREATE TABLE receipt_user(_id INTEGER PRIMARY KEY, message_row_id INTEGER, receipt_user_jid_row_id INTEGER, receipt_timestamp INTEGER, read_timestamp INTEGER)',
      'INSERT INTO receipt_user VALUES (1, 1, 2, 1700000000001, 1700000000002), (2, 1, 77, 0, NULL)',
    ],
    {
      receipts: [{ id: '222@s.whatsapp.net', receivedMs: 1_700_000_000_001, readMs: 1_700_000_000_002 }],
    },
  ],
  ...(
    [
      [4, { delivery: 'sent' }],
      [5, { delivery: 'delivered' }],
      [8, { delivery: 'played' }],
      [13, { delivery: 'read' }],
      [99, { extras: { status: 99 } }],
      ["'x'", {}],
    ] as const
  ).map(
    ([status, fields]) =>
      [
        `how far an own message came (${status}), and when the service had it`,
        0,
        [
          'ALTER TABLE message ADD COLUMN status INTEGER',
          'ALTER TABLE message ADD COLUMN received_timestamp INTEGER',
          'ALTER TABLE message ADD COLUMN receipt_server_timestamp INTEGER',
          `UPDATE message SET from_me = 1, status = ${status}, received_timestamp = 1700000000007, receipt_server_timestamp = 1700000000009`,
        ],
        { isFromSelf: true, serverReceivedMs: 1_700_000_000_009, ...fields },
      ] as const,
  ),
  [
    "when another's message was received, and nothing where that was never",
    0,
    [
      'ALTER TABLE message ADD COLUMN status INTEGER DEFAULT 0',
      'ALTER TABLE message ADD COLUMN received_timestamp INTEGER DEFAULT 1700000090000',
      'ALTER TABLE message ADD COLUMN receipt_server_timestamp INTEGER DEFAULT -1',
    ],
    { receivedMs: 1_700_000_090_000 },
  ],
  [
    'labels',
    0,
    [
      'CREATE TABLE labels(_id INTEGER PRIMARY KEY, label_name TEXT)',
      "INSERT INTO labels VALUES (3, 'To pay')",
      'CREATE TABLE labeled_messages(_id INTEGER PRIMARY KEY, label_id INTEGER, message_row_id INTEGER)',
      'INSERT INTO labeled_messages VALUES (1, 3, 1), (2, 4, 1)',
    ],
    { extras: { labels: ['To pay'] } },
  ],
  [
    'when it disappears',
    0,
    [
      'CREATE TABLE message_ephemeral(message_row_id INTEGER PRIMARY KEY, duration INTEGER, expire_timestamp INTEGER)',
      'INSERT INTO message_ephemeral VALUES (1, 86400, 1700086400000)',
    ],
    { extras: { ephemeral: { durationSeconds: 86_400, expiresMs: 1_700_086_400_000 } } },
  ],
  [
    'a thumbnail',
    1,
    [
      'CREATE TABLE message_thumbnail(message_row_id INTEGER PRIMARY KEY, thumbnail BLOB)',
      "INSERT INTO message_thumbnail VALUES (1, x'ffd8aa')",
    ],
    { kind: 'image', extras: { thumbnail: 'ffd8aa' } },
  ],
  [
    'who deleted it, and when',
    64,
    [
      'CREATE TABLE message_revoked(message_row_id INTEGER PRIMARY KEY, revoked_key_id TEXT, admin_jid_row_id INTEGER, revoke_timestamp INTEGER)',
      "INSERT INTO message_revoked VALUES (1, 'K', 2, 1700000000009)",
    ],
    { extras: { revoked: { keyId: 'K', adminId: '222@s.whatsapp.net', timeMs: 1_700_000_000_009 } } },
  ],
];

describe('facts from the tables around the newer message table', () => {
  it.each(facts)('reads %s', (_name, type, statements, expected) => {
    const message = only(type, ...statements);
    const { extras } = expected as { readonly extras: object };
    expect(message).toMatchObject(expected);
    expect(message.extras).toEqual(extras);
  });
  it('reads nothing from such tables that are empty', () => {
    const message = only(
      90,
      ...facts.flatMap(([, , statements]) => statements.filter((sql) => sql.startsWith('CREATE'))),
    );
    expect(message).not.toHaveProperty('extras');
    expect(message).toMatchObject({ kind: 'call' });
  });
  it('keeps an order without words marked as a kind that is not known', () => {
    const message = only(
      44,
      'CREATE TABLE message_order(message_row_id INTEGER PRIMARY KEY, item_count INTEGER)',
      'INSERT INTO message_order VALUES (1, 3)',
    );
    expect(message).toMatchObject({ kind: 'unsupported', unsupportedType: '44', extras: { order: { itemCount: 3 } } });
  });
  it('stays within what can be stored when columns hold something else and lists are long', () => {
    const many = (limit: number, select: string): string =>
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limit}) ${select}`;
    const message = only(
      66,
      ...votes,
      `INSERT INTO message_add_on VALUES (7, 'x', x'00', 1)`,
      `UPDATE message_poll_option SET option_name = '${'o'.repeat(300)}'`,
      many(2001, 'INSERT INTO message_add_on_poll_vote_selected_option SELECT 7, 1 + i % 2 FROM n'),
      'CREATE TABLE message_mentions(_id INTEGER PRIMARY KEY, message_row_id, jid_row_id)',
      many(1025, 'INSERT INTO message_mentions SELECT i, 1, 1 FROM n'),
      'CREATE TABLE message_association(_id INTEGER PRIMARY KEY, parent_message_row_id, child_message_row_id, association_type)',
      "INSERT INTO message_association VALUES (1, 1, 'x', 2), (2, 1, 9223372036854775807, 2), (3, 'x', 1, 2)",
      'CREATE TABLE message_ephemeral(message_row_id INTEGER PRIMARY KEY, duration, expire_timestamp)',
      "INSERT INTO message_ephemeral VALUES (1, 1.5, x'ff')",
      'CREATE TABLE message_order(message_row_id INTEGER PRIMARY KEY, order_title, item_count)',
      "INSERT INTO message_order VALUES (1, x'48ff69', 9223372036854775807)",
      'CREATE TABLE message_thumbnail(message_row_id INTEGER PRIMARY KEY, thumbnail BLOB)',
      'INSERT INTO message_thumbnail VALUES (1, zeroblob(65537))',
    );
    expect(message.extras).not.toHaveProperty('thumbnail');
    expect(message.extras).toMatchObject({ order: { title: 'H\ufffdi' } });
    expect(message.extras!.pollVotes).toHaveLength(2000);
    expect(message.extras!.mentions).toHaveLength(1024);
    expect(message.extras).not.toHaveProperty('albumMessageIds');
    expect(message.extras).not.toHaveProperty('ephemeral');
  });
});
