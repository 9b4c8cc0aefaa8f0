import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';
import { describeWithTestData } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TlogReader, treeHash, type FetchResource, type SignedHead } from './tlog-reader';
import { startBench, type VaultBench } from './vault-bench';

const tesseraKey = 'example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx';

describeWithTestData('the independent reader', (data) => {
  it('reads the tlog-tiles log of transparency-dev/tessera under each of its checkpoints', async () => {
    const reader = new TlogReader(async (path) => data.bytes('vectors/tlog-tiles-tessera/log', path), tesseraKey);
    let read = 0;
    for (let size = 0; size <= 15; size++) {
      const head = await reader.head(`checkpoint.${size}`);
      expect([head.origin, head.size]).toEqual(['example.com/log/testdata', size]);
      expect(treeHash(await reader.leaves(size))).toEqual(head.root);
      read++;
    }
    expect(read).toBe(16);
  });

  it.each(['checkpoint.15', 'tile/0/000.p/15', 'tile/entries/000.p/15'])(
    'refuses that log with one bit of %s changed',
    async (changed) => {
      const fetchChanged: FetchResource = async (path) => {
        const bytes = data.bytes('vectors/tlog-tiles-tessera/log', path);
        if (path === changed) bytes[40]! ^= 1;
        return bytes;
      };
      const reader = new TlogReader(fetchChanged, tesseraKey);
      const read = async (): Promise<void> => {
        const head = await reader.head('checkpoint.15');
        if (!treeHash(await reader.leaves(15)).equals(head.root)) throw new Error('another root');
      };
      await expect(read()).rejects.toThrow();
    },
  );
});

describe('the ledger as tiles', () => {
  let bench: VaultBench;
  let reader: TlogReader;
  const answers = new Map<string, Response>();
  beforeAll(async () => {
    bench = await startBench(2, { COFFER_GUESS_DELAYS: '0' });
    const file = await readFile(join(bench.home, 'deployment.json'), 'utf8');
    const fetchResource: FetchResource = async (path) => {
      // every other resource from the other process: one tree, whoever is asked
      const api = bench.apis[answers.size % 2]!;
      const answer = await fetch(`${api.url}/v1/ledger/${path}`);
      answers.set(path, answer);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    };
    reader = new TlogReader(fetchResource, (JSON.parse(file) as Deployment).ledgerKey);
  }, 180_000);
  afterAll(() => bench.stop());

  /** Opens so many accounts; each is one event. */
  async function openAccounts(count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += 20) {
      const devices = Array.from({ length: Math.min(20, count - opened) }, () => bench.device(undefined, newUuid()));
      await Promise.all(devices.map((device) => device.account()));
    }
  }

  async function headOf(size: number): Promise<SignedHead> {
    await expect.poll(async () => (await reader.head()).size, { timeout: 30_000 }).toBeGreaterThanOrEqual(size);
    return reader.head();
  }

  it('is read and verified by code that shares nothing with it: partial tiles, a full one, entries, a second level', async () => {
    await openAccounts(3);
    const early = await headOf(3);
    const before = await reader.leaves(early.size);
    expect(treeHash(before)).toEqual(early.root);
    await openAccounts(267);
    const late = await headOf(270);
    const leaves = await reader.leaves(late.size);
    expect(treeHash(leaves)).toEqual(late.root);
    expect(leaves.slice(0, early.size)).toEqual(before);
    expect(late.origin).toMatch(/^coffer\.ledger\/[A-Za-z0-9_-]{22}$/);
    expect([...answers.keys()]).toEqual(
      expect.arrayContaining([
        'tile/0/000.p/3',
        'tile/0/000',
        'tile/entries/000',
        `tile/0/001.p/${late.size - 256}`,
        'tile/1/000.p/1',
      ]),
    );
  });

  it('holds the account’s own event as an entry, which is the hash of salt and event', async () => {
    const device = bench.device(undefined, newUuid());
    await device.account();
    await headOf(271);
    const { events } = (
      await device.call<{ events: { event: string; salt: string; leafIndex: number }[] }>('GET', '/v1/ledger/events')
    ).body;
    const [{ event, salt, leafIndex }] = events as [(typeof events)[0]];
    const leaves = await reader.leaves(leafIndex + 1);
    const entry = createHash('sha256')
      .update(Buffer.from(salt, 'base64url'))
      .update(Buffer.from(event, 'base64url'))
      .digest();
    const leaf = createHash('sha256').update(Uint8Array.of(0)).update(entry).digest();
    expect(leaves[leafIndex]).toEqual(leaf);
  });

  it('may be kept by caches for ever once full, and a checkpoint by none', () => {
    const full = answers.get('tile/0/000')!.headers;
    expect([full.get('content-type'), full.get('cache-control')]).toEqual([
      'application/octet-stream',
      'public, max-age=31536000, immutable',
    ]);
    expect(answers.get('tile/entries/000')!.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answers.get('tile/0/000.p/3')!.headers.get('cache-control')).toBe('public, max-age=3600, immutable');
    const checkpoint = answers.get('checkpoint')!.headers;
    expect([checkpoint.get('content-type'), checkpoint.get('cache-control')]).toEqual([
      'text/plain; charset=utf-8',
      'no-store',
    ]);
  });

  it.each([
    ['beyond the tree', 'tile/0/999', 404],
    ['wider than the tree', 'tile/0/001.p/255', 404],
    ['of a level that the tree does not reach', 'tile/3/000.p/1', 404],
    ['of a level that no tree has', 'tile/64/000', 400],
    ['with superfluous zeros', 'tile/0/x000/000', 404],
    ['with the width of a full one', 'tile/0/000.p/256', 404],
    ['of no width', 'tile/0/000.p/0', 400],
    ['with a path of another form', 'tile/0/0', 400],
    ['of entries beyond the tree', 'tile/entries/999', 404],
    ['that climbs', 'tile/entries/..%2f..%2fcheckpoint', 400],
  ])('refuses a tile %s', async (_name, path, status) => {
    const answer = await fetch(`${bench.apis[0]!.url}/v1/ledger/${path}`);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});
