import type { Message } from '@coffer/chat-model';
import { ChatFormatError } from '../../errors';
import type { SqlDatabase } from '../../sql';
import { readSchema, type Schema } from '../../sql-schema';
import { readChats } from './chats';
import type { Tables } from './list-facets';
import { newerMessageTable, realMessage, type MessageTable } from './message-table';
import { olderMessageTable, realOlderMessage } from './older-messages';

/** What is read, in the order of `origin` in temp.coffer_order. */
export interface ReadTables {
  /** One, or two where the app was moving its messages from one to the other; the first one names chats. */
  readonly tables: readonly MessageTable[];
  /** Messages of a second table that cannot be read beside the first. */
  readonly unreadMessages: number;
}

/** Whether a database has one of the two message tables. */
export function isMsgstore(database: SqlDatabase): boolean {
  const schema = readSchema(database);
  return hasNewer(schema) || hasOlder(schema);
}

const hasNewer = (schema: Schema): boolean => schema.hasColumns('message', 'chat_row_id', 'key_id', 'timestamp');
const hasOlder = (schema: Schema): boolean => schema.hasColumns('messages', 'key_remote_jid', 'timestamp');

/**
 * Chooses what is read, and puts its messages in order: temp.coffer_order has them by conversation, oldest first, for the
 * database's own indexes cannot be relied upon. It holds row ids and senders, some 26 bytes for a message.
 *
 * @param isMigrated - whether the backup's header says that the newer table is the live one
 * @throws ChatFormatError `no-chats` where neither table is there
 */
export function chooseTables(parts: Tables, isMigrated: boolean): ReadTables {
  const { database, schema } = parts;
  const [newer, older] = [hasNewer(schema), hasOlder(schema)];
  if (!newer && !older) {
    throw new ChatFormatError(
      'no-chats',
      'this database has no WhatsApp messages: it is another one of the app, or of another app',
    );
  }
  database.execute(
    'CREATE TABLE temp.coffer_order(chat, origin INTEGER, sort INTEGER, message INTEGER, sender, ' +
      'PRIMARY KEY (chat, origin, sort, message)) WITHOUT ROWID',
  );
  const count = (table: string, condition: string): number =>
    Number([...database.rows(`SELECT count(*) FROM main.${table} m WHERE ${condition}`)][0]?.[0] ?? 0);
  const inOlder = !older || !newer ? 0 : count('messages', realOlderMessage);
  const inNewer = inOlder === 0 ? 0 : count('message', realMessage);
  if (inOlder > 0 && inNewer > 0) {
    const isNewerLive = isMigrated || inNewer >= inOlder;
    if (hasKeys(schema)) return readBoth(parts, isNewerLive);
    const table = isNewerLive ? newerMessageTable(parts) : olderMessageTable(schema);
    return readOne(database, table, isNewerLive ? inOlder : inNewer);
  }
  return readOne(database, newer && inOlder === 0 ? newerMessageTable(parts) : olderMessageTable(schema), 0);
}

function readOne(database: SqlDatabase, table: MessageTable, unreadMessages: number): ReadTables {
  const { chat, sort, sender, condition } = table.order;
  fillOrder(database, table, { origin: 0, chat, sort, sender, condition });
  return { tables: [table], unreadMessages };
}

interface OrderRows {
  readonly origin: number;
  readonly chat: string;
  readonly sort: string;
  readonly sender: string;
  readonly condition: string;
}

function fillOrder(database: SqlDatabase, { generation }: MessageTable, rows: OrderRows): void {
  const { origin, chat, sort, sender, condition } = rows;
  // The table is in order by itself. Rows that come in order touch each page of it once, which counts where it is a file.
  const inOrder = database.hasTablesInMemory ? '' : ' ORDER BY 1, 2, 3, 4';
  database.execute(
    `INSERT INTO temp.coffer_order SELECT ${chat}, ${origin}, ${sort}, m.rowid, ${sender} ` +
      `FROM main.${generation} m WHERE ${condition}${inOrder}`,
  );
}

/** Without them nothing tells which messages are in both tables. */
const hasKeys = (schema: Schema): boolean =>
  schema.hasColumns('messages', 'key_from_me', 'key_id') && schema.hasColumns('message', 'from_me', 'key_id');

/**
 * The live table, and from the other one the messages that the live one has not. A conversation that has messages in both is in the order
 * of their times: each table has an order of its own.
 */
