import type { Participant } from '@coffer/chat-model';
import { chatLimits } from '@coffer/chat-model';
import { safeInteger, sqlText, type SqlDatabase } from '../../sql';
import { readSchema, type Schema } from '../../sql-schema';

/** Names of people by address, from the contacts database. */
export type ContactNames = ReadonlyMap<string, string>;

/** The addresses (JIDs) of a msgstore.db, with the later phone-number addresses in the place of anonymous ones (LIDs). */
export interface People {
  /** The address behind a row of `jid`, or undefined for 0, -1, NULL and rows that are missing. */
  addressOf(jidRowId: unknown): string | undefined;
  participant(address: string): Participant;
  /** What to call somebody: the contact's name, else the number, else the address. */
  displayName(address: string): string;
}

/**
 * Loads all addresses; a row is some 40 bytes.
 *
 * @param names - from `readContactNames`; empty where there is no contacts database
 */
export function readPeople(database: SqlDatabase, schema: Schema, names: ContactNames): People {
  const addresses = new Map<number, string>();
  if (schema.hasColumns('jid', '_id')) {
    const column = (name: string): string => schema.column('jid', name, 'j');
    for (const [id, raw, user, server] of database.rows(
      `SELECT ${safeInteger('j._id')}, ${column('raw_string')}, ${column('user')}, ${column('server')} FROM main.jid j`,
    )) {
      const address = sqlText(raw) ?? joinAddress(sqlText(user), sqlText(server));
      if (typeof id === 'number' && address !== undefined) addresses.set(id, clip(address, chatLimits.idLength));
    }
  }
  const phoneRows = readLidMap(database, schema);
  return {
    addressOf: (jidRowId) =>
      typeof jidRowId === 'number'
        ? (addresses.get(phoneRows.get(jidRowId) ?? jidRowId) ?? addresses.get(jidRowId))
        : undefined,
    participant: (address) => {
      const name = names.get(address);
      return name === undefined ? { id: address } : { id: address, name };
    },
    displayName: (address) => names.get(address) ?? phoneNumber(address) ?? address,
  };
}

function readLidMap(database: SqlDatabase, schema: Schema): ReadonlyMap<number, number> {
  const map = new Map<number, number>();
  if (!schema.hasColumns('jid_map', 'lid_row_id', 'jid_row_id')) return map;
  const [from, to] = [safeInteger('lid_row_id'), safeInteger('jid_row_id')];
  for (const [lid, phone] of database.rows(`SELECT ${from}, ${to} FROM main.jid_map`)) {
    if (typeof lid === 'number' && typeof phone === 'number') map.set(lid, phone);
  }
  return map;
}

function joinAddress(user: string | undefined, server: string | undefined): string | undefined {
  if (server === undefined || server === '') return undefined;
  return user === undefined || user === '' ? server : `${user}@${server}`;
}

function phoneNumber(address: string): string | undefined {
  const digits = /^(\d{5,20})(?:[.:]\d+)*@s\.whatsapp\.net$/.exec(address)?.[1];
  return digits === undefined ? undefined : `+${digits}`;
}

/** Names from wa.db: what the owner calls people, else what they call themselves, else the verified business name. */
export function readContactNames(database: SqlDatabase): ContactNames {
  const schema = readSchema(database);
  const names = new Map<string, string>();
  const collect = (table: string, columns: readonly string[]): void => {
    const there = columns.filter((column) => schema.hasColumns(table, column));
    if (there.length === 0 || !schema.hasColumns(table, 'jid')) return;
    for (const [jid, ...found] of database.rows(`SELECT jid, ${there.join(', ')} FROM main.${table}`)) {
      const address = sqlText(jid);
      const name = found.map(sqlText).find((text) => text !== undefined && text.trim() !== '');
      if (address !== undefined && name !== undefined && !names.has(address)) {
        names.set(address, clip(name.trim(), chatLimits.titleLength));
      }
    }
  };
  collect('wa_contacts', ['display_name', 'given_name', 'wa_name', 'nickname']);
  collect('wa_vnames', ['verified_name']);
  return names;
}

/** At most `length` UTF-16 units, never half a character. */
export function clip(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).toWellFormed();
}
