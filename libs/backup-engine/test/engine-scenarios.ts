import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore, type ObjectContent, type PutOptions } from '@coffer/object-store';

import { pruneRepository, Repository, type EngineEvent } from '../src/index';
import type { CachedFiles, FileCache } from '../src/backup/file-cache';
import type { EngineKit, Files, Scenario } from './engine-kit';
import { toyChats, toyMessage } from './toy-chats';

const mebibyte = 1024 * 1024;
const headerBytes = 56;
const sealedPieceBytes = 16_384 + 16;

/** Bytes that no compressor shrinks, the same in every run (xorshift32). */
export function noise(seed: number, bytes: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < words.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}

const line = new TextEncoder().encode('the same line again\n');
const text = Uint8Array.from({ length: 200_000 }, (_, at) => line[at % line.length]!);

export const smallFiles: Files = new Map([
  ['a.bin', noise(1, mebibyte)],
  ['deep/er/b.bin', noise(2, 70_000)],
  ['deep/text.log', text],
  ['empty', new Uint8Array(0)],
]);

/** So few that they may cross from a page. */
export const fewFiles: Files = new Map([...smallFiles].slice(1));

async function newRepository(kit: EngineKit, store = new MemoryObjectStore()): Promise<Repository> {
  return Repository.create({ store, backupKey: generateBackupKey(), platform: kit.platform });
}

function require(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

export function requireSame(found: Files, expected: Files): void {
  const names = (files: Files): string => [...files.keys()].sort().join();
  require(names(found) === names(expected), `files: ${names(found)} in place of ${names(expected)}`);
  for (const [path, bytes] of expected) require(isEqual(found.get(path)!, bytes), `${path} has other bytes`);
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

async function requireSound(kit: EngineKit, repository: Repository, files: Files): Promise<void> {
  const verified = await kit.verify(repository);
  require(verified.problems.length === 0, `problems: ${JSON.stringify(verified.problems)}`);
  require(verified.files === files.size, `${verified.files} sound files`);
  requireSame((await kit.restore(repository)).files, files);
}

async function packsOf(store: MemoryObjectStore): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('packs/')) found.push(key);
  return found;
}

async function replace(store: MemoryObjectStore, key: string, change: (bytes: Uint8Array) => void): Promise<void> {
  const bytes = await store.get(key);
  change(bytes);
  await store.delete(key);
  await store.put(key, bytes);
}

/** A cache in memory. */
function newCache(): FileCache {
  let kept: CachedFiles | undefined;
  return {
    load: async () => kept,
    save: async (cached) => void (kept = cached),
  };
}

/** Counts the packs that are on their way. */
class CountingStore extends MemoryObjectStore {
  mostAtOnce = 0;
  #now = 0;

