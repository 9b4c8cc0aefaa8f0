import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, test as property } from '@fast-check/vitest';
import { afterEach, describe, expect, it } from 'vitest';
import { fromUtf8, systemClock, toBase64Url, utf8 } from '@coffer/foundation';
import { SealerError, type KeySealer, type SealingContext } from '@coffer/key-vault';
import * as library from './index';
import { openKeyFileSealer, type KnownKeys } from './index';
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

const openIn = (folder: string, known?: KnownKeys): Promise<KeySealer> =>
  openKeyFileSealer({ folder, known, clock: systemClock });
const knownOf = (sealer: KeySealer): KnownKeys => ({ rootId: sealer.rootId, epochs: sealer.epochs() });
const row: SealingContext = { account: 'a', serial: 7, table: 'password_records', stateVersion: 1, facts: { n: 1 } };

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(library)).toEqual(['openKeyFileSealer']);
  });
});

describe('labels', () => {
  it('are those of docs/database.md', async () => {
    const documented = await readFile(join(import.meta.dirname, '../../../docs/database.md'), 'utf8');
    const found = [...documented.matchAll(/`(coffer\/v1\/sealer-[a-z-]+)`/g)].map(([, label]) => label);
    expect(found.sort()).toEqual(
      Object.values(sealerLabels)
        .map((label) => fromUtf8(label))
        .sort(),
    );
  });

  it('never repeat', () => {
    const texts = Object.values(sealerLabels).map((label) => toBase64Url(label));
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('openKeyFileSealer', () => {
  it('makes keys of mode 0600 for an empty database and finds them again', async () => {
    const folder = await newFolder();
    const made = await openIn(folder);
    const sealed = await made.seal(utf8('x'), row);
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    const again = await openIn(folder, knownOf(made));
    expect(await again.open(sealed, row)).toEqual(utf8('x'));
    expect(await again.mac(utf8('x'), row)).toEqual(await made.mac(utf8('x'), row));
  });

  it('gives all processes the same keys when they start together', async () => {
    const folder = await newFolder();
    const sealers = await Promise.all(Array.from({ length: 8 }, () => openIn(folder)));
    const sealed = await sealers[0]!.seal(utf8('x'), row);
    for (const sealer of sealers) expect(await sealer.open(sealed, row)).toEqual(utf8('x'));
  });

  it('refuses to start when a key is missing, and makes none (D16)', async () => {
    const folder = await newFolder();
    const known = knownOf(await openIn(folder));
    await rename(join(folder, 'epoch-000001.key.json'), join(folder, 'elsewhere'));
    await expect(openIn(folder, known)).rejects.toMatchObject({ code: 'key-missing' });
    await rm(folder, { recursive: true });
    await expect(openIn(folder, known)).rejects.toMatchObject({ code: 'key-missing' });
    await expect(stat(folder)).rejects.toThrow();
  });

  it('refuses to start when a key is another one (D16)', async () => {
    const [mine, other] = [await newFolder(), await newFolder()];
    const known = knownOf(await openIn(mine));
    const foreign = await openIn(other);
    await expect(openIn(other, known)).rejects.toMatchObject({ code: 'wrong-key' });
    await expect(openIn(other, { ...known, rootId: foreign.rootId })).rejects.toMatchObject({ code: 'wrong-key' });
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

describe('open', () => {
  it.each<[string, Partial<SealingContext>]>([
    ['moved to another account', { account: 'b' }],
    ['moved to another serial', { serial: 8 }],
    ['moved to another table', { table: 'registrations' }],
    ['set to another state', { stateVersion: 2 }],
    ['edited beside', { facts: { n: 2 } }],
  ])('refuses a row that was %s (B04)', async (_name, change) => {
    const sealer = await openIn(await newFolder());
    const sealed = await sealer.seal(utf8('secret'), row);
    await expect(sealer.open(sealed, { ...row, ...change })).rejects.toMatchObject({ code: 'does-not-open' });
    expect(await sealer.mac(utf8('m'), { ...row, ...change })).not.toEqual(await sealer.mac(utf8('m'), row));
  });

  it('names an epoch whose key is gone', async () => {
    const sealer = await openIn(await newFolder());
    const { bytes } = await sealer.seal(utf8('secret'), row);
    await expect(sealer.open({ epoch: 2, bytes }, row)).rejects.toMatchObject({ code: 'unknown-epoch' });
  });

  property.prop([fc.uint8Array({ maxLength: 400 }), fc.nat(), fc.integer({ min: 1, max: 255 })])(
    'inverts seal, and refuses any changed or missing byte',
    async (plaintext, where, flip) => {
      const sealer = await shared();
      const sealed = await sealer.seal(plaintext, row);
      expect(await sealer.open(sealed, row)).toEqual(plaintext);
      const changed = sealed.bytes.slice();
      changed[where % changed.length]! ^= flip;
      await expect(sealer.open({ ...sealed, bytes: changed }, row)).rejects.toThrow(SealerError);
      const cut = sealed.bytes.subarray(0, where % sealed.bytes.length);
      await expect(sealer.open({ ...sealed, bytes: cut }, row)).rejects.toThrow(SealerError);
    },
  );
});

let one: Promise<KeySealer> | undefined;
function shared(): Promise<KeySealer> {
  one ??= newFolder().then((folder) => openIn(folder));
  return one;
}
