import { chatLimits, maximumInstantMs } from '@coffer/chat-model';
import type { MessageDraft } from './message-draft';
import { sqlCount, sqlText, type SqlRow, type SqlValue } from './sql';

/**
 * What one more table knows about messages: columns that are added to the query of the message table (alias `m`), the join
 * that brings them, and what their values do to a message. A table that is missing or empty adds nothing.
 */
export interface Facet {
  readonly columns: readonly string[];
  readonly join: string;
  /** @param at - index in `row` of the facet's first column */
  readonly apply: (row: SqlRow, at: number, draft: MessageDraft) => void;
}

/** Milliseconds of the column; null where there is no time: zero, negative, or beyond what a date can hold. */
export function sqlInstant(value: SqlValue | undefined): number | null {
  if (typeof value !== 'number' || value <= 0 || value > maximumInstantMs) return null;
  return Math.trunc(value);
}

/** Text that is not empty, at most `limit` UTF-16 units of it. */
export function clippedText(value: SqlValue | undefined, limit: number = chatLimits.textLength): string | undefined {
  const text = sqlText(value);
  if (text === undefined || text === '') return undefined;
  return text.length <= limit ? text : text.slice(0, limit).toWellFormed();
}

/** A count where zero means that it is not known. */
export function positiveCount(value: SqlValue | undefined): number | undefined {
  const count = sqlCount(value);
  return count === 0 ? undefined : count;
}

/** The base64 text of a SHA-256 as lower-case hexadecimal digits; absent where it is none. */
export function sha256FromBase64(value: SqlValue | undefined): string | undefined {
  const text = sqlText(value);
  if (text === undefined || !/^[A-Za-z0-9+/]{43}=?$/.test(text)) return undefined;
  const bytes = atob(text.padEnd(44, '='));
  return bytes.length === 32
    ? Array.from(bytes, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
    : undefined;
}
