import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { databaseBytes } from '../../test/sql-script';
import type { ChatFormatError } from '../errors';
import { openPayloadDatabase } from './payload-database';

async function* inPieces(
  bytes: Uint8Array,
  failAt = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += 1000) {
    if (at >= failAt) throw new Error('the source fails');
    yield bytes.subarray(at, at + 1000);
  }
}
const bytes = databaseBytes('CREATE TABLE t(a);\n', "INSERT INTO t VALUES ('x');\n");
/** A temporary folder of this suite alone, so that what others leave in theirs is not counted. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-spools-'));
  vi.stubEnv('TMPDIR', folder);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
const spools = (): number => readdirSync(folder).length;

describe('openPayloadDatabase', () => {
  it('reads a database in memory', async () => {
    const database = await openPayloadDatabase(inPieces(bytes));
    expect([...database.rows('SELECT a FROM main.t')]).toEqual([['x']]);
    database.close();
  });
  it.each([
    ['one behind the other', 5],
    ['apart from one another', 9],
  ])('reads one whose pieces lie in one memory, %s', async (_name, secondAt) => {
    const memory = new Uint8Array(2 * bytes.length);
    const cut = 1000;
    const pieces = [memory.subarray(5, 5 + cut), memory.subarray(secondAt + cut, secondAt + bytes.length)];
    pieces[0]!.set(bytes.subarray(0, cut));
    pieces[1]!.set(bytes.subarray(cut));
    async function* each(): AsyncGenerator<Uint8Array, void, undefined> {
      yield* pieces;
    }
    const database = await openPayloadDatabase(each());
    expect([...database.rows('SELECT a FROM main.t')]).toEqual([['x']]);
    database.close();
  });
  it('reads one that is larger than memory should hold through a private file, which is gone afterwards', async () => {
    const before = spools();
    const database = await openPayloadDatabase(inPieces(bytes), 3000);
    expect(spools()).toBe(before + 1);
    expect([...database.rows('SELECT a FROM main.t')]).toEqual([['x']]);
    expect(database.query('SELECT ? FROM main.t')(5)).toEqual([[5]]);
    database.execute('CREATE TABLE temp.x(a)');
    database.close();
    expect(spools()).toBe(before);
  });
  it('leaves no private file when the source fails, or is no database after all', async () => {
    const before = spools();
    await expect(openPayloadDatabase(inPieces(bytes, 5000), 3000)).rejects.toThrow('the source fails');
    const broken = new Uint8Array(9000);
    broken.set(bytes.subarray(0, 50));
    await expect(openPayloadDatabase(inPieces(broken), 3000)).rejects.toMatchObject({ code: 'damaged' });
    expect(spools()).toBe(before);
  });
  it.each([
    ['nothing', new Uint8Array()],
    ['a zip', new TextEncoder().encode('PK\u0003\u0004')],
  ])('says that there are no chats in %s', async (_name, content) => {
    const code = await openPayloadDatabase(inPieces(content)).catch(
      (error: unknown) => (error as ChatFormatError).code,
    );
    expect(code).toBe('no-chats');
  });
});
