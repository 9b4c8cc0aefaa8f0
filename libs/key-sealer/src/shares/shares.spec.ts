import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc } from '@fast-check/vitest';
import { split } from 'shamir-secret-sharing';
import { afterEach, describe, expect, it } from 'vitest';
import { randomBytes } from '@coffer/crypto';
import { systemClock, toHex, utf8 } from '@coffer/foundation';
import { knownOf, row } from '../../test/sealer-contract';
import { openKeyFileSealer, restoreRootFile, splitRootFile } from '../index';
import { rootIdOf } from '../key-file-root';
import { formatShare, parseShare } from './root-share';
import { combineShares, splitRoot } from './split-root';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-shares-'));
  folders.push(folder);
  return folder;
}

/** Every order of every choice of `length` out of `items`. */
function arrangements<T>(items: readonly T[], length: number): T[][] {
  if (length === 0) return [[]];
  return items.flatMap((item) =>
    arrangements(
      items.filter((other) => other !== item),
      length - 1,
    ).map((rest) => [item, ...rest]),
  );
}

const newSplit = async () => {
  const root = randomBytes(32);
  return { root, texts: await splitRoot(root, rootIdOf(root)) };
};

describe('splitRoot and combineShares', () => {
  it('gives the root out of all ten choices of three shares, in all orders, and out of four and five (D16)', async () => {
    const { root, texts } = await newSplit();
    const tried = [3, 4, 5].map((length) => arrangements(texts, length));
    expect(tried.map(({ length }) => length)).toEqual([60, 120, 120]);
    for (const chosen of tried.flat()) expect((await combineShares(chosen, rootIdOf)).root).toEqual(root);
  });

  it('gives nothing out of two shares, not even where they claim that two suffice', async () => {
    const { root, texts } = await newSplit();
    for (const pair of arrangements(texts, 2)) {
      await expect(combineShares(pair, rootIdOf)).rejects.toMatchObject({ code: 'shares-missing' });
      const lying = pair.map((text) => formatShare({ ...parseShare(text, 1), threshold: 2 }));
      await expect(combineShares(lying, rootIdOf)).rejects.toMatchObject({
        code: 'wrong-root',
        message: expect.stringContaining(toHex(rootIdOf(root))),
      });
    }
    await expect(combineShares([], rootIdOf)).rejects.toMatchObject({ code: 'shares-missing' });
  });

  it('names the share that is mistyped, by its checksum, whatever character it is', async () => {
    const { texts } = await newSplit();
    const code = texts[1]!.split('\n').slice(2).join('');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom(...Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')),
        async (where, character) => {
          const at = where % code.length;
          fc.pre(code[at] !== ' ' && code[at] !== character);
          const mistyped = code.slice(0, at) + character + code.slice(at + 1);
          await expect(combineShares([texts[0]!, mistyped, texts[2]!], rootIdOf)).rejects.toMatchObject({
            code: 'share-damaged',
            fields: { share: 2 },
          });
        },
      ),
    );
    for (const cut of ['', code.slice(0, -6), `${code} 00000`, 'no share at all!']) {
      expect(() => parseShare(cut, 3)).toThrow(
        expect.objectContaining({ code: 'share-damaged', fields: { share: 3 } }),
      );
    }
  });

  it('names the share that belongs to another split or another root, or was given twice', async () => {
    const { root, texts } = await newSplit();
    const again = await splitRoot(root, rootIdOf(root));
    const other = await newSplit();
    for (const [foreign, told] of [
      [again[2]!, /Share 3 of those given is of the set/],
      [other.texts[2]!, /Share 3 of those given is of the root key/],
    ] as const) {
      await expect(combineShares([texts[0]!, texts[1]!, foreign], rootIdOf)).rejects.toMatchObject({
        code: 'shares-mixed',
        message: expect.stringMatching(told),
      });
    }
    await expect(combineShares([texts[0]!, texts[1]!, texts[0]!], rootIdOf)).rejects.toMatchObject({
      code: 'share-repeated',
      fields: { share: 3 },
    });
  });

  it('refuses a forged share whose checksum holds, by the id of the root that comes out', async () => {
    const { texts } = await newSplit();
    const foreign = await split(randomBytes(32), 5, 3);
    const forged = formatShare({ ...parseShare(texts[2]!, 1), data: foreign[2]! });
    await expect(combineShares([texts[0]!, texts[1]!, forged], rootIdOf)).rejects.toMatchObject({ code: 'wrong-root' });
  });

  it('reads a share as people type it', async () => {
    const { texts } = await newSplit();
    const expected = parseShare(texts[4]!, 1);
    const code = texts[4]!.split('\n').slice(2).join(' ');
    for (const typed of [
      code.toLowerCase(),
      code.replaceAll(' ', '-'),
      code.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]) {
      expect(parseShare(typed, 1)).toEqual(expected);
    }
    expect(expected).toMatchObject({ threshold: 3, shares: 5, number: 5 });
  });
});

describe('splitRootFile and restoreRootFile', () => {
  it('make a vault’s root again so that what was sealed opens, and leave a root that is there', async () => {
    const folder = await newFolder();
    const sealer = await openKeyFileSealer({ folder, known: undefined, clock: systemClock });
    const sealed = await sealer.seal(utf8('x'), row);
    const { shares, rootId } = await splitRootFile(folder);
    expect(rootId).toEqual(sealer.rootId);
    const key = (JSON.parse(await readFile(join(folder, 'root.key.json'), 'utf8')) as { key: string }).key;
    expect(shares.join('')).not.toContain(key);
    const wanted = sealer.rootId;
    const restoring = { folder, shares: shares.slice(1, 4), wanted, clock: systemClock };
    expect(await restoreRootFile(restoring)).toEqual({ rootId, isNew: false });
    await rm(join(folder, 'root.key.json'));
    expect(await restoreRootFile(restoring)).toEqual({ rootId, isNew: true });
    expect((await stat(join(folder, 'root.key.json'))).mode & 0o777).toBe(0o600);
    const again = await openKeyFileSealer({ folder, known: knownOf(sealer), clock: systemClock });
    expect(await again.open(sealed, row)).toEqual(utf8('x'));
  });

  it('write nothing where the database wants another root, or another one is there', async () => {
    const [mine, other] = [await newFolder(), await newFolder()];
    await openKeyFileSealer({ folder: mine, known: undefined, clock: systemClock });
    const { rootId } = await openKeyFileSealer({ folder: other, known: undefined, clock: systemClock });
    const { shares } = await splitRootFile(mine);
    const there = await readFile(join(other, 'root.key.json'), 'utf8');
    const restoring = { folder: other, shares, clock: systemClock };
    await expect(restoreRootFile({ ...restoring, wanted: undefined })).rejects.toMatchObject({ code: 'wrong-key' });
    expect(await readFile(join(other, 'root.key.json'), 'utf8')).toBe(there);
    await rm(join(other, 'root.key.json'));
    await expect(restoreRootFile({ ...restoring, wanted: rootId })).rejects.toMatchObject({ code: 'wrong-root' });
    await expect(stat(join(other, 'root.key.json'))).rejects.toThrow();
  });

  it('split nothing where there is no root, or others can read it', async () => {
    const folder = await newFolder();
    await expect(splitRootFile(folder)).rejects.toMatchObject({ code: 'key-missing' });
    await writeFile(join(folder, 'root.key.json'), '{}');
    await chmod(join(folder, 'root.key.json'), 0o644);
    await expect(splitRootFile(folder)).rejects.toMatchObject({ code: 'key-exposed' });
  });
});
