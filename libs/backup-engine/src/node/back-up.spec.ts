import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateBackupKey } from '@coffer/device-crypto';
import { MemoryObjectStore } from '@coffer/object-store';
import { seed } from '@coffer/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { Repository } from '../repository';
import { buildEntries } from '../../test/build-entries';
import { backUp } from './back-up';
import { nodePlatform } from './platform';
import { restoreSnapshot } from './restore';
import { verifyWithWorkers } from './verify-with-workers';
import { workerFromFile, type StartWorker } from './worker-pool';

let startWorker: StartWorker;
beforeAll(async () => {
  startWorker = workerFromFile((await buildEntries('worker-entry'))['worker-entry']);
});

describe('backUp', () => {
  it('gives back the same bytes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-'));
    const source = join(folder, 'source');
    mkdirSync(join(source, 'a/b'), { recursive: true });
    writeFileSync(join(source, 'a/b/large'), seed('large', 5_000_001));
    writeFileSync(join(source, 'a/empty'), '');
    writeFileSync(join(source, 'small'), 'hello');
    const repository = await Repository.create({
      store: new MemoryObjectStore(),
      backupKey: generateBackupKey(),
      platform: nodePlatform,
    });
    const report = await backUp(repository, [source], { startWorker });
    expect(report.counts).toEqual({ files: 3, folders: 3, links: 0, conversations: 0, messages: 0 });
    const snapshot = await repository.openSnapshot();
    await restoreSnapshot(repository, snapshot, join(folder, 'out'), { startWorker });
    expect(readFileSync(join(folder, 'out/source/a/b/large')).equals(readFileSync(join(source, 'a/b/large')))).toBe(
      true,
    );
    expect((await verifyWithWorkers(repository, snapshot, { startWorker })).problems).toEqual([]);
  });
});
