import type { Call } from '@coffer/chat-model';
import { addExtras, present } from '../../message-draft';
import { safeInteger } from '../../sql';
import { positiveCount, type Facet } from '../../sql-fields';
import type { Tables } from './list-facets';

/** `call_result` of a call that nobody took. */
const notTaken = 2;

/** The log of calls, whose rows name a message by its key, with `call:` before it or without. */
export function callFacet({ database, schema }: Tables): Facet | undefined {
  if (!schema.isRowId('call_log', '_id') || !schema.hasRows('call_log', 'call_id')) return undefined;
  if (!schema.hasColumns('message', 'message_type', 'key_id')) return undefined;
  database.execute('CREATE TABLE temp.coffer_call_key(key TEXT PRIMARY KEY, call INTEGER) WITHOUT ROWID');
  database.execute(
    "INSERT OR REPLACE INTO temp.coffer_call_key SELECT iif(substr(c.call_id, 1, 5) = 'call:', substr(c.call_id, 6), c.call_id), " +
      "c._id FROM main.call_log c WHERE typeof(c.call_id) = 'text' AND c.call_id <> '' ORDER BY c._id",
  );
  database.execute('CREATE TABLE temp.coffer_call(message INTEGER PRIMARY KEY, call INTEGER)');
  database.execute(
    'INSERT INTO temp.coffer_call SELECT m.rowid, k.call FROM main.message m CROSS JOIN temp.coffer_call_key k ' +
      "ON k.key = iif(substr(m.key_id, 1, 5) = 'call:', substr(m.key_id, 6), m.key_id) " +
      "WHERE m.message_type IN (8, 10, 90) AND typeof(m.key_id) = 'text'",
  );
  const column = (name: string): string => safeInteger(schema.column('call_log', name, 'x_call_log'));
  return {
    columns: ['x_call_log._id IS NOT NULL', ...['from_me', 'video_call', 'duration', 'call_result'].map(column)],
    join:
      'LEFT JOIN temp.coffer_call x_call ON x_call.message = m.rowid ' +
      'LEFT JOIN main.call_log x_call_log ON x_call_log._id = x_call.call',
    apply: (row, at, draft) => {
      if (row[at] !== 1) return;
      const [fromMe, video, duration, result] = row.slice(at + 1, at + 5);
      draft.call = {
        ...draft.call,
        ...present<Call>({
          isVideo: video === 1 ? true : undefined,
          isMissed: result === notTaken && fromMe !== 1 ? true : undefined,
          durationSeconds: positiveCount(duration),
        }),
      };
      if (typeof result === 'number' && Number.isSafeInteger(result)) addExtras(draft, { callResult: result });
    },
  };
}
