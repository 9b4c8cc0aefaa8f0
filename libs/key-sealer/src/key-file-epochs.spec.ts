import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomBytes } from '@coffer/crypto';
import { systemClock } from '@coffer/foundation';
import { createEpochFile, destroyEpochFile, readEpochFiles } from './key-file-epochs';

let folder: string;
const wrap = randomBytes(32);
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-epochs-'));
  await createEpochFile(folder, 1, wrap, systemClock);
  await createEpochFile(folder, 2, wrap, systemClock);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('createEpochFile', () => {
  it('leaves a key that is there', async () => {
    const before = await readFile(join(folder, 'epoch-000001.key.json'));
    await createEpochFile(folder, 1, wrap, systemClock);
    expect(await readFile(join(folder, 'epoch-000001.key.json'))).toEqual(before);
  });
});

describe('destroyEpochFile', () => {
  it('removes the file of that epoch alone, and does nothing the second time', async () => {
    for (const _again of [1, 2]) {
      await destroyEpochFile(folder, 1);
      expect(await readdir(folder)).toEqual(['epoch-000002.key.json']);
    }
    expect((await readEpochFiles(folder, wrap)).map(({ epoch }) => epoch)).toEqual([2]);
  });

  it.each([
    ['after its renaming', (text: string) => text],
    ['in the midst of the overwriting', (text: string) => `\u0000${text.slice(1)}`],
  ])(
    'finishes what was left half done by a process that died %s, and nobody takes that for a key',
    async (_at, harm) => {
      const path = join(folder, 'epoch-000001.key.json');
      await rename(path, `${path}.ending`);
      await writeFile(`${path}.ending`, harm(await readFile(`${path}.ending`, 'utf8')));
      expect((await readEpochFiles(folder, wrap)).map(({ epoch }) => epoch)).toEqual([2]);
      await destroyEpochFile(folder, 1);
      expect(await readdir(folder)).toEqual(['epoch-000002.key.json']);
    },
  );

  it('does nothing where there is no folder', async () => {
    await rm(folder, { recursive: true });
    await destroyEpochFile(folder, 1);
  });
});
