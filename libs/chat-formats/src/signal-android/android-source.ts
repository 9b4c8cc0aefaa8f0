import {
  maximumInstantMs,
  type ChatSource,
  type Conversation,
  type ConversationSource,
  type Extra,
  type Message,
} from '@coffer/chat-model';
import { ChatFormatError } from '../errors';
import { present } from '../message-draft';
import { selfId } from '../signal/places';
import { safeInteger, type SqlDatabase, type SqlRow } from '../sql';
import { readSchema, type Schema } from '../sql-schema';
import { positiveCount } from '../sql-fields';
import type { TextOf } from './parts';
import { readMessages, type MessageReader, type MessageTable } from './messages';
import { participantOf, readAndroidPeople, type AndroidPeople, type AndroidPerson } from './people';

export interface AndroidSourceOptions {
  /** The owner's ACI, where the backup says it. */
  readonly selfAci?: string;
  /** Where long texts are. */
  readonly textOf?: TextOf;
}

const pageRows = 1000;
const mostAvatars = 10_000;
const tables: readonly MessageTable[] = ['message', 'sms', 'mms'];

/**
 * The tables of a Signal backup file of an Android phone as a chat source; only their columns are relied upon, not the version of the
 * app. The source owns the database and closes it.
 *
 * @throws ChatFormatError `no-chats` where there is no table of messages, `damaged`
 */
export function openAndroidTables(database: SqlDatabase, options: AndroidSourceOptions = {}): ChatSource {
  try {
    return new AndroidSource(database, readSchema(database), options);
  } catch (error) {
    database.close();
    throw error;
  }
}

interface Thread {
  readonly key: number;
  readonly person: AndroidPerson | undefined;
  readonly isArchived: boolean;
  /** Messages that the owner has not read. */
  readonly unreadCount?: number | undefined;
  readonly messageCount: number;
}

class AndroidSource implements ChatSource {
  readonly format = 'signal-android-backup';
  readonly counts: { readonly chats: number; readonly messages: number };
  readonly #database: SqlDatabase;
  readonly #people: AndroidPeople;
  readonly #selfAci: string | undefined;
  readonly #readers: readonly MessageReader[];
  readonly #threads: readonly Thread[];
  readonly #page: (key: number, sort: number, table: number, row: number, limit: number) => readonly SqlRow[];
  readonly #place: (key: number, nth: number) => readonly SqlRow[];
  #isClosed = false;