  override async put(key: string, content: ObjectContent, options?: PutOptions): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#now);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await super.put(key, content, options);
    this.#now -= 1;
  }
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/** What the engine does alike in Node and in a browser. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'gives back the same bytes, and tells how far it is',
    async run(kit) {
      const repository = await newRepository(kit);
      const events: EngineEvent[] = [];
      const report = await kit.backUp(repository, smallFiles, { onEvent: (event) => events.push(event) });
      const { counts, bytes } = report;
      require(counts.files === 4 && counts.folders === 3, `counts ${JSON.stringify(counts)}`);
      await requireSound(kit, repository, smallFiles);
      require(!events.some(({ type }) => type === 'warning'), `warned: ${JSON.stringify(events)}`);
      const last = events.at(-1);
      require(last?.type === 'progress' && last.stage === 'finish' && last.bytesDone === bytes, 'no last event');
    },
  },
  {
    name: 'stores what is new and nothing else, and knows unchanged files without reading them',
    isKnownInNode: true,
    async run(kit) {
      const store = new MemoryObjectStore();
      const repository = await newRepository(kit, store);
      const cache = newCache();
      await kit.backUp(repository, smallFiles, { cache });
      const again = await kit.backUp(repository, smallFiles, { cache });
      require(again.filesUnchanged === 4 && again.filesRead === 0, `read again: ${JSON.stringify(again)}`);
      const unknown = await kit.backUp(repository, smallFiles);
      require(unknown.filesRead === 4 && (await packsOf(store)).length === 1, 'chunks were stored twice');
      const changed = new Map(smallFiles).set('new.bin', noise(3, 100_000));
      const report = await kit.backUp(repository, changed, { cache: newCache() });
      require(report.storedBytes < 150_000, `${report.storedBytes} bytes were stored for 100,000`);
      require(report.generation === 4, `generation ${report.generation}`);
      await requireSound(kit, repository, changed);
    },
  },
  {
    name: 'stores a chunk once, whichever workers meet it',
    async run(kit) {
      const store = new MemoryObjectStore();
      const repository = await newRepository(kit, store);
      // Too large to be one batch: two workers read them at the same time.
      const content = noise(4, 17 * mebibyte);
      const files: Files = new Map([
        ['one.bin', content],
        ['other.bin', content],
      ]);
      const { storedBytes } = await kit.backUp(repository, files, { workers: 2 });
      require(storedBytes < 1.2 * content.length, `${storedBytes} bytes were stored for ${content.length}`);
    },
  },
  {
    name: 'waits for a slow store with no more packs under way than there is memory for',
    isKnownInNode: true,
    async run(kit) {
      const store = new CountingStore();
      const repository = await newRepository(kit, store);
      await kit.backUp(repository, new Map([['large.bin', noise(5, 34 * mebibyte)]]), { workers: 1 });
      require((await packsOf(store)).length >= 3, 'too few packs');
      require(store.mostAtOnce <= 2, `${store.mostAtOnce} packs were under way`);
    },
  },
  {
    name: 'keeps the conversations of files, cut into segments',
    async run(kit) {
      const repository = await newRepository(kit);
      const { counts } = await kit.backUp(repository, new Map([['chat.txt', toyChats(1200)]]));
      require(counts.conversations === 1 && counts.messages === 1200, `counts ${JSON.stringify(counts)}`);
      const [conversation] = await (await repository.openSnapshot()).conversations();
      const messages = await repository.readMessages(conversation!, 498, 502);
      const expected = [498, 499, 500, 501].map(toyMessage);
      require(JSON.stringify(messages) === JSON.stringify(expected), `messages ${JSON.stringify(messages)}`);
      const { messages: verified, problems } = await kit.verify(repository);
      require(verified === 1200 && problems.length === 0, `${verified} messages verified`);
    },
  },
  {
    name: 'stops when it is asked to, and goes on from there',
    isKnownInNode: true,
    async run(kit) {
      const store = new MemoryObjectStore();
      const repository = await newRepository(kit, store);
      const files: Files = new Map([['large.bin', noise(6, 20 * mebibyte)]]);
      const stop = new AbortController();
      const onEvent = (event: EngineEvent): void => {
        if (event.type === 'progress' && event.storedBytes > 0) stop.abort();
      };
      const code = await codeOf(kit.backUp(repository, files, { workers: 1, signal: stop.signal, onEvent }));
      require(code === 'stopped', `it ended with ${code}`);
      require((await repository.head()) === undefined, 'a stopped backup became current');
      const report = await kit.backUp(repository, files, { workers: 1 });
      require(report.packsAdopted > 0, 'nothing was used again');
      require(report.storedBytes < 10 * mebibyte, `${report.storedBytes} bytes were stored again`);
      require((await kit.verify(repository)).problems.length === 0, 'it is not sound');
    },
  },
  {
    name: 'finds damage, says which file it costs, and refuses to restore it',
    async run(kit) {
      const store = new MemoryObjectStore();
      const repository = await newRepository(kit, store);
      await kit.backUp(repository, smallFiles);
      const [pack] = await packsOf(store);
      await replace(store, pack!, (bytes) => (bytes[headerBytes + 5 * sealedPieceBytes]! ^= 1));
      const { problems, files } = await kit.verify(repository);
      require(problems[0]?.code === 'damaged' && problems[0].path === pack, `problems: ${JSON.stringify(problems)}`);
      require(files === 1, `${files} files were found sound, and only the empty one is`);
      require((await codeOf(kit.restore(repository))) === 'damaged', 'it was restored');
      await store.delete(pack!);
      require((await kit.verify(repository)).problems[0]?.code === 'missing-object', 'a pack is missing unseen');
      require((await codeOf(kit.restore(repository))) === 'missing-object', 'it was restored without a pack');
    },
  },
  {
    name: 'salvages what is left of a damaged store',
    async run(kit) {
      const store = new MemoryObjectStore();
      const repository = await newRepository(kit, store);
      const large = noise(7, 900_000);
      const small = noise(8, 40_000);
      await kit.backUp(repository, new Map([['large.bin', large]]));
      const [damaged] = await packsOf(store);
      const files: Files = new Map([
        ['deep/small.bin', small],
        ['large.bin', large],
      ]);
      await kit.backUp(repository, files);
      await replace(store, damaged!, (bytes) => (bytes[headerBytes + 20 * sealedPieceBytes + 5]! ^= 4));
      const { report, files: saved } = await kit.salvage(repository);
      require(report.files === 1 && report.broken.length === 1, `report ${JSON.stringify(report)}`);
      require(report.lostBytes > 16_000 && report.lostBytes <= 16_384, `${report.lostBytes} bytes were lost`);
      require(isEqual(saved.get('deep/small.bin')!, small), 'the sound file has other bytes');
      const rest = saved.get('large.bin.salvaged');
      require(rest?.length === large.length && !saved.has('large.bin'), 'the broken file has not its own name');
      const lost = [...large.keys()].filter((at) => rest![at] !== large[at]);
      require(lost.every((at) => rest![at] === 0), 'what is lost is not zero');
      require(lost.length > 15_000 && lost.at(-1)! - lost[0]! < 16_384, 'something else was lost');
    },
  },
  {
    name: 'prunes nothing that a snapshot needs',
    async run(kit) {
      const repository = await newRepository(kit);
      await kit.backUp(repository, smallFiles);
      await kit.backUp(repository, fewFiles);
      const { isWritten } = await pruneRepository(repository, {
        policy: { last: 1, daily: 0, weekly: 0, monthly: 0, yearly: 0, timeZone: 'UTC' },
      });
      require(isWritten, 'nothing was marked');
      await requireSound(kit, repository, fewFiles);
    },
  },
];