function readBoth(parts: Tables, isNewerLive: boolean): ReadTables {
  const { database, schema } = parts;
  nameChats(parts);
  const newer = newerMessageTable(parts);
  const older = olderMessageTable(schema);
  const [live, other] = isNewerLive ? [newer, older] : [older, newer];
  findMoved(database, live, other);
  const inLive = isNewerLive
    ? `(SELECT a.chat FROM temp.coffer_chat_of a WHERE a.address = ${older.order.chat})`
    : `(SELECT a.address FROM temp.coffer_address_of a WHERE a.chat = ${newer.order.chat})`;
  const chat = `coalesce(${inLive}, ${isNewerLive ? older.order.chat : `'chat:' || ${newer.order.chat}`})`;
  fillOrder(database, other, {
    ...{ origin: 1, chat, sort: other.order.time, sender: other.order.sender },
    condition: `${other.order.condition} AND m.rowid NOT IN (SELECT message FROM temp.coffer_moved)`,
  });
  database.execute('CREATE TABLE temp.coffer_joined(chat, PRIMARY KEY (chat)) WITHOUT ROWID');
  database.execute('INSERT INTO temp.coffer_joined SELECT DISTINCT chat FROM temp.coffer_order');
  const isJoined = `${live.order.chat} IN (SELECT chat FROM temp.coffer_joined)`;
  fillOrder(database, live, {
    ...live.order,
    origin: 0,
    sort: `iif(${isJoined}, ${live.order.time}, ${live.order.sort})`,
  });
  return { tables: [live, withOtherNames(database, live, other)], unreadMessages: 0 };
}

/** Which address each row of `chat` has, and the other way round: the newer table names chats by rows, the older one by addresses. */
function nameChats({ database, schema, people }: Tables): void {
  database.execute('CREATE TABLE temp.coffer_address_of(chat INTEGER PRIMARY KEY, address TEXT)');
  const insert = database.query('INSERT INTO temp.coffer_address_of VALUES (?, ?)');
  for (const { key, address } of readChats(database, schema, people, 'row')) {
    if (typeof key === 'number' && address !== undefined) insert(key, address);
  }
  database.execute('CREATE TABLE temp.coffer_chat_of(address TEXT, chat INTEGER, PRIMARY KEY (address)) WITHOUT ROWID');
  database.execute(
    'INSERT INTO temp.coffer_chat_of SELECT address, min(chat) FROM temp.coffer_address_of GROUP BY address',
  );
}

/**
 * temp.coffer_moved leads from messages of `other` to the same ones in `live`: by conversation, by who sent them, and by the key, which
 * the app draws at random for each message and keeps when it moves it. A message without a key is never the same as another.
 */
function findMoved(database: SqlDatabase, live: MessageTable, other: MessageTable): void {
  database.execute(
    'CREATE TABLE temp.coffer_key(address TEXT, from_me TEXT, key TEXT, message INTEGER, ' +
      'PRIMARY KEY (address, from_me, key, message)) WITHOUT ROWID',
  );
  const from = keyOf(live);
  database.execute(
    `INSERT INTO temp.coffer_key SELECT ${from.address}, ${from.fromMe}, ${from.key}, m.rowid FROM ${from.source} ` +
      `WHERE ${live.order.condition} AND ${from.key} <> '' ORDER BY 1, 2, 3, 4`,
  );
  database.execute('CREATE TABLE temp.coffer_moved(message INTEGER PRIMARY KEY, live INTEGER)');
  const to = keyOf(other);
  database.execute(
    `INSERT INTO temp.coffer_moved SELECT m.rowid, max(k.message) FROM ${to.source} CROSS JOIN temp.coffer_key k ` +
      `ON k.address = ${to.address} AND k.from_me = ${to.fromMe} AND k.key = ${to.key} ` +
      `WHERE ${other.order.condition} GROUP BY m.rowid`,
  );
}

/** As text, for the tables need not agree on types, and never NULL, for a comparison with NULL says neither yes nor no. */
function keyOf({ generation, order }: MessageTable): Readonly<Record<'source' | 'address' | 'fromMe' | 'key', string>> {
  const key = "ifnull(CAST(m.key_id AS TEXT), '')";
  const fromMe = (column: string): string => `ifnull(CAST(m.${column} AS TEXT), '')`;
  if (generation === 'messages') {
    return { source: 'main.messages m', address: order.chat, fromMe: fromMe('key_from_me'), key };
  }
  const source = `main.message m CROSS JOIN temp.coffer_address_of a ON a.chat = ${order.chat}`;
  return { source, address: 'a.address', fromMe: fromMe('from_me'), key };
}

/**
 * The app kept the row of a message when it moved it, so a message of the second table is called by its row too, and by its table before
 * that where the first one has another message there. What it refers to may have been moved, and is then called as it is in the first.
 */
function withOtherNames(database: SqlDatabase, live: MessageTable, other: MessageTable): MessageTable {
  const findLive = database.query('SELECT live FROM temp.coffer_moved WHERE message = ?');
  const findTaken = database.query(`SELECT 1 FROM main.${live.generation} WHERE rowid = ?`);
  const nameOf = (row: string): string => {
    const moved = findLive(Number(row))[0]?.[0];
    if (typeof moved === 'number') return String(moved);
    return findTaken(Number(row)).length === 0 ? row : `${other.generation}:${row}`;
  };
  const rename = (message: Message): Message => {
    const { quote, extras } = message;
    const children = extras?.['albumMessageIds'];
    return {
      ...message,
      id: nameOf(message.id),
      ...(quote?.messageId === undefined ? {} : { quote: { ...quote, messageId: nameOf(quote.messageId) } }),
      ...(Array.isArray(children)
        ? { extras: { ...extras, albumMessageIds: children.map((child) => nameOf(String(child))) } }
        : {}),
    };
  };
  return { ...other, read: (row, at, address) => rename(other.read(row, at, address)) };
}
