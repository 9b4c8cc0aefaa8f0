import { existsSync } from 'node:fs';
import {
  appendFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sha256 } from '@coffer/crypto/node';
import { concatBytes, utf8 } from '@coffer/foundation';
import type { ExpectedObject, FoundObject } from '@coffer/purge';
import { seed } from '@coffer/test-kit';

import { PlaintextRules } from '../rules/plaintext-rules';
import { DiskConnector } from './disk-connector';

const sqlite = (name: string, length = 5000): Uint8Array => concatBytes(utf8('SQLite format 3\0'), seed(name, length));
let folder: string;
let connector: DiskConnector;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-disk-connector-'));
  await mkdir(join(folder, 'cloud', 'sam'), { recursive: true });
  connector = new DiskConnector({ root: join(folder, 'cloud'), rules: new PlaintextRules() });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inCloud = (...parts: readonly string[]): string => join(folder, 'cloud', 'sam', ...parts);
const inventory = (location = 'sam'): Promise<FoundObject[]> => Array.fromAsync(connector.inventory(location));

async function only(): Promise<FoundObject> {
  const found = await inventory();
  expect(found).toHaveLength(1);
  return found[0]!;
}

async function expectedOf(object: FoundObject): Promise<ExpectedObject> {
  const { sha256: hash } = await connector.sha256(object);
  return { version: object.version, etag: object.etag, sha256: hash };
}

