import { MessageIndex } from '../search/message-index';
import { addTextSql, findTextsSql, trigramQuery, trigramTableSql } from '../search/trigram-sql';
import type { Sqlite } from './sqlite';

/** An empty index of messages, in the memory of SQLite. */
export function createMessageIndex({ create }: Sqlite): MessageIndex {
  const database = create();
  database.exec(trigramTableSql);
  const add = database.prepare(addTextSql);
  const find = database.prepare(findTextsSql);
  return new MessageIndex({
    add: (row, text) => void add.bind([row, text]).stepReset(),
    *rowsWith(trigrams) {
      find.bind([trigramQuery(trigrams)]);
      try {
        while (find.step()) yield find.getInt(0)!;
      } finally {
        find.reset(true);
      }
    },
    close: () => {
      add.finalize();
      find.finalize();
      database.close();
    },
  });
}
