import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SectionDigest } from '@coffer/backup-format';
import { generateBackupKey } from '@coffer/device-crypto';
import { systemClock, utf8 } from '@coffer/foundation';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../../test/same-thread';
import type { EngineEvent } from '../events';
import { Repository } from '../repository';
import { backUp } from './back-up';
import type { BackupReport } from '../backup/backup-options';
import { FileCacheInFile } from './file-cache';
import { nodePlatform } from './platform';
import { restoreSnapshot } from './restore';

let root: string;
let source: string;
let cachePath: string;
let repository: Repository;
/** What the source holds now; every restore must give exactly this. */
let contents: Map<string, Uint8Array>;

const newRepository = (store = new MemoryObjectStore()): Promise<Repository> =>
  Repository.create({ store, backupKey: generateBackupKey(), platform: nodePlatform });

/** A file as it was for a while: one just written is not trusted to be settled. */
function write(name: string, bytes: Uint8Array, mtimeSeconds = 1_700_000_000): void {
  writeFileSync(join(source, name), bytes);
  utimesSync(join(source, name), mtimeSeconds, mtimeSeconds);
  contents.set(name, bytes);
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-cache-'));
  source = join(root, 'source');
  cachePath = join(root, 'cache/files');
  mkdirSync(source);
  contents = new Map();
  repository = await newRepository();
  for (const name of ['a', 'b', 'c']) write(name, seed(name, 100_000));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Backs up with the cache, and holds a restore of it against the source. */
async function backUpSoundly(to = repository): Promise<Pick<BackupReport, 'filesRead' | 'filesUnchanged'>> {
  const cache = new FileCacheInFile(cachePath);
  const { filesRead, filesUnchanged } = await backUp(to, [source], { startWorker, workers: 1, cache });
  const out = mkdtempSync(join(root, 'out-'));
  await restoreSnapshot(to, await to.openSnapshot(), out, { startWorker, workers: 1 });
  expect(readdirSync(join(out, 'source')).sort()).toEqual([...contents.keys()].sort());
  for (const [name, bytes] of contents) {
    expect(readFileSync(join(out, 'source', name)).equals(bytes), name).toBe(true);
  }
  return { filesRead, filesUnchanged };
}

const all = { filesRead: 3, filesUnchanged: 0 };
const none = { filesRead: 0, filesUnchanged: 3 };

describe('a backup with a cache of files', () => {
  it('reads what is new or changed and nothing else', async () => {
    expect(await backUpSoundly()).toEqual(all);
    expect(await backUpSoundly()).toEqual(none);
    write('b', seed('another b', 100_001));
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 2 });
    // The same size and another time.
    write('b', seed('a third b', 100_001), 1_700_000_001);
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 2 });
    // The same size and time, and another file.
    write('new', seed('a fourth b', 100_001), 1_700_000_001);
    renameSync(join(source, 'new'), join(source, 'b'));
    contents.set('b', contents.get('new')!);
    contents.delete('new');
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 2 });
  });

  it('takes over conversations as they are stored, and those of a file that changed anew', async () => {
    const chat = (last: string): Uint8Array => utf8(`12/30/23, 10:00 - Anna: one\n12/30/23, 10:01 - Ben: ${last}\n`);
    const conversations = async (): Promise<SectionDigest> => (await repository.openSnapshot()).summary.conversations;
    const wholeList = async (): Promise<readonly string[]> => {
      const read = await (await repository.openSnapshot()).conversations();
      return read.map(({ source, messages, segments }) => `${source} ${messages} ${segments.length}`);
    };
    write('WhatsApp Chat with Anna.txt', chat('two'));
    write('WhatsApp Chat with Carl.txt', chat('three'));
    await backUpSoundly();
    const before = await conversations();
    const both = ['source/WhatsApp Chat with Anna.txt 2 1', 'source/WhatsApp Chat with Carl.txt 2 1'];
    expect(await wholeList()).toEqual(both);
    expect(await backUpSoundly()).toEqual({ filesRead: 0, filesUnchanged: 5 });
    expect(await conversations()).toEqual(before);
    write('WhatsApp Chat with Carl.txt', chat('another'));
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 4 });
    expect(await wholeList()).toEqual(both);
    expect(await conversations()).not.toEqual(before);
  });

  it('reads a file again that was written while the backup before ran', async () => {
    write('a', seed('fresh', 100_000), systemClock.nowMs() / 1000);
    await backUpSoundly();
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 2 });
  });

  it('reads all files when it is lost, damaged, or of another version or snapshot', async () => {
    await backUpSoundly();
    const damages: readonly ((text: string) => string | undefined)[] = [
      () => undefined,
      () => '',
      () => '\0\0\0',
      () => '{"v":1}\n[]\n',
      (text) => text.replace('"v":1', '"v":2'),
      // Cut in the middle of a line.
      (text) => text.slice(0, -20),
      // A snapshot that is not there, and something that is none.
      (text) => text.replace(/"[0-9a-f]{32}"/, `"${'0'.repeat(32)}"`),
      (text) => text.replace(/"[0-9a-f]{32}"/, '"../x"'),
      (text) => `${text}null\n`,
    ];
    for (const damage of damages) {
      const damaged = damage(readFileSync(cachePath, 'utf8'));
      if (damaged === undefined) rmSync(cachePath);
      else writeFileSync(cachePath, damaged);
      expect(await backUpSoundly(), String(damage)).toEqual(all);
    }
    expect(await backUpSoundly()).toEqual(none);
  });

  it('reads the files whose lines are lost or damaged', async () => {
    await backUpSoundly();
    const [head, ...lines] = readFileSync(cachePath, 'utf8').trimEnd().split('\n');
    const [first, second, third] = lines.map((line) => JSON.parse(line) as unknown[]);
    const damaged = [[...first!.slice(0, 2), '100000', ...first!.slice(3)], [...second!.slice(0, 3), null, 7], third];
    writeFileSync(cachePath, [head, ...damaged.map((line) => JSON.stringify(line))].join('\n'));
    expect(await backUpSoundly()).toEqual({ filesRead: 2, filesUnchanged: 1 });
    writeFileSync(cachePath, [head, JSON.stringify(third)].join('\n'));
    expect(await backUpSoundly()).toEqual({ filesRead: 2, filesUnchanged: 1 });
  });

  it('reads all files when it belongs to another repository', async () => {
    await backUpSoundly();
    write('a', seed('what the other one has', 100_000));
    const other = await newRepository();
    expect(await backUpSoundly(other)).toEqual(all);
    expect(await backUpSoundly(other)).toEqual(none);
    // Back again: its snapshot is none of the first repository.
    expect(await backUpSoundly()).toEqual(all);
  });

  it('reads all files when their packs are gone from the store', async () => {
    const store = new MemoryObjectStore();
    const losing = await newRepository(store);
    await backUpSoundly(losing);
    for await (const { key } of store.list('packs/')) await store.delete(key);
    expect(await backUpSoundly(losing)).toEqual(all);
  });

  it('takes the content of the snapshot that the cache names, not of a newer one with the same paths', async () => {
    await backUpSoundly();
    const old = readFileSync(cachePath);
    write('a', seed('a newer a', 100_000), 1_700_000_002);
    await backUpSoundly();
    // A device that comes back from an image: its cache is old, and the file looks as it does now.
    writeFileSync(cachePath, old);
    expect(await backUpSoundly()).toEqual({ filesRead: 1, filesUnchanged: 2 });
  });
});

