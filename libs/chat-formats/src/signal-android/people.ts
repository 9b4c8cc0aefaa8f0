import type { ConversationKind, Participant } from '@coffer/chat-model';
import { toHex } from '@coffer/foundation';
import { sha256 } from '@coffer/crypto';
import { sqlText, type SqlDatabase, type SqlRow, type SqlValue } from '../sql';
import { clippedText } from '../sql-fields';
import type { Schema } from '../sql-schema';
import { avatarTable } from './tables';

/** Somebody, or a group. */
export interface AndroidPerson {
  readonly id: string;
  readonly name?: string;
  readonly kind: ConversationKind;
  readonly groupId?: string;
  /** The file of the picture. */
  readonly avatar?: Avatar;
}

/** A picture of somebody in the backup. */
export interface Avatar {
  readonly sha256Hex: string;
  readonly sizeBytes: number;
}

export interface AndroidPeople {
  /** By the row in `recipient`, or, before that table was, by the address itself. */
  find(key: SqlValue | undefined): AndroidPerson | undefined;
  /** Members of a group, where the backup says them. */
  membersOf(groupId: string): readonly AndroidPerson[];
}

/** Columns that name people, of all versions, the better ones first. */
const nameColumns = [
  'nickname_joined_name',
  'system_joined_name',
  'system_display_name',
  'profile_joined_name',
  'signal_profile_name',
  'username',
];
const idColumns = ['aci', 'uuid', 'pni', 'e164', 'phone'];

export function readAndroidPeople(database: SqlDatabase, schema: Schema): AndroidPeople {
  const titles = groupTitles(database, schema);
  const avatars = readAvatars(database, schema);
  const people = new Map<string, AndroidPerson>();
  if (schema.hasColumns('recipient', '_id')) {
    const column = (name: string): string => schema.column('recipient', name, 'r');
    const columns = ['r._id', column('group_id'), ...idColumns.map(column), ...nameColumns.map(column)];
    const taken = new Set<string>();
    for (const row of database.rows(`SELECT ${columns.join(', ')} FROM main.recipient r ORDER BY r._id`)) {
      const person = personOf(row, titles);
      const key = String(row[0]);
      // two rows of one person, as after a change of number: both stay apart
      const id = taken.has(person.id) ? `${person.id}#${key}` : person.id;
      taken.add(id);
      const avatar = [row[0], row[1], ...row.slice(2, 2 + idColumns.length)]
        .map((name) => avatars.get(sqlText(name) ?? ''))
        .find((found) => found !== undefined);
      people.set(key, { ...person, id, ...(avatar === undefined ? {} : { avatar }) });
    }
  }
  const find = (key: SqlValue | undefined): AndroidPerson | undefined => {
    if (key === null || key === undefined || key === '') return undefined;
    const text = sqlText(key)!;
    const known = people.get(text);
    return known ?? { id: /^\d+$/.test(text) ? `recipient:${text}` : text, kind: 'unknown' };
  };
  return { find, membersOf: groupMembers(database, schema, find) };
}

function personOf(row: SqlRow, titles: ReadonlyMap<string, string>): AndroidPerson {
  const texts = row.map((value) => clippedText(value, 512));
  const [, groupId, ...rest] = texts;
  const named = rest.slice(idColumns.length).find((text) => text !== undefined && text.trim() !== '');
  if (groupId !== undefined) {
    const name = titles.get(groupId) ?? named;
    return { id: hashedGroup(groupId), kind: 'group', groupId, ...(name === undefined ? {} : { name }) };
  }
  const [aci, uuid, pni, e164, phone] = rest;
  const id = aci ?? uuid ?? pni ?? e164 ?? phone ?? `recipient:${String(row[0])}`;
  const name = named ?? e164 ?? phone;
  return { id: id.toLowerCase(), kind: 'direct', ...(name === undefined ? {} : { name: name.trim() }) };
}

function readAvatars(database: SqlDatabase, schema: Schema): ReadonlyMap<string, Avatar> {
  const avatars = new Map<string, Avatar>();
  if (!schema.hasRows(avatarTable)) return avatars;
  for (const [person, sizeBytes, hash] of database.rows(
    `SELECT row, size_bytes, sha256_hex FROM main.${avatarTable}`,
  )) {
    const [name, sha256Hex] = [sqlText(person) ?? '', sqlText(hash) ?? ''];
    if (name !== '') avatars.set(name, { sha256Hex, sizeBytes: Number(sizeBytes) });
  }
  return avatars;
}

/** A group's id names it to Signal's servers: only a hash of it becomes an id here. */
const hashedGroup = (groupId: string): string =>
  `group:${toHex(sha256(new TextEncoder().encode(groupId))).slice(0, 32)}`;

function groupTitles(database: SqlDatabase, schema: Schema): ReadonlyMap<string, string> {
  const titles = new Map<string, string>();
  if (!schema.hasColumns('groups', 'group_id', 'title')) return titles;
  for (const [id, title] of database.rows('SELECT group_id, title FROM main.groups')) {
    const text = clippedText(title, 512);
    if (text !== undefined) titles.set(sqlText(id) ?? '', text);
  }
  return titles;
}

function groupMembers(database: SqlDatabase, schema: Schema, find: AndroidPeople['find']): AndroidPeople['membersOf'] {
  if (!schema.hasColumns('group_membership', 'group_id', 'recipient_id')) return () => [];
  const members = database.query('SELECT recipient_id FROM main.group_membership WHERE group_id = ? ORDER BY rowid');
  return (groupId) =>
    members(groupId).flatMap(([key]) => {
      const person = find(key);
      return person === undefined ? [] : [person];
    });
}

export const participantOf = ({ id, name }: AndroidPerson): Participant => (name === undefined ? { id } : { id, name });
