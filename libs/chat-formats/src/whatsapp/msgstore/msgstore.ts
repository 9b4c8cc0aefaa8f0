import type { ChatSource, ConversationSource, Message } from '@coffer/chat-model';
import { ChatFormatError } from '../../errors';
import type { SqlDatabase, SqlRow } from '../../sql';
import { conversationOf, readChats, readMembers, type ChatEntry } from './chats';
import { newerMessageTable, realMessage, type MessageTable } from './message-table';
import { olderMessageTable, realOlderMessage } from './older-messages';
import { readPeople, type ContactNames, type People } from './people';
import { readSchema, type Schema } from '../../sql-schema';

export interface MsgstoreOptions {
  /** From `readContactNames`. */
  readonly names?: ContactNames;
  /** Whether the backup's header says that the newer message table is the live one; decides where both have rows. */
  readonly isMigrated?: boolean;
}

const pageRows = 128;

/**
 * WhatsApp's chat database, older and newer form, as a chat source. The source owns the database and closes it.
 *
 * @throws ChatFormatError `no-chats` where neither message table is there, `damaged` where SQLite cannot read it
 */
export function openMsgstore(database: SqlDatabase, options: MsgstoreOptions = {}): MsgstoreChats {
  try {
    const schema = readSchema(database);
    const people = readPeople(database, schema, options.names ?? new Map());
    const { table, unreadMessages } = chooseTable(database, schema, people, options.isMigrated);
    orderMessages(database, table);
    return new MsgstoreSource(database, schema, { people, table, unreadMessages });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The conversations of a chat database. */
export interface MsgstoreChats extends ChatSource {
  /** Messages that only the table has which is not read: the app keeps two of them while it moves from one form to the other. */
  readonly unreadMessages: number;
}

/** Whether a database has one of the two message tables. */
export function isMsgstore(database: SqlDatabase): boolean {
  const schema = readSchema(database);
  return hasNewer(schema) || hasOlder(schema);
}

const hasNewer = (schema: Schema): boolean => schema.hasColumns('message', 'chat_row_id', 'key_id', 'timestamp');
const hasOlder = (schema: Schema): boolean => schema.hasColumns('messages', 'key_remote_jid', 'timestamp');

/** The app keeps both tables while it migrates: the one with messages counts, or else the one with more. */
function chooseTable(
  database: SqlDatabase,
  schema: Schema,
  people: People,
  isMigrated?: boolean,
): { readonly table: MessageTable; readonly unreadMessages: number } {
  const [newer, older] = [hasNewer(schema), hasOlder(schema)];
  if (!newer && !older) {
    throw new ChatFormatError(
      'no-chats',
      'this database has no WhatsApp messages: it is another one of the app, or of another app',
    );
  }
  const count = (table: string, condition: string): number =>
    Number([...database.rows(`SELECT count(*) FROM main.${table} m WHERE ${condition}`)][0]?.[0] ?? 0);
  const one = (table: MessageTable) => ({ table, unreadMessages: 0 });
  if (!older) return one(newerMessageTable(database, schema, people));
  if (!newer) return one(olderMessageTable(schema));
  const inOlder = count('messages', realOlderMessage);
  if (inOlder === 0) return one(newerMessageTable(database, schema, people));
  const inNewer = count('message', realMessage);
  if (inNewer === 0) return one(olderMessageTable(schema));
  const isNewerLive = isMigrated === true || inNewer >= inOlder;
  return {
    table: isNewerLive ? newerMessageTable(database, schema, people) : olderMessageTable(schema),
    unreadMessages: countUnread(database, schema, isNewerLive),
  };
}

/**
 * By who sent it and its key, which the app draws at random for each message and keeps when it moves it to the other table. Where there
 * are no keys nothing tells which messages are in both: all of the other table count.
 */
function countUnread(database: SqlDatabase, schema: Schema, isNewerLive: boolean): number {
  const [older, newer] = [`main.messages m WHERE ${realOlderMessage}`, `main.message m WHERE ${realMessage}`];
  const [unread, read] = isNewerLive ? [older, newer] : [newer, older];
  const [unreadFromMe, readFromMe] = isNewerLive ? ['m.key_from_me', 'm.from_me'] : ['m.from_me', 'm.key_from_me'];
  // As text, and never NULL: a comparison with NULL says neither yes nor no.
  const key = (fromMe: string): string => `ifnull(CAST(${fromMe} AS TEXT), ''), ifnull(CAST(m.key_id AS TEXT), '')`;
  const hasKeys =
    schema.hasColumns('messages', 'key_from_me', 'key_id') && schema.hasColumns('message', 'from_me', 'key_id');
  const isElsewhere = hasKeys ? `AND (${key(unreadFromMe)}) NOT IN (SELECT ${key(readFromMe)} FROM ${read})` : '';
  return Number([...database.rows(`SELECT count(*) FROM ${unread} ${isElsewhere}`)][0]?.[0] ?? 0);
}

/**
 * Messages by conversation, oldest first, as a temporary table: the database's own indexes cannot be relied upon. It holds
 * row ids and senders, some 25 bytes for a message.
 */
function orderMessages(database: SqlDatabase, table: MessageTable): void {
  database.execute(
    'CREATE TABLE temp.coffer_order(chat, sort INTEGER, message INTEGER, sender, PRIMARY KEY (chat, sort, message)) WITHOUT ROWID',
  );
  database.execute(`INSERT INTO temp.coffer_order ${table.orderSql} ORDER BY 1, 2, 3`);
}

/** What a source reads by. */
interface MsgstoreParts {
  readonly people: People;
  readonly table: MessageTable;
  readonly unreadMessages: number;
}

class MsgstoreSource implements MsgstoreChats {
  readonly format = 'whatsapp-msgstore';
  readonly unreadMessages: number;
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly #database: SqlDatabase;
  readonly #people: People;
  readonly #table: MessageTable;
  readonly #chats: readonly { readonly entry: ChatEntry; readonly id: string; readonly messageCount: number }[];
  readonly #members: (entry: ChatEntry) => readonly string[];
  readonly #sendersOf: (key: string | number) => readonly SqlRow[];
  readonly #page: (key: string | number, sort: number, message: number, limit: number) => readonly SqlRow[];
  readonly #place: (key: string | number, nth: number) => readonly SqlRow[];
  #isClosed = false;

  constructor(database: SqlDatabase, schema: Schema, { people, table, unreadMessages }: MsgstoreParts) {
    this.unreadMessages = unreadMessages;
    this.#database = database;
    this.#people = people;
    this.#table = table;
    const messageCounts = new Map<string | number, number>();
    for (const [chat, count] of database.rows('SELECT chat, count(*) FROM temp.coffer_order GROUP BY chat')) {
      messageCounts.set(chat as string | number, Number(count));
    }
    this.#chats = listChats(readChats(database, schema, people, table.chatKey), messageCounts, table.chatKey);
    this.#members = readMembers(database, schema, people);
    this.#sendersOf = database.query('SELECT DISTINCT sender FROM temp.coffer_order WHERE chat = ?');
    this.#page = database.query(
      `SELECT o.sort, ${table.columns.join(', ')} FROM temp.coffer_order o ` +
        `CROSS JOIN main.${table.generation} m ON m.rowid = o.message ${table.joins} ` +
        `WHERE o.chat = ? AND (o.sort, o.message) > (?, ?) ORDER BY o.sort, o.message LIMIT ?`,
    );
    this.#place = database.query(
      'SELECT sort, message FROM temp.coffer_order WHERE chat = ? ORDER BY sort, message LIMIT 1 OFFSET ?',
    );
    const messages = this.#chats.reduce((sum, chat) => sum + chat.messageCount, 0);
    this.counts = { chats: this.#chats.length, messages };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    for (const { entry, id, messageCount } of this.#chats) {
      const conversation = conversationOf({
        entry,
        id,
        people: this.#people,
        members: this.#members(entry),
        senders: this.#sendersOf(entry.key),
      });
      const between = (from: number, to: number): Iterable<Message> =>
        this.#messages(entry.key, entry.address ?? id, { from, to });
      yield { conversation, messageCount, messages: () => between(0, messageCount), between };
    }
  }

  *#messages(
    key: string | number,
    address: string,
    { from, to }: { readonly from: number; readonly to: number },
  ): Generator<Message, void, undefined> {
    let [sort, message] = [Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    if (from > 0) {
      const before = this.#place(key, from - 1)[0];
      if (before === undefined) return;
      [sort, message] = [before[0] as number, before[1] as number];
    }
    for (let left = to - from; left > 0;) {
      const limit = Math.min(pageRows, left);
      const rows = this.#page(key, sort, message, limit);
      for (const row of rows) yield this.#table.read(row, 1, address);
      const last = rows.at(-1);
      if (last === undefined || rows.length < limit) return;
      [sort, message] = [last[0] as number, last[1] as number];
      left -= rows.length;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.close();
  }
}

/** Chats as the database lists them, then those that only messages name. Hidden ones count if they have messages. */
function listChats(
  entries: readonly ChatEntry[],
  messageCounts: ReadonlyMap<string | number, number>,
  chatKey: 'row' | 'address',
): readonly { readonly entry: ChatEntry; readonly id: string; readonly messageCount: number }[] {
  const keys = new Set(entries.map(({ key }) => key));
  const dangling = [...messageCounts.keys()]
    .filter((key) => !keys.has(key))
    .map((key) => ({
      key,
      ...(chatKey === 'address' && key !== '' ? { address: String(key) } : {}),
      isArchived: false,
      isHidden: false,
    }));
  const ids = new Set<string>();
  const uniqueId = (entry: ChatEntry): string => {
    const wanted = entry.address ?? `chat:${entry.key}`;
    // two rows can come to one address once anonymous ones are replaced
    const id = ids.has(wanted) ? `${wanted}#${entry.key}` : wanted;
    ids.add(id);
    return id;
  };
  return [...entries, ...dangling]
    .map((entry) => ({ entry, messageCount: messageCounts.get(entry.key) ?? 0 }))
    .filter(({ entry, messageCount }) => messageCount > 0 || !entry.isHidden)
    .map(({ entry, messageCount }) => ({ entry, id: uniqueId(entry), messageCount }));
}
