import { DatabaseSync } from 'node:sqlite';
import type { AndroidFile } from '../signal-android/android-file';
import { rebuildTables as rebuild, type AndroidTables, type TableWriter } from '../signal-android/rebuild-tables';
import { nodeCiphers } from './node-platform';
import { inMemoryLimitBytes } from './payload-bytes';
import { createSpool, removeOnClose } from './spool';
import { guardDatabase } from './sqlite-database';

export interface RebuildOptions {
  /** Most bytes of statements that are held in memory; more go through a private file that is gone at the end. */
  readonly limitBytes?: number;
  /** Stops it; the error is the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * `rebuildTables` with the SQLite of Node.
 *
 * @throws ChatFormatError `damaged`, `disk-full`
 */
export function rebuildTables(
  file: AndroidFile,
  { limitBytes = inMemoryLimitBytes, signal }: RebuildOptions = {},
): Promise<AndroidTables> {
  const writer = openTableWriter(file.statementBytes > limitBytes);
  return rebuild(file, { writer, sha256: nodeCiphers.sha256, signal });
}

function openTableWriter(isSpooled: boolean): TableWriter {
  const spool = isSpooled ? createSpool() : undefined;
  const database = new DatabaseSync(spool?.finish() ?? ':memory:', { allowExtension: false, defensive: true });
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => database.prepare(sql),
    finish: () => {
      const guarded = guardDatabase(() => database, spool === undefined ? 'MEMORY' : 'FILE');
      return spool === undefined ? guarded : removeOnClose(guarded, spool.remove);
    },
    discard: () => {
      if (database.isOpen) database.close();
      spool?.remove();
    },
  };
}
