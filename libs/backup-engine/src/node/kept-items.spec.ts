import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { workerInThisThread as startWorker } from '../../test/same-thread';
import { Repository } from '../repository';
import { backUp } from './back-up';
import { nodePlatform } from './platform';
import { restoreSnapshot } from '../node/restore';

let root: string;
let repository: Repository;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-kept-'));
  repository = await Repository.create({
    store: new MemoryObjectStore(),
    backupKey: generateBackupKey(),
    platform: nodePlatform,
  });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, bytes: Uint8Array | string): string {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), bytes);
  return join(root, path.split('/')[0]!);
}

async function itemsOfNewest(): Promise<readonly string[]> {
  const snapshot = await repository.openSnapshot();
  return (await snapshot.items()).flatMap((item) => (item.kind === 'file' ? [item.path] : []));
}

describe('backUp with keeps', () => {
  it('adds to the current snapshot, whose sources need not be there any more', async () => {
    const phone = write('phone/db', seed('phone', 300_000));
    await backUp(repository, [phone], { startWorker });
    rmSync(phone, { recursive: true });
    const taken = write('taken/disk/old', seed('old', 200_000));
    const report = await backUp(repository, [taken], { startWorker, keeps: () => true });
    expect(report.counts).toMatchObject({ files: 2, folders: 3 });
    const snapshot = await repository.openSnapshot();
    expect(snapshot.summary.sources.map(({ name }) => name).sort()).toEqual(['phone', 'taken']);
    await restoreSnapshot(repository, snapshot, join(root, 'out'), { startWorker });
    expect(readFileSync(join(root, 'out/phone/db')).equals(seed('phone', 300_000))).toBe(true);
    expect(readFileSync(join(root, 'out/taken/disk/old')).equals(seed('old', 200_000))).toBe(true);
  });

  it('keeps only what it says true to, and what is scanned anew takes the place of the old', async () => {
    await backUp(repository, [write('taken/a', 'one'), write('phone/db', 'phone')], { startWorker });
    rmSync(join(root, 'taken'), { recursive: true });
    write('taken/b', 'two');
    await backUp(repository, [join(root, 'taken')], { startWorker, keeps: (source) => source === 'taken' });
    expect(await itemsOfNewest()).toEqual(['taken/a', 'taken/b']);
    write('taken/a', 'another');
    await backUp(repository, [join(root, 'taken')], { startWorker, keeps: () => true });
    await restoreSnapshot(repository, await repository.openSnapshot(), join(root, 'out'), { startWorker });
    expect(readFileSync(join(root, 'out/taken/a'), 'utf8')).toBe('another');
  });

  it('keeps what another device stored while it ran', async () => {
    await backUp(repository, [write('phone/db', 'phone, old')], { startWorker });
    const taken = write('taken/a', 'taken in');
    await backUp(repository, [taken], { startWorker, keeps: () => true });
    const { headKeeper } = repository.access;
    const replace = headKeeper.replace.bind(headKeeper);
    // Another device finishes a backup right before the swap.
    headKeeper.replace = async (next, previous) => {
      headKeeper.replace = replace;
      await backUp(repository, [write('phone/db', 'phone, new'), taken], { startWorker });
      return replace(next, previous);
    };
    await backUp(repository, [write('more/b', 'more')], { startWorker, keeps: () => true });
    await restoreSnapshot(repository, await repository.openSnapshot(), join(root, 'out'), { startWorker });
    expect(readFileSync(join(root, 'out/phone/db'), 'utf8')).toBe('phone, new');
    expect(await itemsOfNewest()).toEqual(['more/b', 'phone/db', 'taken/a']);
  });

  it('is a first backup where there is none yet', async () => {
    await backUp(repository, [write('phone/db', 'phone')], { startWorker, keeps: () => true });
    expect(await itemsOfNewest()).toEqual(['phone/db']);
  });
});
