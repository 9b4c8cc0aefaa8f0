import { existsSync, readdirSync } from 'node:fs';
import { describeWithTestData, seed } from '@coffer/test-kit';
import { describe, expect, it } from 'vitest';

import {
  consistencyProof,
  decodeEntryBundle,
  encodeEntryBundle,
  EvidenceError,
  formatTileSpan,
  hashLeaf,
  inclusionProof,
  MemoryHashes,
  nodesOfTile,
  openCheckpoint,
  parseTileSpan,
  parseVerifierKey,
  TileHashes,
  tileWidth,
  tileWidthAt,
  TreeBuilder,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  type TileReference,
} from '../index';

const malformed = expect.objectContaining({ code: 'tree-invalid', reason: 'malformed' }) as unknown;

/** A tree of numbered leaves with every hash that it stores. */
function grown(size: number): { readonly hashes: MemoryHashes; readonly root: Uint8Array } {
  const hashes = new MemoryHashes();
  const tree = TreeBuilder.empty();
  for (let index = 0; index < size; index++) hashes.store(tree.append(hashLeaf(seed(`leaf ${index}`))));
  return { hashes, root: tree.root() };
}

async function bytesOf(hashes: MemoryHashes, tile: TileReference): Promise<Uint8Array> {
  return new Uint8Array(Buffer.concat(await hashes.read(nodesOfTile(tile))));
}

describe('formatTileSpan', () => {
  it.each([
    [0, 256, '000'],
    [5, 1, '005.p/1'],
    [999, 256, '999'],
    [1000, 256, 'x001/000'],
    [1_234_067, 256, 'x001/x234/067'],
    [1_234_067, 255, 'x001/x234/067.p/255'],
    [Number.MAX_SAFE_INTEGER, 256, 'x009/x007/x199/x254/x740/991'],
  ])('gives index %d of width %d its one path, which reads back', (index, width, path) => {
    expect(formatTileSpan({ index, width })).toBe(path);
    expect(parseTileSpan(path)).toEqual({ index, width });
  });

  it.each([
    [-1, 256],
    [0.5, 256],
    [2 ** 53, 256],
    [0, 0],
    [0, 257],
  ])('refuses index %d of width %d', (index, width) => {
    expect(() => formatTileSpan({ index, width })).toThrow(malformed);
  });
});

describe('parseTileSpan', () => {
  it.each([
    '',
    '0',
    '00',
    '0000',
    '000/',
    '/000',
    'x000/000',
    'x000/001',
    'x001/x234/67',
    '001/234',
    'x001/x234',
    '000.p',
    '000.p/0',
    '000.p/01',
    '000.p/256',
    '000.p/1000',
    '000.p/1/2',
    '000.p/-1',
    '+00',
    'x999/x999/x999/x999/x999/999',
    'x001/x001/x001/x001/x001/x001/001',
    '٠٠٠',
    '000\n',
  ])('refuses %j', (path) => {
    expect(() => parseTileSpan(path)).toThrow(malformed);
  });
});

describe('tileWidthAt', () => {
  it('is what the specification computes for a tree of 70,000 leaves and one of 256', () => {
    expect([tileWidthAt(70_000, 0, 272), tileWidthAt(70_000, 0, 273), tileWidthAt(70_000, 0, 274)]).toEqual([
      256, 112, 0,
    ]);
    expect([tileWidthAt(70_000, 1, 0), tileWidthAt(70_000, 1, 1)]).toEqual([256, 17]);
    expect([tileWidthAt(70_000, 2, 0), tileWidthAt(70_000, 3, 0)]).toEqual([1, 0]);
    expect([tileWidthAt(256, 0, 0), tileWidthAt(256, 1, 0)]).toEqual([256, 1]);
  });
});

