// The readers of other apps' backups beside other programs that read the same files: counts, seconds, processor seconds, memory. Of this
// project the built command line is run (npm run build); the others are installed here first and are no part of it.
// A million messages are the largest sets five times, with shifted dates. Linux (memory is read from /proc). Ends with 1 where a count differs, or memory does not stay small. docs/operations/format-speed.md
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { measure } from '../bench/measure.mjs';
import { readOptions } from '../bench/options.mjs';

const workspace = resolve(import.meta.dirname, '../..');
const coffer = join(workspace, 'apps/cli/bin/coffer.mjs');
const usage = `npm run bench:formats [-- OPTION...]

The coffer command over backups of other apps, beside two programs that read the same formats. Build first (npm run build) and install
the two (npm --prefix tools/peers install). Linux. docs/operations/format-speed.md

  --no-peers    this project's own figures; nothing has to be installed
  --data DIR    where the fixtures lie (../shared)
  --runs N      of each; what is printed is the median (3)
  --json FILE   where the figures are kept
`;
const values = readOptions(usage, {
  data: { type: 'string', default: resolve(workspace, '../shared') },
  runs: { type: 'string', default: '3' },
  json: { type: 'string' },
  peers: { type: 'boolean', default: true },
});
const derived = join(resolve(values.data), 'fixtures/derived');
const work = mkdtempSync(join(tmpdir(), 'coffer-peers-'));
const runs = Number(values.runs);

/** Published with the test data: SOURCES.md. */
const recoveryKey = 'm'.repeat(64);
const aci = '11111111-1111-1111-1111-111111111111';
const tokenHex = 'ab'.repeat(32);
const whatsAppKey = '6730a595a1484d0c39c101dc0ac82ec5e401bb6f0e1b8ee2dc104a6b3687f017';

