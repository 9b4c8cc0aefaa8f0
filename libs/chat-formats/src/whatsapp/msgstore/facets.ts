import { chatLimits, type Place, type Quote } from '@coffer/chat-model';
import { safeInteger, safeReal, sqlCount, type SqlValue } from '../../sql';
import { whatsAppType } from '../message-types';
import { addMark, mediaOf, present } from '../../message-draft';
import { clippedText, positiveCount, sha256FromBase64, sqlInstant, type Facet } from '../../sql-fields';
import { callFacet } from './call-facet';
import { factFacets } from './fact-facets';
import { listFacets, type Tables } from './list-facets';
import { rowFacet } from './row-facet';

/** All that the tables around the newer `message` table know, as far as they are there and have rows. */
export function messageFacets(tables: Tables): readonly Facet[] {
  return [
    mediaFacet(tables),
    placeFacet(tables),
    quoteFacet(tables),
    forwardedFacet(tables),
    editFacet(tables),
    systemFacet(tables),
    ...listFacets(tables),
    callFacet(tables),
    ...factFacets(tables),
  ].filter((facet) => facet !== undefined);
}

const mediaNumbers = ['file_size', 'file_length', 'width', 'height', 'media_duration'] as const;

function mediaFacet(tables: Tables): Facet | undefined {
  const numbers = mediaNumbers.map((column) => tables.schema.column('message_media', column, 'x_message_media'));
  return rowFacet(
    tables,
    'message_media',
    ['file_path', 'mime_type', 'media_name', 'file_hash', 'media_caption'],
    (row, at, draft) => {
      const [path, mimeType, name, hash, caption, size, length, width, height, duration] = row.slice(at, at + 10);
      const media = mediaOf({
        path: clippedText(path, chatLimits.pathLength),
        mimeType: clippedText(mimeType, chatLimits.titleLength),
        name: clippedText(name, chatLimits.titleLength),
        sha256Hex: sha256FromBase64(hash),
        sizeBytes: sqlCount(size) ?? sqlCount(length),
        widthPixels: positiveCount(width),
        heightPixels: positiveCount(height),
        durationSeconds: positiveCount(duration),
      });
      if (media !== undefined) draft.media = media;
      const text = clippedText(caption);
      if (text !== undefined) draft.text ??= text;
    },
    { columns: numbers.map(safeInteger), join: '' },
  );
}

function placeFacet(tables: Tables): Facet | undefined {
  const degrees = (column: string): string =>
    safeReal(tables.schema.column('message_location', column, 'x_message_location'));
  return rowFacet(
    tables,
    'message_location',
    ['place_name', 'place_address'],
    (row, at, draft) => {
      const place = placeOf(row[at + 2], row[at + 3], row[at], row[at + 1]);
      if (place !== undefined) draft.place = place;
    },
    { columns: [degrees('latitude'), degrees('longitude')], join: '' },
  );
}

/** A place, or nothing where the coordinates are none. */
export function placeOf(
  latitude: SqlValue | undefined,
  longitude: SqlValue | undefined,
  name: SqlValue | undefined,
  address?: SqlValue,
): Place | undefined {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  return present<Place>({
    latitude,
    longitude,
    name: clippedText(name, chatLimits.titleLength),
    address: clippedText(address, chatLimits.titleLength),
  });
}

function quoteFacet(tables: Tables): Facet | undefined {
  const { database, schema, people } = tables;
  if (!schema.hasRows('message_quoted', 'chat_row_id', 'key_id')) return undefined;
  const alias = 'x_message_quoted';
  if (schema.hasColumns('message', 'key_id')) {
    database.execute('CREATE TABLE temp.coffer_quote(message INTEGER PRIMARY KEY, target INTEGER)');
    // a reply to a message of another conversation (a status, a group) has no target here
    database.execute(
      'INSERT INTO temp.coffer_quote SELECT q.rowid, max(t.rowid) FROM main.message_quoted q ' +
        'JOIN main.message t ON t.chat_row_id = q.chat_row_id AND t.key_id = q.key_id GROUP BY q.rowid',
    );
  }
  const hasTargets = schema.hasColumns('message', 'key_id');
  return rowFacet(
    tables,
    'message_quoted',
    ['text_data'],
    (row, at, draft) => {
      const [text, sender, type, fromMe, target] = row.slice(at, at + 5);
      draft.quote = present<Quote>({
        messageId: typeof target === 'number' ? String(target) : undefined,
        senderId: fromMe === 1 ? undefined : people.addressOf(sender),
        text: clippedText(text),
        kind: typeof type === 'number' ? (whatsAppType(type)?.kind ?? 'unsupported') : undefined,
      });
    },
    {
      columns: [
        ...['sender_jid_row_id', 'message_type', 'from_me'].map((column) =>
          safeInteger(schema.column('message_quoted', column, alias)),
        ),
        hasTargets ? 'x_quote.target' : 'NULL',
      ],
      join: hasTargets ? 'LEFT JOIN temp.coffer_quote x_quote ON x_quote.message = m.rowid' : '',
    },
  );
}

function forwardedFacet(tables: Tables): Facet | undefined {
  return rowFacet(tables, 'message_forwarded', [], (_row, _at, draft) => addMark(draft, 'forwarded'));
}

function editFacet(tables: Tables): Facet | undefined {
  const time = (column: string): string =>
    safeInteger(tables.schema.column('message_edit_info', column, 'x_message_edit_info'));
  return rowFacet(
    tables,
    'message_edit_info',
    [],
    (row, at, draft) => {
      const timeMs = sqlInstant(row[at]) ?? sqlInstant(row[at + 1]);
      addMark(draft, 'edited');
      if (timeMs !== null) draft.edits = [{ timeMs }];
    },
    { columns: [time('sender_timestamp'), time('edited_timestamp')], join: '' },
  );
}

function systemFacet(tables: Tables): Facet | undefined {
  return rowFacet(tables, 'message_system', ['action_type'], (row, at, draft) => {
    const action = clippedText(row[at], chatLimits.idLength);
    if (action !== undefined) draft.system = { ...draft.system, action };
  });
}
