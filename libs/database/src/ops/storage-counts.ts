import type { Database } from '../database';
import { DatabaseError } from '../errors';
import { statement } from '../statement';

/** Objects and their bytes. */
export interface StorageSum {
  readonly objects: number;
  readonly bytes: number;
}

/** The count of the object store, one row for the deployment: what the last one found, and how far the running one has come. */
export interface StorageCounts {
  /**
   * Begins a count where none runs and the last one is older than so many seconds.
   *
   * @returns 0 where one runs now; else in how many seconds the next is due
   */
  begin(everySeconds: number): Promise<number>;
  /** Where the running count goes on: after this key, null at the beginning. */
  position(): Promise<{ readonly after: string | null }>;
  /**
   * Adds one page to the running count, where it still stands at `from`.
   *
   * @param to - last key of the page; null where it was the last page, which ends the count
   * @returns whether it was added
   */
  advance(from: string | null, to: string | null, page: StorageSum): Promise<boolean>;
}

const makeRow = statement(
  'storage-count-make',
  'INSERT INTO storage_counts (id) VALUES (1) ON CONFLICT (id) DO NOTHING',
);

const beginCount = statement(
  'storage-count-begin',
  `UPDATE storage_counts SET running_since = clock_timestamp(), running_after = NULL, running_objects = 0, running_bytes = 0
   WHERE id = 1 AND running_since IS NULL
     AND (counted_at IS NULL OR counted_at <= clock_timestamp() - make_interval(secs => $1::int))`,
);

const readCount = statement(
  'storage-count-read',
  `SELECT running_since IS NOT NULL AS "isRunning", running_after AS "after",
     ceil(extract(epoch FROM counted_at + make_interval(secs => $1::int) - clock_timestamp()))::int AS "waitSeconds"
   FROM storage_counts WHERE id = 1`,
);

const addPage = statement(
  'storage-count-add',
  `UPDATE storage_counts SET running_after = $2, running_objects = running_objects + $3, running_bytes = running_bytes + $4
   WHERE id = 1 AND running_since IS NOT NULL AND running_after IS NOT DISTINCT FROM $1`,
);

const endCount = statement(
  'storage-count-end',
  `UPDATE storage_counts SET objects = running_objects + $2, bytes = running_bytes + $3, counted_at = clock_timestamp(),
     running_since = NULL, running_after = NULL
   WHERE id = 1 AND running_since IS NOT NULL AND running_after IS NOT DISTINCT FROM $1`,
);

interface CountRow {
  readonly isRunning: boolean;
  readonly after: string | null;
  readonly waitSeconds: number | null;
}

/** @see StorageCounts */
export function storageCounts(database: Database): StorageCounts {
  const read = async (everySeconds: number): Promise<CountRow> => {
    const [row] = await database.rows<CountRow>(readCount, [everySeconds]);
    if (row === undefined) throw new DatabaseError('failed', 'the count of the object store has no row');
    return row;
  };
  return {
    begin: async (everySeconds) => {
      await database.change(makeRow);
      await database.change(beginCount, [everySeconds]);
      const { isRunning, waitSeconds } = await read(everySeconds);
      return isRunning ? 0 : Math.max(1, waitSeconds ?? 1);
    },
    position: async () => ({ after: (await read(0)).after }),
    advance: async (from, to, { objects, bytes }) => {
      if (to === null) return (await database.change(endCount, [from, objects, bytes])) === 1;
      return (await database.change(addPage, [from, to, objects, bytes])) === 1;
    },
  };
}
