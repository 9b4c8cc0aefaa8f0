import type { ChatSource, ConversationSource, Message } from '@coffer/chat-model';
import type { SqlDatabase, SqlRow } from '../../sql';
import { conversationOf, readChats, readMembers, type ChatEntry } from './chats';
import type { MessageTable } from './message-table';
import { chooseTables } from './message-tables';
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
    const { tables, unreadMessages } = chooseTables({ database, schema, people }, options.isMigrated === true);
    return new MsgstoreSource(database, schema, { people, tables, unreadMessages });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The conversations of a chat database. */
export interface MsgstoreChats extends ChatSource {
  /**
   * Messages of a second table that is not read: the app keeps two of them while it moves from one form to the other, and where
   * messages have no keys nothing tells which of them are in both.
   */
  readonly unreadMessages: number;
}

/** What a source reads by. */
interface MsgstoreParts {
  readonly people: People;
  /** One or two, as `temp.coffer_order` calls them by `origin`. */
  readonly tables: readonly MessageTable[];
  readonly unreadMessages: number;
}

/** Reads pages of one table: of a chat, behind a place, at most so many rows. The first column is `sort`. */
interface Reader {
  readonly table: MessageTable;
  readonly page: (key: string | number, sort: number, message: number, limit: number) => readonly SqlRow[];
}

/** Where a message stands in its conversation. */
interface Place {
  readonly sort: number;
  readonly origin: number;
  readonly message: number;
}

const [least, most] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/** Behind which row of the table `origin` its rows are those behind a place of the whole order. */
function startOf({ sort, origin, message }: Place, of: number): readonly [sort: number, message: number] {
  if (of === origin) return [sort, message];
  return [sort, of < origin ? most : least];
}

/** Which rows of a table, of one chat. */
interface RowRange {
  readonly key: string | number;
  readonly after: readonly [sort: number, message: number];
  readonly limit: number;
}

/** Rows page by page: more of them at once would outlive the collections of garbage between them. */
function* pagesOf({ page }: Reader, { key, after, limit }: RowRange): Generator<readonly SqlRow[], void, undefined> {
  let [sort, message] = after;
  for (let left = limit; left > 0;) {
    const wanted = Math.min(pageRows, left);
    const rows = page(key, sort, message, wanted);
    yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < wanted) return;
    [sort, message] = [last[0] as number, last[1] as number];
    left -= rows.length;
  }
}

interface TableRow {
  readonly reader: Reader;
  readonly row: SqlRow;
}

function* rowsOf(reader: Reader, range: RowRange): Generator<TableRow, void, undefined> {
  for (const rows of pagesOf(reader, range)) for (const row of rows) yield { reader, row };
}

/** Rows of two tables by `sort`; those of the first one first where it is the same. */
function* inOrder(
  left: Generator<TableRow, void, undefined>,
  right: Generator<TableRow, void, undefined>,
): Generator<TableRow, void, undefined> {
  let [one, other] = [left.next().value, right.next().value];
  while (one !== undefined || other !== undefined) {
    if (other === undefined || (one !== undefined && (one.row[0] as number) <= (other.row[0] as number))) {
      yield one!;
      one = left.next().value;
    } else {
      yield other;
      other = right.next().value;
    }
  }
}

class MsgstoreSource implements MsgstoreChats {
  readonly format = 'whatsapp-msgstore';
  readonly unreadMessages: number;
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly #database: SqlDatabase;
  readonly #people: People;
  readonly #readers: readonly Reader[];
  readonly #chats: readonly { readonly entry: ChatEntry; readonly id: string; readonly messageCount: number }[];
  readonly #members: (entry: ChatEntry) => readonly string[];
  readonly #sendersOf: (key: string | number) => readonly SqlRow[];
  readonly #place: (key: string | number, nth: number) => readonly SqlRow[];
  /** The same, counted from the newest. */
  readonly #placeFromEnd: (key: string | number, nth: number) => readonly SqlRow[];
  #isClosed = false;

  constructor(database: SqlDatabase, schema: Schema, { people, tables, unreadMessages }: MsgstoreParts) {
    this.unreadMessages = unreadMessages;
    this.#database = database;
    this.#people = people;
    this.#readers = tables.map((table, origin) => ({
      table,
      page: database.query(
        `SELECT o.sort, ${table.columns.join(', ')} FROM temp.coffer_order o ` +
          `CROSS JOIN main.${table.generation} m ON m.rowid = o.message ${table.joins} ` +
          `WHERE o.chat = ? AND o.origin = ${origin} AND (o.sort, o.message) > (?, ?) ORDER BY o.sort, o.message LIMIT ?`,
      ),
    }));
    const messageCounts = new Map<string | number, number>();
    for (const [chat, count] of database.rows('SELECT chat, count(*) FROM temp.coffer_order GROUP BY chat')) {
      messageCounts.set(chat as string | number, Number(count));
    }
    this.#chats = listChats(readChats(database, schema, people, tables[0]!.chatKey), messageCounts);
    this.#members = readMembers(database, schema, people);
    this.#sendersOf = database.query('SELECT DISTINCT sender FROM temp.coffer_order WHERE chat = ?');
    // Of one table the order is that of the primary key.
    const order = tables.length === 1 ? ['origin', 'sort', 'message'] : ['sort', 'origin', 'message'];
    const placeBy = (terms: readonly string[]): ((key: string | number, nth: number) => readonly SqlRow[]) =>
      database.query(
        `SELECT sort, origin, message FROM temp.coffer_order WHERE chat = ? ORDER BY ${terms.join(', ')} LIMIT 1 OFFSET ?`,
      );
    this.#place = placeBy(order);
    this.#placeFromEnd = placeBy(order.map((term) => `${term} DESC`));
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
        this.#messages(entry.key, entry.address ?? id, { from, to, count: messageCount });
      yield { conversation, messageCount, messages: () => between(0, messageCount), between };
    }
  }

  *#messages(
    key: string | number,
    address: string,
    { from, to, count }: { readonly from: number; readonly to: number; readonly count: number },
  ): Generator<Message, void, undefined> {
    let after: Place = { sort: least, origin: 0, message: least };
    if (from > 0) {
      // SQLite counts row by row, and the newest are asked for most
      const before = from * 2 > count ? this.#placeFromEnd(key, count - from)[0] : this.#place(key, from - 1)[0];
      if (before === undefined) return;
      after = { sort: before[0] as number, origin: before[1] as number, message: before[2] as number };
    }
    const limit = to - from;
    const [first, second] = this.#readers;
    const rangeOf = (origin: number): RowRange => ({ key, after: startOf(after, origin), limit });
    if (second === undefined) {
      const { table } = first!;
      for (const rows of pagesOf(first!, rangeOf(0))) for (const row of rows) yield table.read(row, 1, address);
      return;
    }
    let left = limit;
    for (const { reader, row } of inOrder(rowsOf(first!, rangeOf(0)), rowsOf(second, rangeOf(1)))) {
      if (left-- === 0) return;
      yield reader.table.read(row, 1, address);
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
): readonly { readonly entry: ChatEntry; readonly id: string; readonly messageCount: number }[] {
  const keys = new Set(entries.map(({ key }) => key));
  const dangling = [...messageCounts.keys()]
    .filter((key) => !keys.has(key))
    .map((key) => ({
      key,
      ...(typeof key === 'string' && key !== '' ? { address: key } : {}),
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