const secret = (name, text) => {
  const path = join(work, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const keys = {
  signal: [
    '--passphrase-file',
    secret('recovery', recoveryKey),
    '--aci',
    aci,
    '--token-file',
    secret('token', tokenHex),
  ],
  whatsApp: ['--key', secret('key', whatsAppKey)],
};

const results = [];
const differences = [];

/** The medians of some runs, and what the last one printed. */
async function medians(command, args) {
  const all = [];
  for (let run = 0; run < runs; run++) {
    const measured = await measure(command, args, { cwd: import.meta.dirname });
    if (measured.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${measured.stderr.slice(-2000)}`);
    all.push(measured);
  }
  const median = (name) => all.map((each) => each[name]).sort((left, right) => left - right)[Math.floor(runs / 2)];
  return {
    seconds: median('seconds'),
    cpuSeconds: median('cpuSeconds'),
    peakMegabytes: Math.round(median('peakBytes') / 1e6),
    printed: JSON.parse(all.at(-1).stdout.trim().split('\n').at(-1)),
  };
}

async function ours(file, format, options) {
  const out = join(work, 'out');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
  return medians(process.execPath, [
    coffer,
    'open',
    file,
    ...options,
    '--format',
    format,
    '--out',
    out,
    '--force',
    '--json',
  ]);
}

const peer = (script, ...args) => medians(process.execPath, [join(import.meta.dirname, script), ...args]);

/** Whatever is read: a million messages, too. */
const mostMegabytes = 300;

function note(file, program, task, { seconds, cpuSeconds, peakMegabytes }, counts) {
  const row = { file, program, task, seconds, cpuSeconds, peakMegabytes, ...counts };
  results.push(row);
  if (program === 'coffer' && peakMegabytes >= mostMegabytes) {
    differences.push(`${file}: ${task}: held ${peakMegabytes} MB, and ${mostMegabytes} are too many`);
  }
  const figures = `${cpuSeconds.toFixed(2)} s of processor time, ${seconds.toFixed(2)} s, ${peakMegabytes} MB`;
  process.stdout.write(
    `${file.padEnd(38)} ${program.padEnd(22)} ${task.padEnd(22)} ${figures}  ${JSON.stringify(counts)}\n`,
  );
}

function same(file, what, mine, theirs) {
  if (mine !== theirs) differences.push(`${file}: ${what}: ${mine} here, ${theirs} there`);
}

async function exportedChat(name) {
  const file = join(derived, name);
  const text = join(work, 'chat.txt');
  writeFileSync(text, execFileSync('unzip', ['-p', file, '*.txt'], { maxBuffer: 1 << 30 }));
  const mine = await ours(file, 'json', []);
  const written = readFileSync(join(work, 'out', mine.printed.path), 'utf8');
  const authors = new Set(Array.from(written.matchAll(/"senderId":"((?:[^"\\]|\\.)*)"/g), ([, author]) => author)).size;
  note(name, 'coffer', 'zip to JSON', mine, { messages: mine.printed.messages, authors });
  if (!values.peers) return;
  const theirs = await peer('whatsapp-chat-parser.mjs', text);
  note(name, 'whatsapp-chat-parser', 'text to objects', theirs, theirs.printed);
  same(name, 'messages', mine.printed.messages, theirs.printed.messages);
  same(name, 'authors', authors, theirs.printed.authors);
}

async function signalBackup(name) {
  const file = join(derived, name);
  const original = await ours(file, 'original', keys.signal);
  const records = join(work, `records-${basename(name)}`);
  writeFileSync(records, readFileSync(join(work, 'out', original.printed.path)));
  note(name, 'coffer', 'records', original, { bytes: original.printed.bytes });
  const mine = await ours(file, 'json', keys.signal);
  const { chats, messages } = mine.printed;
  note(name, 'coffer', 'to JSON', mine, { chats, messages });
  if (!values.peers) return;
  const valid = await peer('libsignal.mjs', 'validate', file, recoveryKey, aci, tokenHex);
  note(name, 'libsignal', 'validate', valid, valid.printed);
  same(name, 'validity', true, valid.printed.ok);
  const counted = await peer('libsignal.mjs', 'count', records);
  note(name, 'libsignal', 'records to JSON', counted, counted.printed);
  same(name, 'chats', chats, counted.printed.chats);
  same(name, 'messages', messages, counted.printed.messages);
}

async function whatsAppBackup(name) {
  const file = join(derived, name);
  const original = await ours(file, 'original', keys.whatsApp);
  note(name, 'coffer', 'to SQLite', original, { bytes: original.printed.bytes });
  const mine = await ours(file, 'json', keys.whatsApp);
  note(name, 'coffer', 'to JSON', mine, { chats: mine.printed.chats, messages: mine.printed.messages });
}

const copies = 5;
const tenYearsMs = 315_576_000_000;

/** The messages of a database five times, each time ten years later. @returns how many there are */
function multiply(path) {
  const database = new DatabaseSync(path);
  const columns = database.prepare("SELECT name FROM pragma_table_info('message')").all();
  const { last } = database.prepare('SELECT max(_id) AS last FROM message').get();
  const shifted = (copy) =>
    columns.map(({ name }) => {
      if (name === '_id' || name === 'sort_id') return `${name} + ${copy * last}`;
      if (name === 'timestamp') return `${name} + ${copy * tenYearsMs}`;
      return name === 'key_id' ? `key_id || '-${copy}'` : name;
    });
  for (let copy = 1; copy < copies; copy++) {
    database.exec(
      `INSERT INTO message SELECT ${shifted(copy).join(', ')} FROM message WHERE _id BETWEEN 1 AND ${last}`,
    );
  }
  database.close();
}

async function aMillion() {
  const { printed } = await ours(join(derived, 'msgstore-221k.db.crypt15'), 'original', keys.whatsApp);
  const database = join(work, 'msgstore.db');
  writeFileSync(database, readFileSync(join(work, 'out', printed.path)));
  multiply(database);
  const chats = await ours(database, 'json', []);
  note('msgstore.db, five times', 'coffer', 'to JSON', chats, { messages: chats.printed.messages });
  const pages = await ours(database, 'html', []);
  note('msgstore.db, five times', 'coffer', 'to pages', pages, { messages: pages.printed.messages });
  const once = execFileSync('unzip', ['-p', join(derived, 'WhatsApp Chat with ubuntu-221k.zip'), '*.txt'], {
    maxBuffer: 1 << 30,
  });
  const text = join(work, 'WhatsApp Chat with a million.txt');
  writeFileSync(text, Buffer.concat(Array.from({ length: copies }, () => once)));
  const exported = await ours(text, 'json', []);
  note('exported text, five times', 'coffer', 'to JSON', exported, { messages: exported.printed.messages });
}

try {
  const nothing = await medians(process.execPath, [coffer, 'inspect', join(derived, 'wa-10k.db'), '--json']);
  note('(wa-10k.db)', 'coffer', 'start and inspect', nothing, {});
  await exportedChat('WhatsApp Chat with ubuntu-10k.zip');
  await exportedChat('WhatsApp Chat with ubuntu-221k.zip');
  await signalBackup('signal-10k.binproto.encrypted');
  await signalBackup('signal-221k.binproto.encrypted');
  await whatsAppBackup('msgstore-221k.db.crypt15');
  await aMillion();
} finally {
  rmSync(work, { recursive: true, force: true });
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
for (const difference of differences) process.stdout.write(`DIFFERS ${difference}\n`);
process.stdout.write(differences.length === 0 ? 'All counts agree.\n' : '');
process.exitCode = differences.length === 0 ? 0 : 1;
