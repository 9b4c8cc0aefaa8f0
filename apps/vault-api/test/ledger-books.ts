import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '@coffer/contracts';
import { expect } from 'vitest';
import { TlogReader, treeHash } from './tlog-reader';
import type { VaultBench } from './vault-bench';

/** What one bench's ledger came to. */
export interface LedgerBooks {
  readonly events: number;
  readonly leaves: number;
}

interface Leaf {
  readonly leaf: number | null;
  readonly entry: Uint8Array | null;
}

interface Row extends Leaf {
  readonly account: string;
  readonly number: number;
  readonly event: Uint8Array;
  readonly salt: Uint8Array;
}

/** What falls due (shreds, sweeps) can write an event while the books are read: they are then read anew, so often at most. */
const mostReadings = 10;

/**
 * Waits until nothing is queued, then holds the ledger's parts against each other, by code that shares nothing with it: every
 * event is one leaf, in the order of its account, with the entry that salt and event give; leaves, those of erased accounts
 * among them, have no gap; tiles and bundles are those of the published checkpoint; and the folder anchor has exactly these
 * entries.
 */
export async function requireSoundBooks(bench: VaultBench, url: string): Promise<LedgerBooks> {
  for (let reading = 1; ; reading++) {
    const books = await readBooks(bench, url);
    if (books !== undefined) return books;
    expect(reading, 'the ledger does not come to rest').toBeLessThan(mostReadings);
  }
}

/** @returns undefined where an event was written meanwhile */
async function readBooks(bench: VaultBench, url: string): Promise<LedgerBooks | undefined> {
  await expect
    .poll(async () => (await bench.sql<{ n: number }>('SELECT count(*)::int AS n FROM ledger_queue'))[0]!.n, {
      timeout: 60_000,
    })
    .toBe(0);
  const rows = await bench.sql<Row & { readonly isQueued: boolean }>(
    `SELECT e.account_id AS account, e.number, e.event, e.salt, l.leaf_index AS leaf, l.entry,
       EXISTS (SELECT 1 FROM ledger_queue q WHERE q.account_id = e.account_id AND q.number = e.number) AS "isQueued"
     FROM ledger_events e LEFT JOIN ledger_leaves l USING (account_id, number) ORDER BY e.account_id, e.number`,
  );
  if (rows.some(({ isQueued }) => isQueued)) return undefined;
  const next = new Map<string, { number: number; leaf: number }>();
  for (const { account, number, leaf, entry, event, salt } of rows) {
    const before = next.get(account) ?? { number: 0, leaf: -1 };
    expect([number, leaf !== null && leaf > before.leaf]).toEqual([before.number + 1, true]);
    next.set(account, { number, leaf: leaf! });
    expect(Buffer.from(entry!)).toEqual(createHash('sha256').update(salt).update(event).digest());
  }
  const ofNobody = await bench.sql<Leaf>(
    'SELECT leaf_index AS leaf, entry FROM ledger_leaves WHERE account_id IS NULL ORDER BY leaf_index',
  );
  const leaves = [...rows, ...ofNobody];
  const places = leaves.map(({ leaf }) => leaf!).sort((left, right) => left - right);
  expect(places).toEqual(places.map((_, index) => index));
  return (await isPublished(bench, url, leaves)) ? { events: rows.length, leaves: places.length } : undefined;
}

/** @returns false where the checkpoint has gone on beyond these leaves */
async function isPublished(bench: VaultBench, url: string, rows: readonly Leaf[]): Promise<boolean> {
  const file = await readFile(join(bench.home, 'deployment.json'), 'utf8');
  const reader = new TlogReader(
    async (path) => {
      const answer = await fetch(`${url}/v1/ledger/${path}`);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
    (JSON.parse(file) as Deployment).ledgerKey,
  );
  let head = await reader.head();
  await expect
    .poll(async () => (head = await reader.head()).size, { timeout: 60_000 })
    .toBeGreaterThanOrEqual(rows.length);
  if (head.size > rows.length) return false;
  expect(treeHash(await reader.leaves(rows.length))).toEqual(head.root);
  const entries = new Map(rows.map(({ leaf, entry }) => [leaf!, Buffer.from(entry!).toString('base64url')]));
  const anchored = await anchoredEntries(join(bench.home, 'anchor'));
  expect(new Map([...anchored].filter(([leaf]) => leaf < rows.length))).toEqual(entries);
  return true;
}

/** The journal of a folder anchor, read from its description in docs/wire.md. */
async function anchoredEntries(folder: string): Promise<ReadonlyMap<number, string>> {
  const found = new Map<number, string>();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.jsonl')).sort()) {
    const text = await readFile(join(folder, name), 'utf8');
    for (const line of text.split('\n').slice(0, -1)) {
      const { first, entries } = JSON.parse(line) as { first: number; entries: [string, string, number][] };
      for (const [at, [entry]] of entries.entries()) {
        const known = found.get(first + at) ?? entry;
        expect(known).toBe(entry);
        found.set(first + at, entry);
      }
    }
  }
  return found;
}
