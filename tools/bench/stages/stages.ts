// The stages of the engine one by one, on one thread, each with the code that the engine runs. Bundled and started by ../stages.mjs.
//   node stages.mjs DATABASE FOLDER: DATABASE is a chat database; in FOLDER a pack is written
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { contentCutter, formatLimits, PackBuilder } from '@coffer/backup-format';
import { ReusedCompressor } from '@coffer/backup-format/node';
import { openChatSource } from '@coffer/chat-formats/node';
import { encodeSegments } from '@coffer/chat-model';
import { hmacSha256 } from '@coffer/crypto/node';
import { openChunkedSync, sealChunkedSync } from '@coffer/device-crypto/node';
import { DiskObjectStore } from '@coffer/object-store/node';

interface Stage {
  readonly name: string;
  readonly bytes: number;
  readonly messages?: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const leastSeconds = 0.5;
const packBytes = formatLimits.packPlainBytes;
const [database, folder] = process.argv.slice(2) as [string, string];

/** Repeats work for half a second at least, after one round that does not count. @param bytes - that one round goes over */
async function stage(name: string, bytes: number, round: () => unknown): Promise<Stage> {
  await round();
  const started = performance.now();
  const cpu = process.cpuUsage();
  let rounds = 0;
  for (; rounds === 0 || performance.now() - started < 1000 * leastSeconds; rounds++) await round();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  return { name, bytes: bytes * rounds, seconds, cpuSeconds: (user + system) / 1e6 };
}

const media = new Uint8Array(randomBytes(packBytes));
const gear = Int32Array.from({ length: 256 }, () => randomBytes(4).readInt32BE());
const key = new Uint8Array(randomBytes(32));
const sealing = { inputKey: key, context: new Uint8Array(64) };
const rows = new Uint8Array(readFileSync(database).subarray(0, packBytes));
const memory = new Uint8Array(packBytes + 1024 * 1024);

function* cut(bytes: Uint8Array, length: number): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

function read(): void {
  const file = openSync(database, 'r');
  try {
    while (readSync(file, memory, 0, 4 * formatLimits.chunkBytes, null) > 0);
  } finally {
    closeSync(file);
  }
}

const findCut = contentCutter(gear);
function cutByContent(): void {
  for (let at = 0; at < media.length;) at = findCut(media, at, media.length, true);
}

function identify(bytes: Uint8Array, length: number): void {
  for (const chunk of cut(bytes, length)) hmacSha256(key, chunk);
}

const compressor = new ReusedCompressor();
function compress(bytes: Uint8Array): Uint8Array[] {
  return Array.from(cut(bytes, formatLimits.sqliteCutBytes), (chunk) => compressor.compress(chunk).slice());
}

function pack(): void {
  const builder = new PackBuilder(memory.subarray(0, packBytes));
  for (const chunk of cut(media.subarray(0, packBytes - 1024 * 1024), 256 * 1024))
    builder.add(key, chunk, chunk.length, false);
  builder.finish();
}

async function readMessages(): Promise<Stage> {
  const started = performance.now();
  const cpu = process.cpuUsage();
  const source = (await openChatSource(database))!;
  let [bytes, messages] = [0, 0];
  for (const conversation of source.conversations()) {
    for (const segment of encodeSegments(conversation.messages())) {
      bytes += segment.bytes.length;
      messages += segment.messages;
    }
  }
  source.close();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - started) / 1000;
  return { name: 'messages to segments', bytes, messages, seconds, cpuSeconds: (user + system) / 1e6 };
}

async function writePack(sealed: Uint8Array<ArrayBuffer>): Promise<void> {
  const store = new DiskObjectStore(join(folder, 'stage-store'));
  await store.put('pack', sealed);
  await store.delete('pack');
}

function writeFile(): void {
  const path = join(folder, 'stage-file');
  const file = openSync(path, 'w');
  for (const chunk of cut(media, 256 * 1024)) writeSync(file, chunk);
  closeSync(file);
  rmSync(path);
}

const sealed = sealChunkedSync(sealing, media);
const frames = compress(rows);
const stages: Stage[] = [
  await stage('read a file', statSync(database).size, read),
  await stage('cut by content', media.length, cutByContent),
  await stage('chunk ids, 256 KiB', media.length, () => identify(media, 256 * 1024)),
  await stage('chunk ids, 32 KiB', media.length, () => identify(media, 32 * 1024)),
  await stage('zstd of a database', rows.length, () => compress(rows)),
  await stage('fill a pack', packBytes, pack),
  await stage('seal a pack', media.length, () => sealChunkedSync(sealing, media, undefined, memory)),
  await stage('store a pack (fsync)', sealed.length, () => writePack(sealed)),
  await readMessages(),
  await readMessages(),
  await stage('open a pack', media.length, () => openChunkedSync(sealing, sealed, memory)),
  await stage('open zstd of a database', rows.length, () => {
    let at = 0;
    for (const frame of frames) {
      const { length } = rows.subarray(at, at + formatLimits.sqliteCutBytes);
      compressor.decompress(frame, length);
      at += length;
    }
  }),
  await stage('write a file', media.length, writeFile),
];
writeFileSync(join(folder, 'stages.json'), JSON.stringify(stages));
