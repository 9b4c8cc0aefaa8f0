import type { Extra, Extras } from '@coffer/chat-model';
import { toHex } from '@coffer/foundation';
import { addExtras, present, type MessageDraft } from '../message-draft';
import { MessageDecoder } from '../protobuf/decode';
import { embedded, many, message, number, text, word } from '../protobuf/schema';
import { safeInteger, type SqlDatabase, type SqlValue } from '../sql';
import type { Schema } from '../sql-schema';
import type { MessageTable } from './messages';

// Field numbers are Signal's, names are this project's and those of the newer format.
const rangeList = message({
  ranges: many(
    embedded(
      1,
      message({
        start: number(1),
        length: number(2),
        mention: text(3),
        style: word(4, ['bold', 'italic', 'spoiler', 'strikethrough', 'monospace']),
        link: text(5),
        button: embedded(6, message({ label: text(1), action: text(2) })),
      }),
    ),
  ),
});

const mostRanges = 1024;

/** Formatting and mentions that stand in a column of a message; those that cannot be read as hexadecimal digits. */
export function readRanges(value: SqlValue | undefined): readonly Extras[] {
  if (!(value instanceof Uint8Array) || value.length === 0) return [];
  try {
    const { ranges = [] } = new MessageDecoder(value).decode(rangeList);
    return ranges.slice(0, mostRanges) as unknown as readonly Extras[];
  } catch {
    return [{ unreadHex: toHex(value.subarray(0, mostRanges)) }];
  }
}

/** Who is mentioned where in a text. */
export interface Mention {
  readonly start: number;
  readonly length: number;
  readonly personId: string;
}

/** Mentions of a message, in the order of the text. @param idOf - a person's id by the row in `recipient` */
export function readMentions(
  database: SqlDatabase,
  schema: Schema,
  table: MessageTable,
  idOf: (key: SqlValue | undefined) => string | undefined,
): (row: number) => readonly Mention[] {
  // before there was one table of messages, mentions were those of `mms`
  const isThere = schema.hasRows('mention', 'message_id', 'recipient_id', 'range_start', 'range_length');
  if (table === 'sms' || !isThere) return () => [];
  const rows = database.query(
    `SELECT t.recipient_id, ${safeInteger('t.range_start')}, ${safeInteger('t.range_length')} FROM main.mention t ` +
      `WHERE t.message_id = ? ORDER BY t.range_start, t._rowid_ LIMIT ${mostRanges}`,
  );
  return (row) =>
    rows(row).flatMap(([person, start, length]) => {
      const personId = idOf(person);
      if (personId === undefined) return [];
      return [{ start: Number(start ?? 0), length: Number(length ?? 0), personId }];
    });
}

/** As the newer format has them, in `extras.text`; and, as in other formats, who is mentioned in its order. */
export function addRanges(draft: MessageDraft, mentions: readonly Mention[], styles: readonly Extras[]): void {
  const ranges: readonly Extra[] = [
    ...mentions.map(({ start, length, personId }) => ({ start, length, mention: personId })),
    ...styles,
  ];
  addExtras(
    draft,
    present<Record<string, Extra>>({
      text: ranges.length === 0 ? undefined : { ranges },
      mentions: mentions.length === 0 ? undefined : mentions.map(({ personId }) => personId),
    }),
  );
}
