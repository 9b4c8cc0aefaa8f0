import type { SqlValue } from '../sql';
import { clippedText } from '../sql-fields';
import { isJsonObject, type JsonObject } from '../json/parse-json';

/** Longest text of JSON in a column that is taken apart, in UTF-16 units. */
const jsonLength = 1024 * 1024;

/** What a column holds: objects, or, where it is no list of objects, its text. */
export interface JsonColumn {
  readonly items: readonly JsonObject[];
  readonly unread?: string;
}

/** A column that holds a JSON list of objects; nothing where it is empty. */
export function readJsonColumn(value: SqlValue | undefined): JsonColumn | undefined {
  const text = clippedText(value, jsonLength + 1);
  if (text === undefined) return undefined;
  if (text.length > jsonLength) return { items: [], unread: text };
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list) || !list.every(isJsonObject)) return { items: [], unread: text };
    return list.length === 0 ? undefined : { items: list };
  } catch {
    return { items: [], unread: text };
  }
}

/** The row of a file that JSON of the app names: a map around its number. */
export function attachmentRow(id: unknown): number | undefined {
  const row = isJsonObject(id) ? id['rowId'] : undefined;
  return typeof row === 'number' && Number.isSafeInteger(row) && row >= 0 ? row : undefined;
}