describe('DiskConnector', () => {
  describe('inventory', () => {
    it('finds databases, rotated names, left-overs and exports, and what only looks like one', async () => {
      await mkdir(inCloud('Databases'));
      await writeFile(inCloud('Databases', 'msgstore.db'), sqlite('current'));
      await writeFile(inCloud('Databases', 'msgstore-2026-10-01.1.db'), sqlite('old'));
      await writeFile(inCloud('Databases', 'msgstore.db.tmp'), sqlite('left over'));
      await writeFile(inCloud('Databases', 'msgstore-2026-09-01.1.db'), 'no database');
      await writeFile(inCloud('WhatsApp Chat with Kim.txt'), '1/2/26, 10:00 - Kim: hello');
      await writeFile(inCloud('msgstore.db-wal'), seed('wal'));
      const found = await inventory();
      expect(found.map(({ path, kind, verdict }) => [path, kind, verdict])).toEqual([
        ['Databases/msgstore-2026-09-01.1.db', 'rotated', 'unrecognised'],
        ['Databases/msgstore-2026-10-01.1.db', 'rotated', 'plaintext-backup'],
        ['Databases/msgstore.db', 'current', 'plaintext-backup'],
        ['Databases/msgstore.db.tmp', 'temporary', 'plaintext-backup'],
        ['WhatsApp Chat with Kim.txt', 'current', 'plaintext-backup'],
        ['msgstore.db-wal', 'current', 'unrecognised'],
      ]);
      expect(found[2]).toMatchObject({
        provider: 'disk',
        location: 'sam',
        copyId: '',
        name: 'msgstore.db',
        sizeBytes: 5016,
      });
    });

    it('leaves alone what no rule names, and what is encrypted', async () => {
      await writeFile(inCloud('holiday.db'), sqlite('not a chat'));
      await writeFile(inCloud('photo.jpg'), seed('photo'));
      await writeFile(inCloud('msgstore-copy.db'), concatBytes(utf8('SBACKUP'), new Uint8Array([1]), seed('sealed')));
      expect(await inventory()).toEqual([]);
    });

    it('is empty where an account has no folder, and fails where the root itself is missing', async () => {
      expect(await inventory('nobody')).toEqual([]);
      const unmounted = new DiskConnector({ root: join(folder, 'not-mounted'), rules: new PlaintextRules() });
      await expect(Array.fromAsync(unmounted.inventory('sam'))).rejects.toMatchObject({ code: 'unreachable' });
    });

    it('follows no symbolic link, to a file or to a folder', async () => {
      await mkdir(join(folder, 'elsewhere'));
      await writeFile(join(folder, 'elsewhere', 'msgstore.db'), sqlite('of another'));
      await symlink(join(folder, 'elsewhere'), inCloud('linked'));
      await symlink(join(folder, 'elsewhere', 'msgstore.db'), inCloud('msgstore.db'));
      expect(await inventory()).toEqual([]);
      await symlink(join(folder, 'elsewhere'), join(folder, 'cloud', 'kim'));
      await expect(inventory('kim')).rejects.toMatchObject({ code: 'location-refused' });
    });

    it.each(['..', '../cloud/sam', 'sam/..', '/etc', 'sam//x', './sam', 'sam\0'])(
      'refuses the location %j',
      async (location) => {
        await expect(inventory(location)).rejects.toMatchObject({ name: 'ConnectorError', code: 'location-refused' });
      },
    );

    it('gives a version that changes with the bytes, and stays the same with a new name', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('one'));
      const before = await only();
      await rename(inCloud('msgstore.db'), inCloud('msgstore-1.db'));
      expect((await only()).version).toBe(before.version);
      await appendFile(inCloud('msgstore-1.db'), 'x');
      expect((await only()).version).not.toBe(before.version);
    });
  });

  describe('sha256 and read', () => {
    it('hashes and reads exactly what was found', async () => {
      const bytes = sqlite('content', 3_000_000);
      await writeFile(inCloud('msgstore.db'), bytes);
      const object = await only();
      expect(await connector.sha256(object)).toEqual({ sha256: sha256(bytes), sizeBytes: bytes.length });
      const part = await Array.fromAsync(connector.read(object, { offset: 100, length: 50 }));
      expect(concatBytes(...part)).toEqual(bytes.slice(100, 150));
    });

    it('fails with changed or absent where that is no longer there', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('content'));
      const object = await only();
      await appendFile(inCloud('msgstore.db'), 'more');
      await expect(connector.sha256(object)).rejects.toMatchObject({ code: 'changed' });
      await rm(inCloud('msgstore.db'));
      await expect(connector.sha256(object)).rejects.toMatchObject({ code: 'absent' });
    });

    it('fails with changed when the file is written to while it is read', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('content', 3_000_000));
      const pieces = connector.read(await only());
      await pieces.next();
      await appendFile(inCloud('msgstore.db'), 'more');
      await expect(Array.fromAsync(pieces)).rejects.toMatchObject({ code: 'changed' });
    });

    it('never leaves the root, whatever a row says', async () => {
      await writeFile(join(folder, 'secret'), 'x');
      await writeFile(inCloud('msgstore.db'), sqlite('content'));
      const object = { ...(await only()), providerObjectId: '../../secret' };
      await expect(connector.sha256(object)).rejects.toMatchObject({ code: 'location-refused' });
      await expect(connector.delete(object, { version: '', etag: null, sha256: null })).rejects.toMatchObject({
        code: 'location-refused',
      });
    });
  });

  describe('delete', () => {
    it('deletes exactly the proven bytes', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('content'));
      await writeFile(inCloud('msgstore-2026-10-01.1.db'), sqlite('other'));
      const object = (await inventory()).find(({ name }) => name === 'msgstore.db')!;
      const outcome = await connector.delete(object, await expectedOf(object));
      expect(outcome).toMatchObject({ outcome: 'deleted' });
      expect(await readdir(inCloud())).toEqual(['msgstore-2026-10-01.1.db']);
      expect(
        await connector.delete(object, { version: object.version, etag: null, sha256: sha256(sqlite('content')) }),
      ).toMatchObject({
        outcome: 'absent',
      });
    });

    it('changes nothing when another version is there', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('old'));
      const object = await only();
      const expected = await expectedOf(object);
      await writeFile(inCloud('msgstore.db'), sqlite('new'));
      expect(await connector.delete(object, expected)).toEqual({ outcome: 'changed' });
      expect(new Uint8Array(await readFile(inCloud('msgstore.db')))).toEqual(sqlite('new'));
    });

    it('gives the file its name back when size and time are the same and the bytes are not', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('one'));
      const object = await only();
      const expected = await expectedOf(object);
      const { atime, mtime } = await stat(inCloud('msgstore.db'));
      await writeFile(inCloud('msgstore.db'), sqlite('two'));
      await utimes(inCloud('msgstore.db'), atime, mtime);
      // The clock of utimes is coarser than the file system's; what was found is then what is there now.
      const now = await only();
      expect(await connector.delete(now, { ...expected, version: now.version })).toEqual({ outcome: 'changed' });
      expect(new Uint8Array(await readFile(inCloud('msgstore.db')))).toEqual(sqlite('two'));
      expect(await readdir(inCloud())).toEqual(['msgstore.db']);
    });

    it('deletes nothing without a hash to compare', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('one'));
      const object = await only();
      expect(await connector.delete(object, { version: object.version, etag: null, sha256: null })).toEqual({
        outcome: 'changed',
      });
      expect(await readdir(inCloud())).toEqual(['msgstore.db']);
    });

    it('does not replace a file that came to the old name meanwhile, and loses neither', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('old', 16_000_000));
      const object = await only();
      const deleting = connector.delete(object, { version: object.version, etag: null, sha256: sha256(seed('wrong')) });
      while (existsSync(inCloud('msgstore.db'))) await new Promise((resolve) => setTimeout(resolve, 1));
      await writeFile(inCloud('msgstore.db'), sqlite('new'));
      expect(await deleting).toEqual({ outcome: 'changed' });
      const found = await inventory();
      expect(found.map(({ kind, sizeBytes }) => [kind, sizeBytes])).toEqual([
        ['temporary', 16_000_016],
        ['current', 5016],
      ]);
    });

    it("finds what an interrupted delete left aside, under its old name's rules", async () => {
      await writeFile(inCloud(`.msgstore.db.coffer-delete-${'0'.repeat(24)}`), sqlite('half way'));
      expect(await only()).toMatchObject({ kind: 'temporary', verdict: 'plaintext-backup' });
    });

    it('leaves other names of the same file alone', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('one'));
      await link(inCloud('msgstore.db'), inCloud('holiday.db'));
      const object = await only();
      expect(await connector.delete(object, await expectedOf(object))).toMatchObject({ outcome: 'deleted' });
      expect(await readdir(inCloud())).toEqual(['holiday.db']);
    });
  });

  describe('listAgain', () => {
    it('shows what inventory shows, under an id of its own', async () => {
      await writeFile(inCloud('msgstore.db'), sqlite('one'));
      const [first, second] = [await connector.listAgain('sam'), await connector.listAgain('sam')];
      expect(first.found).toEqual(await inventory());
      expect(first.requestId).not.toBe(second.requestId);
    });
  });
});
