import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fromUtf8, systemClock, toBase64Url, utf8 } from '@coffer/foundation';
import type { KnownKeys, SealingKeys } from '@coffer/key-vault';
import { startKeyFileGround } from '../test/key-file-ground';
import { knownOf, row, sealerContract } from '../test/sealer-contract';
import * as library from './index';
import { openKeyFileSealer } from './index';
import { sealerLabels } from './labels';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-keys-'));
  folders.push(folder);
  return join(folder, 'sealing');
}

const openIn = (folder: string, known?: KnownKeys): Promise<SealingKeys> =>
  openKeyFileSealer({ folder, known, clock: systemClock });

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'EpochFollower',
      'ShareError',
      'checkSealerVariables',
      'openKeyFileSealer',
      'openPkcs11Sealer',
      'openSealer',
      'restoreRootFile',
      'rootSplit',
      'sealerChoice',
      'sealerVariables',
      'splitRootFile',
      'usualFollowTimes',
    ]);
  });
});

describe('labels', () => {
  it('are those of docs/database.md', async () => {
    const documented = await readFile(join(import.meta.dirname, '../../../docs/database.md'), 'utf8');
    const found = [...documented.matchAll(/`(coffer\/v1\/sealer-[a-z-]+)`/g)].map(([, label]) => label);
    expect([...new Set(found)].sort()).toEqual(
      Object.values(sealerLabels)
        .map((label) => fromUtf8(label))
        .sort(),
    );
  });

  it('never repeat', () => {
    const texts = Object.values(sealerLabels).map((label) => toBase64Url(label));
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('never begin one another', () => {
    const texts = Object.values(sealerLabels).map((label) => fromUtf8(label));
    for (const one of texts) expect(texts.filter((other) => other.startsWith(one))).toEqual([one]);
  });
});

describe('openKeyFileSealer', () => {
  it('makes keys of mode 0600', async () => {
    const folder = await newFolder();
    await openIn(folder);
    expect((await readdir(folder)).sort()).toEqual(['epoch-000001.key.json', 'root.key.json']);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('gives all processes the same keys when they start together', async () => {
    const folder = await newFolder();
    const sealers = await Promise.all(Array.from({ length: 8 }, () => openIn(folder)));
    const sealed = await sealers[0]!.seal(utf8('x'), row);
    for (const sealer of sealers) expect(await sealer.open(sealed, row)).toEqual(utf8('x'));
  });

  it('makes no folder where a key is missing', async () => {
    const folder = await newFolder();
    const known = knownOf(await openIn(folder));
    await rm(folder, { recursive: true });
    await expect(openIn(folder, known)).rejects.toMatchObject({ code: 'key-missing' });
    await expect(stat(folder)).rejects.toThrow();
  });

  it('refuses a root that the epochs beside it were not wrapped by, and a file that is none (D16)', async () => {
    const [mine, other] = [await newFolder(), await newFolder()];
    const known = knownOf(await openIn(mine));
    await openIn(other);
    await writeFile(join(mine, 'root.key.json'), await readFile(join(other, 'root.key.json')));
    await expect(openIn(mine)).rejects.toMatchObject({ code: 'wrong-key' });
    await writeFile(join(mine, 'root.key.json'), 'no json');
    await expect(openIn(mine, known)).rejects.toMatchObject({ code: 'wrong-key' });
  });

  it.skipIf(process.platform === 'win32')('refuses to start when others can read a key', async () => {
    const folder = await newFolder();
    const known = knownOf(await openIn(folder));
    await chmod(join(folder, 'root.key.json'), 0o640);
    await expect(openIn(folder, known)).rejects.toMatchObject({ code: 'key-exposed' });
  });
});

describe('a key-file sealer', () => {
  sealerContract('key-file', startKeyFileGround);
});

describe('follow', () => {
  it('leaves a key that somebody is opening with as it is, where another process has made the next one', async () => {
    const folder = await newFolder();
    const sealer = await openIn(folder);
    const other = await openIn(folder, knownOf(sealer));
    const sealed = await sealer.seal(utf8('secret'), row);
    const second = await other.createEpoch(2);
    const { rootId, epochs } = knownOf(sealer);
    let opening: Promise<Uint8Array> | undefined;
    // Read while the keys of the folder take the place of those that were held: the moment in which a held one could be wiped.
    const both: KnownKeys = {
      rootId,
      get epochs() {
        if (sealer.epochs().length === 1) opening = sealer.open(sealed, row);
        return [...epochs, second];
      },
    };
    await sealer.follow(both, performance.now());
    expect(await opening).toEqual(utf8('secret'));
    expect(sealer.epochs().map(({ epoch }) => epoch)).toEqual([1, 2]);
  });
});
