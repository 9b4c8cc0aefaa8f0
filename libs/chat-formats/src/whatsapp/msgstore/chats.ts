import { chatLimits, type Conversation, type ConversationKind } from '@coffer/chat-model';
import { safeInteger, sqlText, type SqlDatabase, type SqlRow } from '../../sql';
import { present } from '../../message-draft';
import { clippedText, sqlInstant } from '../../sql-fields';
import type { People } from './people';
import type { Schema } from '../../sql-schema';

/** A chat of the database before its messages were looked at. */
export interface ChatEntry {
  /** What temp.coffer_order calls it. */
  readonly key: string | number;
  /** The chat's address; absent where the row of `jid` is missing. */
  readonly address?: string;
  readonly jidRowId?: number;
  readonly subject?: string;
  readonly createdMs?: number;
  readonly isArchived: boolean;
  /** The app does not show it. */
  readonly isHidden: boolean;
}

/** All chats in the order of the database, whether or not they have messages. */
export function readChats(
  database: SqlDatabase,
  schema: Schema,
  people: People,
  chatKey: 'row' | 'address',
): readonly ChatEntry[] {
  if (!schema.hasColumns('chat', '_id', 'jid_row_id')) return readChatList(database, schema);
  const column = (name: string): string => schema.column('chat', name, 'c');
  const numbers = ['jid_row_id', 'created_timestamp', 'archived', 'hidden'];
  const entries: ChatEntry[] = [];
  for (const [id, subject, jid, created, archived, hidden] of database.rows(
    `SELECT ${safeInteger('c._id')}, ${column('subject')}, ${numbers.map((name) => safeInteger(column(name))).join(', ')} ` +
      'FROM main.chat c ORDER BY c._id',
  )) {
    if (typeof id !== 'number') continue;
    const address = people.addressOf(jid);
    const key = chatKey === 'row' ? id : (address ?? `chat:${id}`);
    entries.push({
      key,
      ...present({
        address,
        jidRowId: typeof jid === 'number' ? jid : undefined,
        subject: clippedText(subject, chatLimits.titleLength),
        createdMs: sqlInstant(created) ?? undefined,
      }),
      isArchived: archived === 1,
      isHidden: hidden === 1,
    });
  }
  return entries;
}

/** The table that came before `chat`. */
function readChatList(database: SqlDatabase, schema: Schema): readonly ChatEntry[] {
  if (!schema.hasColumns('chat_list', 'key_remote_jid')) return [];
  const column = (name: string): string => schema.column('chat_list', name, 'c');
  const entries: ChatEntry[] = [];
  for (const [jid, subject, created, archived] of database.rows(
    `SELECT c.key_remote_jid, ${column('subject')}, ${safeInteger(column('creation'))}, ${safeInteger(column('archived'))} ` +
      'FROM main.chat_list c ORDER BY c.rowid',
  )) {
    const address = sqlText(jid);
    if (address === undefined || address === '-1') continue;
    const optional = present({
      subject: clippedText(subject, chatLimits.titleLength),
      createdMs: sqlInstant(created) ?? undefined,
    });
    entries.push({ key: address, address, ...optional, isArchived: archived === 1, isHidden: false });
  }
  return entries;
}

/** Members of groups, from whichever table of members there is. */
export function readMembers(
  database: SqlDatabase,
  schema: Schema,
  people: People,
): (entry: ChatEntry) => readonly string[] {
  const byRow = new Map<number, string[]>();
  const byAddress = new Map<string, string[]>();
  const add = <Key>(map: Map<Key, string[]>, key: Key, member: string | undefined): void => {
    if (member === undefined || !member.includes('@')) return;
    const members = map.get(key);
    if (members === undefined) map.set(key, [member]);
    else members.push(member);
  };
  if (schema.hasColumns('group_participant_user', 'group_jid_row_id', 'user_jid_row_id')) {
    const [group, user] = [safeInteger('group_jid_row_id'), safeInteger('user_jid_row_id')];
    for (const row of database.rows(`SELECT ${group}, ${user} FROM main.group_participant_user ORDER BY rowid`)) {
      if (typeof row[0] === 'number') add(byRow, row[0], people.addressOf(row[1]));
    }
  }
  if (schema.hasColumns('group_participants', 'gjid', 'jid')) {
    for (const row of database.rows('SELECT gjid, jid FROM main.group_participants ORDER BY rowid')) {
      add(byAddress, sqlText(row[0]) ?? '', sqlText(row[1]));
    }
  }
  return ({ jidRowId, address }) =>
    (jidRowId === undefined ? undefined : byRow.get(jidRowId)) ??
    (address === undefined ? undefined : byAddress.get(address)) ??
    [];
}

const kindsByServer: ReadonlyMap<string, ConversationKind> = new Map<string, ConversationKind>([
  ['s.whatsapp.net', 'direct'],
  ['lid', 'direct'],
  ['g.us', 'group'],
  ['broadcast', 'broadcast'],
  ['newsletter', 'channel'],
]);

/** Kind of conversation by the server part of its address. */
export function conversationKind(address: string | undefined): ConversationKind {
  if (address === undefined) return 'unknown';
  if (address === 'status@broadcast') return 'status';
  return kindsByServer.get(address.slice(address.lastIndexOf('@') + 1)) ?? 'unknown';
}

interface ConversationFacts {
  readonly entry: ChatEntry;
  /** Unique in this source. */
  readonly id: string;
  readonly people: People;
  readonly members: readonly string[];
  /** Distinct senders as the order table has them. */
  readonly senders: readonly SqlRow[];
}

/** Puts a conversation together: who is in it are its members, then whoever else wrote. */
export function conversationOf({ entry, id, people, members, senders }: ConversationFacts): Conversation {
  const kind = conversationKind(entry.address);
  const ids = new Set<string>(kind === 'direct' && entry.address !== undefined ? [entry.address] : members);
  for (const [sender] of senders) {
    const address = typeof sender === 'string' ? sender : people.addressOf(sender);
    if (address !== undefined && address !== '') ids.add(address);
  }
  const fallback = entry.address === undefined ? `Chat ${entry.key}` : people.displayName(entry.address);
  return {
    id,
    kind,
    title: entry.subject ?? fallback,
    participants: [...ids].slice(0, chatLimits.participants).map((address) => people.participant(address)),
    ...(entry.isArchived ? { isArchived: true } : {}),
    ...present({ createdMs: entry.createdMs }),
  };
}