  constructor(database: SqlDatabase, schema: Schema, { selfAci, textOf = () => undefined }: AndroidSourceOptions) {
    this.#database = database;
    this.#selfAci = selfAci?.toLowerCase();
    this.#people = readAndroidPeople(database, schema);
    const present = tables.filter((table) => schema.hasColumns(table, '_id', 'thread_id'));
    if (present.length === 0) throw new ChatFormatError('no-chats', 'this Signal backup has no table of messages');
    const parts = { database, schema, people: this.#people, selfAci: this.#selfAci, textOf };
    this.#readers = present.map((table) => readMessages(parts, table));
    orderMessages(database, present, this.#readers);
    this.#threads = this.#listThreads(schema);
    this.#page = database.query(
      'SELECT sort, tbl, message, nth FROM temp.coffer_order ' +
        `WHERE chat = ? AND (sort, tbl, message) > (?, ?, ?) ORDER BY sort, tbl, message LIMIT ?`,
    );
    this.#place = database.query(
      'SELECT sort, tbl, message FROM temp.coffer_order WHERE chat = ? ORDER BY sort, tbl, message LIMIT 1 OFFSET ?',
    );
    const messages = this.#threads.reduce((sum, { messageCount }) => sum + messageCount, 0);
    this.counts = { chats: this.#threads.length, messages };
  }

  *conversations(): Generator<ConversationSource, void, undefined> {
    const taken = new Set<string>();
    for (const thread of this.#threads) {
      const conversation = this.#conversation(thread, taken);
      taken.add(conversation.id);
      const between = (from: number, to: number): Iterable<Message> => this.#messages(thread.key, from, to);
      const { messageCount } = thread;
      yield { conversation, messageCount, messages: () => between(0, messageCount), between };
    }
  }

  #conversation({ key, person, isArchived, unreadCount }: Thread, taken: ReadonlySet<string>): Conversation {
    const isSelf = person !== undefined && person.id === this.#selfAci;
    const wanted = isSelf ? selfId : (person?.id ?? `thread:${key}`);
    const id = taken.has(wanted) ? `${wanted}#${key}` : wanted;
    const members = person?.groupId === undefined ? [] : this.#people.membersOf(person.groupId);
    const participants = person === undefined || isSelf ? [] : person.kind === 'group' ? members : [person];
    const avatars = members.flatMap(({ id: memberId, avatar }) =>
      avatar === undefined ? [] : [{ id: memberId, ...avatar }],
    );
    const extras = present<Record<string, Extra>>({
      unreadCount,
      avatar: person?.avatar === undefined ? undefined : { ...person.avatar },
      avatars: avatars.length === 0 ? undefined : avatars.slice(0, mostAvatars),
    });
    return {
      id,
      kind: person?.kind ?? 'unknown',
      title: (isSelf ? 'Note to Self' : person?.name) ?? id,
      participants: participants.map(participantOf).filter((participant) => participant.id !== this.#selfAci),
      ...(isArchived ? { isArchived: true } : {}),
      ...(Object.keys(extras).length === 0 ? {} : { extras }),
    };
  }

  /** Threads as the backup lists them, then those that only messages name. */
  #listThreads(schema: Schema): readonly Thread[] {
    const counts = new Map<number, number>();
    for (const [chat, count] of this.#database.rows('SELECT chat, count(*) FROM temp.coffer_order GROUP BY chat')) {
      counts.set(chat as number, Number(count));
    }
    const threads: Thread[] = [];
    if (schema.hasColumns('thread', '_id')) {
      const who = ['recipient_id', 'thread_recipient_id', 'recipient_ids'].find((name) =>
        schema.hasColumns('thread', name),
      );
      const columns = ['t._id', who === undefined ? 'NULL' : `t."${who}"`, schema.column('thread', 'archived', 't')];
      columns.push(safeInteger(schema.column('thread', 'unread_count', 't')));
      for (const [key, recipient, archived, unread] of this.#database.rows(
        `SELECT ${columns.join(', ')} FROM main.thread t WHERE typeof(t._id) = 'integer' ORDER BY t._id`,
      )) {
        const messageCount = counts.get(key as number) ?? 0;
        counts.delete(key as number);
        threads.push({
          key: key as number,
          person: this.#people.find(recipient),
          isArchived: archived === 1,
          unreadCount: positiveCount(unread),
          messageCount,
        });
      }
    }
    const dangling = [...counts].map(([key, messageCount]) => ({
      key,
      person: undefined,
      isArchived: false,
      messageCount,
    }));
    return [...threads, ...dangling];
  }

  *#messages(key: number, from: number, to: number): Generator<Message, void, undefined> {
    let [sort, table, row] = [Number.MIN_SAFE_INTEGER, -1, Number.MIN_SAFE_INTEGER];
    if (from > 0) {
      const before = this.#place(key, from - 1)[0];
      if (before === undefined) return;
      [sort, table, row] = [before[0] as number, before[1] as number, before[2] as number];
    }
    for (let left = to - from; left > 0;) {
      const limit = Math.min(pageRows, left);
      const rows = this.#page(key, sort, table, row, limit);
      for (const entry of rows) {
        [sort, table, row] = [entry[0] as number, entry[1] as number, entry[2] as number];
        const message = this.#readers[table]!.read(row);
        const nth = Number(entry[3]);
        if (message !== undefined) yield nth === 1 ? message : { ...message, id: `${message.id}#${nth}` };
      }
      if (rows.length < limit) return;
      left -= rows.length;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.close();
  }
}

/**
 * Messages of all tables by thread, oldest first; `nth` tells those of one instant apart, whoever wrote them: an author can have more
 * than one row.
 */
function orderMessages(
  database: SqlDatabase,
  present: readonly MessageTable[],
  readers: readonly MessageReader[],
): void {
  database.execute(
    'CREATE TABLE temp.coffer_order(chat INTEGER, sort INTEGER, tbl INTEGER, message INTEGER, nth INTEGER, ' +
      'PRIMARY KEY (chat, sort, tbl, message)) WITHOUT ROWID',
  );
  const selects = present.map((table, index) => {
    const { chat, received, sent, condition } = readers[index]!;
    return (
      `SELECT ifnull(${chat}, 0) chat, ifnull(${received}, 0) sort, ${index} tbl, ${safeInteger('m._id')} message, ` +
      // as sqlInstant reads it: what is no instant is 0 in an id
      `iif(${sent} > 0 AND ${sent} <= ${maximumInstantMs}, CAST(${sent} AS INTEGER), 0) sent ` +
      `FROM main.${table} m WHERE ${condition}`
    );
  });
  database.execute(
    'INSERT INTO temp.coffer_order SELECT chat, sort, tbl, message, ' +
      'row_number() OVER (PARTITION BY chat, sent ORDER BY sort, tbl, message) ' +
      `FROM (${selects.join(' UNION ALL ')})`,
  );
}
