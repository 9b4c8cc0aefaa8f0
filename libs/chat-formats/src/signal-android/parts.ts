import type { Extra, Extras, MediaReference, Message } from '@coffer/chat-model';
import { addExtras, mediaOf, present, type MessageDraft } from '../message-draft';
import { safeInteger, sqlText, type SqlDatabase, type SqlValue } from '../sql';
import { clippedText, positiveCount } from '../sql-fields';
import type { Schema } from '../sql-schema';
import type { MessageTable } from './messages';
import { blobTable, stickerBlobTable } from './tables';

/** The content of a file of the backup as text, by its SHA-256; undefined where it is not there, or is longer than a text can be. */
export type TextOf = (sha256Hex: string) => string | undefined;

const kindsByType: Readonly<Record<string, Message['kind']>> = { image: 'image', video: 'video', audio: 'audio' };
/** The whole of a text of which the message itself has the beginning. */
const longTextType = 'text/x-signal-plain';

/** A file of a message. */
export interface Part {
  /** In the table of files. */
  readonly row: number;
  readonly media: MediaReference;
  readonly contentType: string;
  readonly isVoiceNote: boolean;
  /** A small picture of the file of the message that is answered. */
  readonly isOfQuote: boolean;
  /** Of which pack a sticker is; absent for other files. */
  readonly sticker?: Extras;
}

/** Files of a message, and the one with its whole text. */
export interface MessageParts {
  readonly files: readonly Part[];
  readonly ofQuote: readonly MediaReference[];
  readonly longText: MediaReference | undefined;
}

const noParts: MessageParts = { files: [], ofQuote: [], longText: undefined };

/** Files of a message, with what their bytes in the backup were found to be. */
export function readParts(database: SqlDatabase, schema: Schema, table: MessageTable): (row: number) => MessageParts {
  const name = schema.hasColumns('attachment', '_id', 'message_id') ? 'attachment' : 'part';
  const key = name === 'attachment' ? 'message_id' : 'mid';
  if (table === 'sms' || !schema.hasColumns(name, '_id', key)) return () => noParts;
  const column = (...names: readonly string[]): string => {
    const found = names.find((each) => schema.hasColumns(name, each));
    return found === undefined ? 'NULL' : `p."${found}"`;
  };
  const integer = (...names: readonly string[]): string => {
    const found = column(...names);
    return found === 'NULL' ? found : safeInteger(found);
  };
  const sticker = stickerFile(schema, column('sticker_pack_id'), column('sticker_id'));
  const columns = [
    ...[column('content_type', 'ct'), column('file_name', 'name'), integer('width'), integer('height')],
    ...[integer('voice_note'), integer('data_size'), sticker.size, sticker.hash],
    ...[column('sticker_pack_id'), column('sticker_pack_key'), integer('sticker_id'), column('sticker_emoji')],
    ...[integer('quote'), safeInteger('p._id')],
  ];
  const parts = database.query(
    `SELECT ${columns.join(', ')} FROM main.${name} p LEFT JOIN main.${blobTable} b ON b.row = p._id ${sticker.join} ` +
      `WHERE p."${key}" = ? ORDER BY p._id LIMIT 1000`,
  );
  return (row) => {
    const found = parts(row);
    if (found.length === 0) return noParts;
    const all = found.map(partOf);
    const longText = all.find(({ contentType }) => contentType === longTextType);
    return {
      files: all.filter((part) => part !== longText && !part.isOfQuote),
      ofQuote: all.filter(({ isOfQuote }) => isOfQuote).map(({ media }) => media),
      longText: longText?.media,
    };
  };
}

/** A sticker whose own file is not in the backup can be there as one of its pack. */
function stickerFile(
  schema: Schema,
  packId: string,
  stickerId: string,
): Readonly<Record<'size' | 'hash' | 'join', string>> {
  if (packId === 'NULL' || stickerId === 'NULL' || !schema.hasColumns('sticker', '_id', 'pack_id', 'sticker_id')) {
    return { size: 'b.size_bytes', hash: 'b.sha256_hex', join: '' };
  }
  return {
    size: 'ifnull(b.size_bytes, s.size_bytes)',
    hash: 'ifnull(b.sha256_hex, s.sha256_hex)',
    join:
      `LEFT JOIN main.${stickerBlobTable} s ON b.row IS NULL AND s.row = (SELECT t._id FROM main.sticker t ` +
      `JOIN main.${stickerBlobTable} f ON f.row = t._id WHERE t.pack_id = ${packId} AND t.sticker_id = ${stickerId} LIMIT 1)`,
  };
}

function partOf(row: readonly SqlValue[]): Part {
  const [type, fileName, width, height, voice, size, blobBytes, sha256, packId, packKey, stickerId, emoji, quote, id] =
    row;
  const mimeType = clippedText(type, 256);
  const media = mediaOf({
    mimeType,
    name: clippedText(fileName, 1024),
    widthPixels: positiveCount(width),
    heightPixels: positiveCount(height),
    sizeBytes: positiveCount(blobBytes) ?? positiveCount(size),
    sha256Hex: sqlText(sha256),
    isOmitted: blobBytes === null ? true : undefined,
    path: undefined,
    durationSeconds: undefined,
  });
  // as the newer format calls them
  const sticker = present<Record<string, Extra>>({
    packIdHex: clippedText(packId, 256),
    packKeyHex: clippedText(packKey, 256),
    stickerId: typeof stickerId === 'number' && packId !== null ? stickerId : undefined,
    emoji: clippedText(emoji, 256),
  });
  return {
    row: typeof id === 'number' ? id : -1,
    media: media ?? {},
    contentType: mimeType ?? '',
    isVoiceNote: voice === 1,
    isOfQuote: quote === 1,
    ...(sticker['packIdHex'] === undefined ? {} : { sticker }),
  };
}

/** What a quote has beside the words of the model. */
export function addQuoteExtras(draft: MessageDraft, facts: Extras): void {
  addExtras(draft, { quote: { ...(draft.extras?.['quote'] as Extras | undefined), ...facts } });
}

/** The model has one file in a message: the first; the others, and those of what is answered, are kept beside it. */
export function addParts(draft: MessageDraft, { files: [first, ...others], ofQuote }: MessageParts): void {
  if (ofQuote.length > 0) addQuoteExtras(draft, { attachments: ofQuote.map((media) => ({ ...media })) });
  if (first === undefined) return;
  if (draft.kind === 'text') {
    const [major] = first.contentType.toLowerCase().split('/', 1);
    draft.kind =
      first.sticker !== undefined ? 'sticker' : first.isVoiceNote ? 'audio' : (kindsByType[major ?? ''] ?? 'document');
  }
  draft.media = first.media;
  addExtras(draft, {
    sticker: first.sticker,
    attachments: others.length === 0 ? undefined : others.map(({ media }) => ({ ...media })),
  });
}

/** The whole text takes the place of its beginning; where it is not in the backup that is said, and what it would be. */
export function addLongText(draft: MessageDraft, longText: MediaReference | undefined, textOf: TextOf): void {
  if (longText === undefined) return;
  const text = longText.sha256Hex === undefined ? undefined : clippedText(textOf(longText.sha256Hex));
  if (text === undefined) addExtras(draft, { longText: { ...longText } });
  else draft.text = text;
}
