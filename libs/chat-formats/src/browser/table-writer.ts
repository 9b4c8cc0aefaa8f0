import type { TableWriter } from '../signal-android/rebuild-tables';
import { guardWasmDatabase, type Sqlite } from './sqlite';

/** Tables in the memory of SQLite. */
export function openTableWriter({ api, create }: Sqlite): TableWriter {
  const database = create();
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => {
          if (values.length > 0) statement.bind([...values]);
          statement.stepReset();
        },
      };
    },
    finish: () => guardWasmDatabase(api, database),
    discard: () => database.close(),
  };
}
