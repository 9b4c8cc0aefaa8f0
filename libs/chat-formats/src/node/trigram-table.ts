import { DatabaseSync } from 'node:sqlite';
import { MessageIndex, type TrigramTable } from '../search/message-index';
import { addTextSql, findTextsSql, trigramQuery, trigramTableSql } from '../search/trigram-sql';

/** An empty index of messages, in memory. */
export function createMessageIndex(): MessageIndex {
  return new MessageIndex(createTable());
}

function createTable(): TrigramTable {
  const database = new DatabaseSync(':memory:');
  database.exec(trigramTableSql);
  const add = database.prepare(addTextSql);
  const find = database.prepare(findTextsSql);
  find.setReturnArrays(true);
  return {
    add: (row, text) => void add.run(row, text),
    *rowsWith(trigrams) {
      for (const row of find.iterate(trigramQuery(trigrams))) yield (row as unknown as readonly number[])[0]!;
    },
    close: () => database.close(),
  };
}
