import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fakeClock, seed } from '@coffer/test-kit';

import { objectBytes } from '../../test/disk-writer';
import { describeObjectStore } from '../../test/object-store-contract';
import { DiskObjectStore } from './disk-object-store';

const folders: string[] = [];
/** The store as a program of its own, which can be killed. */
let bundle = '';

beforeAll(async () => {
  const outDir = await freshFolder();
  const entry = join(import.meta.dirname, '../../test/disk-writer.ts');
  await build({
    configFile: false,
    logLevel: 'silent',
    resolve: { tsconfigPaths: true },
    ssr: { noExternal: true },
    build: { ssr: entry, outDir, rolldownOptions: { output: { entryFileNames: 'disk-writer.mjs' } } },
  });
  bundle = join(outDir, 'disk-writer.mjs');
});

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'coffer-object-store-'));
  folders.push(folder);
  return folder;
}

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describeObjectStore('DiskObjectStore', async () => new DiskObjectStore(join(await freshFolder(), 'made', 'later')));

describe('DiskObjectStore', () => {
  describe('put', () => {
    it('leaves no temporary file behind, whether it succeeds or not', async () => {
      const folder = await freshFolder();
      const store = new DiskObjectStore(folder);
      await store.put('k', seed('k'));
      await store.put('k', seed('k')).catch(() => undefined);
      await store.put('l', seed('l'), { sha256: seed('not the hash') }).catch(() => undefined);
      expect(await readdir(folder)).toEqual(['k']);
    });

    it('sweeps what an interrupted writer left a day ago, and nothing younger', async () => {
      const folder = await freshFolder();
      await writeFile(join(folder, '.tmp-old'), 'half');
      await writeFile(join(folder, '.tmp-young'), 'half');
      const clock = fakeClock();
      const at = (agoMs: number): Date => new Date(clock.nowMs() - agoMs);
      await utimes(join(folder, '.tmp-old'), at(90_000_000), at(90_000_000));
      await utimes(join(folder, '.tmp-young'), at(80_000_000), at(80_000_000));
      await new DiskObjectStore(folder, { clock }).put('k', seed('k'));
      expect((await readdir(folder)).sort()).toEqual(['.tmp-young', 'k']);
    });

    it('leaves a whole object or none when its process is killed', async () => {
      const folder = await freshFolder();
      for (let round = 0; round < 8; round++) await killWriter(folder, 15 * (round + 1));
      const store = new DiskObjectStore(folder);
      let objects = 0;
      for await (const { key, sizeBytes } of store.list('')) {
        objects += 1;
        expect(sizeBytes).toBe(objectBytes);
        const bytes = await store.get(key);
        expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
      }
      expect(objects).toBeGreaterThan(0);
    });

    it('fails with store-full and leaves nothing when a write is refused for lack of room', async () => {
      const folder = await freshFolder();
      const child = spawnSync('/bin/sh', [
        '-c',
        `ulimit -f 64 && exec "$0" "$1" "$2" once`,
        process.execPath,
        bundle,
        folder,
      ]);
      expect(child.stdout.toString()).toBe('store-full');
      expect(await readdir(folder)).toEqual([]);
    });

    it('fails with invalid-key where the folder is none', async () => {
      const folder = await freshFolder();
      await writeFile(join(folder, 'file'), 'x');
      const store = new DiskObjectStore(join(folder, 'file'));
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ name: 'ObjectStoreError', code: 'invalid-key' });
      expect(await store.head('k')).toBeUndefined();
    });
  });

  describe('list', () => {
    it('shows neither foreign names nor symbolic links', async () => {
      const folder = await freshFolder();
      const store = new DiskObjectStore(folder);
      await store.put('a/k', seed('k'));
      await mkdir(join(folder, '.hidden'));
      await writeFile(join(folder, 'with blank'), 'x');
      await symlink(tmpdir(), join(folder, 'elsewhere'));
      const keys: string[] = [];
      for await (const { key } of store.list('')) keys.push(key);
      expect(keys).toEqual(['a/k']);
    });
  });
});

async function killWriter(folder: string, afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [bundle, folder, 'forever'], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await once(child, 'exit');
}
