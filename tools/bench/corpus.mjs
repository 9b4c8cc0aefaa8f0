// Makes the benchmark's corpus: chat databases of about 0.25 GB and incompressible media of 0.7 GB, the same bytes on every machine.
import { spawnSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const workspace = resolve(import.meta.dirname, '../..');
const fixtureDigits = '6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017';
// Long ago and the same everywhere, so that a file never looks freshly written.
const writtenAtSeconds = 1_700_000_000;

/** Kinds of media with the first bytes that tell them apart, how many of 100 files are of a kind, and their sizes in bytes. */
const mediaKinds = [
  { ending: 'jpg', folder: 'Images', first: 'ffd8ffe0', share: 70, least: 60_000, most: 900_000 },
  { ending: 'opus', folder: 'Voice', first: '4f676753', share: 22, least: 8_000, most: 300_000 },
  { ending: 'mp4', folder: 'Video', first: '0000002066747970', share: 8, least: 2_000_000, most: 16_000_000 },
];

/**
 * @param {string} folder - made anew unless it holds this very corpus
 * @param {{databaseBytes?: number, mediaBytes?: number}} sizes
 * @returns {{folder: string, files: number, bytes: number, databases: string[]}}
 */
export function makeCorpus(folder, { databaseBytes = 250_000_000, mediaBytes = 700_000_000 } = {}) {
  const stamp = join(folder, '..', 'corpus.json');
  const wanted = JSON.stringify({ version: 2, databaseBytes, mediaBytes });
  if (existsSync(stamp)) {
    const made = JSON.parse(readFileSync(stamp, 'utf8'));
    if (JSON.stringify(made.wanted) === wanted && existsSync(folder)) return made.corpus;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const databases = makeDatabases(join(folder, 'Databases'), databaseBytes);
  const media = makeMedia(join(folder, 'Media'), mediaBytes);
  const all = [...databases, ...media];
  const corpus = {
    folder,
    files: all.length,
    bytes: all.reduce((sum, path) => sum + statSync(path).size, 0),
    databases,
  };
  writeFileSync(stamp, JSON.stringify({ wanted: JSON.parse(wanted), corpus }));
  return corpus;
}

/** Copies of a real-sized history, each with its own times and texts, so that no two share their pages. */
function makeDatabases(folder, bytes) {
  mkdirSync(folder, { recursive: true });
  const original = openFixture(folder);
  const paths = [];
  let made = 0;
  for (let number = 1; made < bytes; number++) {
    const path = join(folder, `msgstore-${number}.db`);
    copyFileSync(original, path);
    const database = new DatabaseSync(path);
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    database.exec(
      `UPDATE message SET timestamp = timestamp + ${number * 86_400_000}, text_data = text_data || ' ${number}.' || _id, ` +
        `key_id = printf('%08X', (_id * 2654435761 + ${number}) % 4294967296) || substr(key_id, 9)`,
    );
    database.exec('VACUUM');
    database.close();
    utimesSync(path, writtenAtSeconds, writtenAtSeconds);
    made += statSync(path).size;
    paths.push(path);
  }
  rmSync(original);
  return paths;
}

function openFixture(folder) {
  const data = resolve(workspace, process.env.COFFER_TEST_DATA ?? '../shared');
  const fixture = join(data, 'fixtures/derived/msgstore-221k.db.crypt15');
  if (!existsSync(fixture)) {
    throw new Error(`the chat databases are made from ${fixture}, which is not there: set COFFER_TEST_DATA`);
  }
  const args = ['open', fixture, '--key', '-', '--out', folder, '--format', 'original'];
  const done = spawnSync(process.execPath, [join(workspace, 'apps/cli/bin/coffer.mjs'), ...args], {
    input: fixtureDigits,
  });
  if (done.status !== 0) throw new Error(`the fixture could not be opened: ${done.stderr}`);
  return join(folder, 'msgstore-221k.db');
}

function makeMedia(folder, bytes) {
  const random = keystream('coffer bench media');
  const paths = [];
  let made = 0;
  for (let number = 1; made < bytes; number++) {
    const draw = random(8).readUInt32BE(0);
    const kind = kindFor(draw % 100);
    const spread = random(8).readUInt32BE(0) / 2 ** 32;
    // Most files are small: the square pulls towards the least.
    const size = Math.round(kind.least + (kind.most - kind.least) * spread * spread);
    const below = join(folder, kind.folder, `20${10 + (number % 15)}`);
    mkdirSync(below, { recursive: true });
    const path = join(below, `${kind.folder}-${String(number).padStart(6, '0')}.${kind.ending}`);
    writeRandom(path, size, Buffer.from(kind.first, 'hex'), random);
    utimesSync(path, writtenAtSeconds + number, writtenAtSeconds + number);
    made += size;
    paths.push(path);
  }
  return paths;
}

function kindFor(percent) {
  let below = 0;
  for (const kind of mediaKinds) if (percent < (below += kind.share)) return kind;
  return mediaKinds[0];
}

function writeRandom(path, size, first, random) {
  const file = openSync(path, 'w');
  for (let at = 0; at < size;) {
    const part = random(Math.min(1024 * 1024, size - at));
    if (at === 0) first.copy(part);
    writeSync(file, part);
    at += part.length;
  }
  closeSync(file);
}

/** Bytes that look random and are the same in every run: AES-256-CTR over zeros. */
function keystream(name) {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(name).digest(), Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}