describe('FileCacheInFile', () => {
  describe('save', () => {
    it('does not unmake a backup when it fails, and says so', async () => {
      writeFileSync(join(root, 'cache'), 'a file where the folder should be');
      const warnings: EngineEvent[] = [];
      const report = await backUp(repository, [source], {
        ...{ startWorker, workers: 1, cache: new FileCacheInFile(cachePath) },
        onEvent: (event) => event.type === 'warning' && warnings.push(event),
      });
      expect(warnings).toMatchObject([{ code: 'cache-not-saved' }]);
      expect((await repository.openSnapshot()).idHex).toBe(report.snapshotIdHex);
    });

    it('gives back what was saved, and can be read by its owner alone', async () => {
      const cache = new FileCacheInFile(cachePath);
      const cached = {
        itemPath: 'source/"a\n',
        sizeBytes: 5,
        mtimeNs: '1700000000000000001',
        inode: '9007199254740993',
      };
      const files = new Map([['/source/"a\n', cached]]);
      await cache.save({ snapshotIdHex: 'ab'.repeat(16), files });
      await cache.save({ snapshotIdHex: 'cd'.repeat(16), files });
      expect(await new FileCacheInFile(cachePath).load()).toEqual({ snapshotIdHex: 'cd'.repeat(16), files });
      expect(statSync(cachePath).mode & 0o777).toBe(0o600);
      expect(readdirSync(join(root, 'cache'))).toEqual(['files']);
    });
  });
});
