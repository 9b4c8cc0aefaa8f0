// Two later states of the corpus's chat databases: 1 % messages appended, and 1 % of all rows changed at random.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const monthMs = 30 * 86_400_000;

/**
 * @param {{folder: string, databases: string[]}} corpus
 * @returns {{name: string, apply: () => void, undo: () => void, changedBytes: number}[]} `apply` puts the state in the place of the
 *   original, `undo` puts that back; both rename, so that sizes, times and inodes stay. `changedBytes`: by how much the databases
 *   grew, or the bytes of the texts that were written anew
 */
export function makeChanges(corpus) {
  return [
    makeChange(corpus, 'appended', append),
    makeChange(corpus, 'random', (database) => {
      const changed = `WHERE (_id * 2654435761) % 100 = 7 AND text_data IS NOT NULL`;
      const { bytes } = database.prepare(`SELECT sum(length(text_data) + 8) AS bytes FROM message ${changed}`).get();
      database.exec(`UPDATE message SET text_data = text_data || ' (edited)' ${changed}`);
      return Number(bytes ?? 0);
    }),
  ];
}

function makeChange({ folder, databases }, name, change) {
  const original = dirname(databases[0]);
  const changed = join(folder, '..', `databases-${name}`);
  const aside = join(folder, '..', 'databases-original');
  const stamp = join(folder, '..', `databases-${name}.json`);
  const wanted = JSON.stringify({ version: 1, sizes: databases.map((path) => statSync(path).size) });
  const known = existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : undefined;
  let changedBytes = known?.changedBytes ?? 0;
  if (known?.wanted !== wanted || !existsSync(changed)) {
    rmSync(changed, { recursive: true, force: true });
    mkdirSync(changed);
    changedBytes = 0;
    for (const path of databases) changedBytes += changeCopy(path, join(changed, basename(path)), change);
    writeFileSync(stamp, JSON.stringify({ wanted, changedBytes }));
  }
  return {
    name,
    changedBytes,
    apply: () => {
      renameSync(original, aside);
      renameSync(changed, original);
    },
    undo: () => {
      renameSync(original, changed);
      renameSync(aside, original);
    },
  };
}

function changeCopy(from, to, change) {
  copyFileSync(from, to);
  const database = new DatabaseSync(to);
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  const bytes = change(database);
  database.close();
  return bytes ?? statSync(to).size - statSync(from).size;
}

/** The newest hundredth of the messages once more, under new keys and numbers: the file grows at its end, as a phone's does. */
function append(database) {
  const columns = database
    .prepare('PRAGMA table_info(message)')
    .all()
    .map(({ name }) => name);
  const { newest, count } = database.prepare('SELECT max(_id) AS newest, count(*) AS count FROM message').get();
  const replaced = new Map([
    ['_id', `_id + ${newest}`],
    ['sort_id', `sort_id + ${newest}`],
    ['key_id', "printf('%08X', (_id * 2246822519) % 4294967296) || substr(key_id, 9)"],
    ['timestamp', `timestamp + ${monthMs}`],
    ['text_data', "text_data || ' again ' || _id"],
  ]);
  database.exec(
    `INSERT INTO message (${columns.join(', ')}) SELECT ${columns.map((name) => replaced.get(name) ?? name).join(', ')} ` +
      `FROM message ORDER BY _id DESC LIMIT ${Math.ceil(count / 100)}`,
  );
}
