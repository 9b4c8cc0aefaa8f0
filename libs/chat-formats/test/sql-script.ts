import { DatabaseSync } from 'node:sqlite';

/**
 * Runs a script as the sqlite3 shell does: statement by statement, going on after one that fails.
 *
 * @returns how many statements failed
 */
export function runScript(database: DatabaseSync, script: string): number {
  let failed = 0;
  let statement = '';
  for (const line of script.split('\n')) {
    statement += `${line}\n`;
    const isInsideText = statement.split("'").length % 2 === 0;
    if (isInsideText || !/;\s*$/.test(line)) continue;
    try {
      database.exec(statement);
    } catch {
      failed++;
    }
    statement = '';
  }
  return failed;
}

/** A database file in memory, made by scripts. */
export function databaseBytes(...scripts: readonly string[]): Uint8Array {
  const database = new DatabaseSync(':memory:');
  for (const script of scripts) runScript(database, script);
  const bytes = database.serialize();
  database.close();
  return bytes;
}