describe('TileHashes', () => {
  it('proves inclusion and consistency over three levels of tiles, and asks for each tile once', async () => {
    const { hashes, root } = grown(70_000);
    const asked: string[] = [];
    const tiles = new TileHashes(70_000, (tile) => {
      asked.push(`${tile.level}/${formatTileSpan(tile)}`);
      return bytesOf(hashes, tile);
    });
    expect(await treeRoot(tiles, 70_000)).toEqual(root);
    for (const leafIndex of [0, 255, 256, 65_535, 65_536, 69_888, 69_999]) {
      const proof = await inclusionProof(tiles, leafIndex, 70_000);
      expect(proof).toEqual(await inclusionProof(hashes, leafIndex, 70_000));
      verifyInclusion({ leafIndex, treeSize: 70_000, leafHash: hashLeaf(seed(`leaf ${leafIndex}`)), root, proof });
    }
    for (const from of [1, 255, 256, 257, 65_536, 65_537, 69_999]) {
      const proof = await consistencyProof(tiles, from, 70_000);
      expect(proof).toEqual(await consistencyProof(hashes, from, 70_000));
      const fromRoot = await treeRoot(hashes, from);
      verifyConsistency({ fromSize: from, toSize: 70_000, fromRoot, toRoot: root, proof });
    }
    expect(asked).toContain('0/273.p/112');
    expect(asked).toContain('2/000.p/1');
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThan(16);
  });

  it('takes the full tile where a log has dropped the partial one, and else says what the first try said', async () => {
    const { hashes } = grown(300);
    const dropped = async (tile: TileReference): Promise<Uint8Array> => {
      if (tile.width < tileWidth && tile.level === 0) throw new Error('gone');
      return bytesOf(hashes, tile);
    };
    expect(await treeRoot(new TileHashes(200, dropped), 200)).toEqual(await treeRoot(hashes, 200));
    const none = new TileHashes(200, ({ width }) => Promise.reject(new Error(`no ${width}`)));
    await expect(treeRoot(none, 200)).rejects.toThrow('no 200');
  });

  it('refuses a tile of another width, and a node beyond the tree', async () => {
    const short = new TileHashes(200, async () => new Uint8Array(199 * 32));
    await expect(treeRoot(short, 200)).rejects.toEqual(malformed);
    const { hashes } = grown(10);
    const tiles = new TileHashes(10, (tile) => bytesOf(hashes, tile));
    await expect(tiles.read([{ level: 3, index: 1 }])).rejects.toEqual(malformed);
    await expect(tiles.read([{ level: 0, index: 10 }])).rejects.toEqual(malformed);
  });

  it('fetches at most eight tiles at a time', async () => {
    const { hashes } = grown(20 * 256);
    let [running, most] = [0, 0];
    const tiles = new TileHashes(20 * 256, async (tile) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return bytesOf(hashes, tile);
    });
    await tiles.read(Array.from({ length: 20 }, (_, index) => ({ level: 0, index: index * 256 })));
    expect(most).toBe(8);
  });
});

describe('decodeEntryBundle', () => {
  const entries = [seed('one'), new Uint8Array(0), seed('three', 300)];

  it('inverts encodeEntryBundle', () => {
    expect(decodeEntryBundle(encodeEntryBundle(entries), 3)).toEqual(entries);
  });

  it('refuses a bundle that is cut, continued, or of another width', () => {
    const bundle = encodeEntryBundle(entries);
    for (let length = 0; length < bundle.length; length++) {
      expect(() => decodeEntryBundle(bundle.slice(0, length), 3)).toThrow(EvidenceError);
    }
    expect(() => decodeEntryBundle(new Uint8Array([...bundle, 0]), 3)).toThrow(EvidenceError);
    for (const width of [2, 4]) expect(() => decodeEntryBundle(bundle, width)).toThrow(EvidenceError);
    expect(() => encodeEntryBundle([])).toThrow(EvidenceError);
    expect(() => encodeEntryBundle([new Uint8Array(65_536)])).toThrow(EvidenceError);
    expect(() => encodeEntryBundle(Array.from({ length: 257 }, () => seed('x')))).toThrow(EvidenceError);
  });
});

describeWithTestData('TileHashes on the tlog-tiles log of transparency-dev/tessera', (data) => {
  const log = 'vectors/tlog-tiles-tessera/log';
  const key = parseVerifierKey('example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx');
  const fetch = async (tile: TileReference): Promise<Uint8Array> =>
    data.bytes(log, `tile/${tile.level}/${formatTileSpan(tile)}`);

  it('gives the root of every checkpoint from its own partial tiles, and proves every entry of its bundles', async () => {
    const names = readdirSync(data.path(log)).filter((name) => /^checkpoint\.\d+$/.test(name));
    let [roots, inclusions] = [0, 0];
    for (const name of names) {
      const { size, root } = openCheckpoint(Buffer.from(data.bytes(log, name)).toString(), key);
      const tiles = new TileHashes(size, fetch);
      expect(await treeRoot(tiles, size)).toEqual(root);
      roots++;
      if (size === 0) continue;
      const span = formatTileSpan({ index: 0, width: size });
      expect(existsSync(data.path(log, `tile/entries/${span}`))).toBe(true);
      for (const [leafIndex, entry] of decodeEntryBundle(data.bytes(log, `tile/entries/${span}`), size).entries()) {
        const proof = await inclusionProof(tiles, leafIndex, size);
        verifyInclusion({ leafIndex, treeSize: size, leafHash: hashLeaf(entry), root, proof });
        inclusions++;
      }
    }
    expect([roots, inclusions]).toEqual([16, 120]);
  });
});
