import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sampleLines } from './sample-lines';

/** What was written, for the figures that the journey prints. */
export interface SampleHistory {
  readonly chats: number;
  readonly messages: number;
  readonly newestText: string;
}

const people = [
  ['Amara', '15550100001'],
  ['Jonas', '15550100002'],
  ['Mei', '15550100003'],
  ['Tomás', '15550100004'],
  ['Priya', '15550100005'],
] as const;

const messagesPerChat = 420;
const firstMs = Date.UTC(2021, 2, 14, 8, 30);
const newestText = 'See you on Sunday. I will bring the old photographs.';

/**
 * Writes the chat database of an invented person in the schema that Android's WhatsApp uses today: what an unencrypted
 * backup of an older app looks like. The same seed gives the same messages.
 */
export function writeSampleHistory(path: string, seed: number): SampleHistory {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  try {
    database.exec(schema);
    database.exec('BEGIN');
    const insert = insertersOf(database);
    let row = 1;
    people.forEach(([name, number], index) => {
      insert.jid.run(index + 1, number, 's.whatsapp.net', `${number}@s.whatsapp.net`);
      insert.chat.run(index + 1, index + 1, null);
      insert.contact.run(`${number}@s.whatsapp.net`, name);
    });
    const groupId = people.length + 1;
    insert.jid.run(groupId, '120363000000000001', 'g.us', '120363000000000001@g.us');
    insert.chat.run(groupId, groupId, 'Allotment 14');
    const random = generator(seed);
    for (let chat = 1; chat <= groupId; chat++) {
      let at = firstMs + chat * 3_600_000;
      for (let count = 0; count < messagesPerChat; count++) {
        at += Math.floor(random() * 5 * 86_400_000 * (random() < 0.2 ? 1 : 0.02)) + 20_000;
        const fromMe = random() < 0.5 ? 1 : 0;
        const sender = chat === groupId && fromMe === 0 ? 1 + Math.floor(random() * people.length) : 0;
        const text = sampleLines[Math.floor(random() * sampleLines.length)] ?? newestText;
        insert.message.run(row, chat, fromMe, `SAMPLE${row}`, sender, at, 0, text, row);
        row++;
      }
    }
    insert.message.run(row, 1, 0, `SAMPLE${row}`, 0, firstMs + 2050 * 86_400_000, 0, newestText, row);
    database.exec('COMMIT');
    return { chats: groupId, messages: row, newestText };
  } finally {
    database.close();
  }
}

function insertersOf(database: DatabaseSync) {
  return {
    jid: database.prepare('INSERT INTO jid (_id, user, server, type, raw_string) VALUES (?, ?, ?, 0, ?)'),
    chat: database.prepare('INSERT INTO chat (_id, jid_row_id, subject) VALUES (?, ?, ?)'),
    contact: database.prepare('INSERT INTO wa_contacts (jid, display_name) VALUES (?, ?)'),
    message: database.prepare(
      'INSERT INTO message (_id, chat_row_id, from_me, key_id, sender_jid_row_id, timestamp, message_type, text_data, sort_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
  };
}

/** A small repeatable generator (mulberry32): sample data must be the same on every machine, and is no secret. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const schema = `
  CREATE TABLE jid (_id INTEGER PRIMARY KEY, user TEXT NOT NULL, server TEXT NOT NULL, agent INTEGER, device INTEGER, type INTEGER, raw_string TEXT);
  CREATE TABLE chat (_id INTEGER PRIMARY KEY, jid_row_id INTEGER, subject TEXT, archived INTEGER, hidden INTEGER, created_timestamp INTEGER, sort_timestamp INTEGER);
  CREATE TABLE message (_id INTEGER PRIMARY KEY, chat_row_id INTEGER NOT NULL, from_me INTEGER NOT NULL, key_id TEXT NOT NULL, sender_jid_row_id INTEGER,
    status INTEGER, timestamp INTEGER, received_timestamp INTEGER, message_type INTEGER, text_data TEXT, starred INTEGER, sort_id INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE wa_contacts (_id INTEGER PRIMARY KEY, jid TEXT NOT NULL, display_name TEXT);
`;
