import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unusedPort } from '@coffer/test-kit/node';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import * as embedded from './index';
import {
  EmbeddedPostgresError,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  startTestPostgres,
  type EmbeddedPostgres,
} from './index';
import { copyOutside } from './native-folder';
import { isAlive } from './postmaster';
import { canEnter } from './run-as';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

async function newHome(mode = 0o711): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'coffer-home-'));
  await chmod(home, mode);
  cleanups.push(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function startIn(home: string, port = 0): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ home, port });
  cleanups.push(() => server.stop());
  return server;
}

describe('index', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(embedded).sort()).toEqual([
      'EmbeddedPostgresError',
      'removeEmbeddedPostgres',
      'startEmbeddedPostgres',
      'startTestPostgres',
    ]);
  });
});

describe('startEmbeddedPostgres', () => {
  it('serves a durable UTF-8 database and keeps its data when stopped and started again', async () => {
    const home = await newHome();
    const first = await startIn(home);
    const settings = await query(
      first.url,
      `SELECT current_setting('fsync') AS f, current_setting('full_page_writes') AS w, current_setting('synchronous_commit') AS s,
         current_setting('server_encoding') AS e, current_setting('server_version_num')::int / 10000 AS v`,
    );
    expect(settings).toEqual([{ f: 'on', w: 'on', s: 'on', e: 'UTF8', v: 18 }]);
    await query(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.stop();
    await first.stop();
    const second = await startIn(home);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  it('takes over a server that a killed parent left, and moves it when another port is asked for', async () => {
    const home = await newHome();
    const first = await startIn(home);
    const again = await startIn(home, first.port);
    expect([again.port, again.wasRunning, first.wasRunning]).toEqual([first.port, true, false]);
    const moved = await startIn(home, await unusedPort());
    expect(moved.port).not.toBe(first.port);
    expect(await query(moved.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  });

  it('names a taken port', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    cleanups.push(async () => new Promise((resolve) => blocker.close(resolve)));
    const { port } = blocker.address() as { port: number };
    await expect(startIn(await newHome(), port)).rejects.toThrow(EmbeddedPostgresError);
    await expect(startIn(await newHome(), port)).rejects.toMatchObject({ code: 'port-taken', fields: { port } });
  });

  it.runIf(process.getuid?.() === 0)(
    'keeps its data below /var/lib when root starts it in a mode-700 home',
    async () => {
      const home = await newHome(0o700);
      const server = await startIn(home);
      cleanups.push(() => removeEmbeddedPostgres(home));
      expect(server.dataFolder).toMatch(/^\/var\/lib\/coffer-[0-9a-f]{12}\/data$/);
      expect(await query(server.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
      await removeEmbeddedPostgres(home);
      expect(existsSync(server.dataFolder)).toBe(false);
      await expect(query(server.url, 'SELECT 1')).rejects.toThrow();
    },
  );
});

describe.runIf(process.getuid?.() === 0)('copyOutside', () => {
  it('copies a folder that the postgres user cannot enter, once, with its links and modes', async () => {
    const home = await newHome(0o700);
    const version = `0.0.0-spec.${process.pid}`;
    await mkdir(join(home, 'native', 'bin'), { recursive: true });
    await writeFile(join(home, 'package.json'), JSON.stringify({ version }));
    await writeFile(join(home, 'native', 'bin', 'postgres'), '#!/bin/sh\n', { mode: 0o755 });
    await symlink('postgres', join(home, 'native', 'bin', 'link'));
    const copies = await Promise.all([copyOutside(join(home, 'native')), copyOutside(join(home, 'native'))]);
    cleanups.push(() => rm(copies[0], { recursive: true, force: true }));
    expect(copies).toEqual([`/var/lib/coffer-postgresql-${version}`, `/var/lib/coffer-postgresql-${version}`]);
    expect(await readlink(join(copies[0], 'bin', 'link'))).toBe('postgres');
    expect((await stat(join(copies[0], 'bin', 'postgres'))).mode & 0o777).toBe(0o755);
    expect(await canEnter(join(copies[0], 'bin'), { uid: 65_534, gid: 65_534 })).toBe(true);
  });
});

describe('canEnter', () => {
  it('follows owner, group and other down the path', async () => {
    const home = await newHome(0o701);
    const { uid, gid } = await stat(home);
    expect(await canEnter(home, { uid: uid + 1, gid: gid + 1 })).toBe(true);
    await chmod(home, 0o710);
    expect(await canEnter(home, { uid: uid + 1, gid })).toBe(true);
    expect(await canEnter(home, { uid: uid + 1, gid: gid + 1 })).toBe(false);
  });
});

describe('startTestPostgres', () => {
  it('recovers what was committed when the postmaster is killed, and leaves nothing when stopped', async () => {
    const server = await startTestPostgres();
    await query(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await server.crash();
    await expect(query(server.url, 'SELECT 1')).rejects.toThrow();
    await server.restart();
    expect(await query(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await server.stop();
    expect(existsSync(server.dataFolder)).toBe(false);
  });

  it('leaves nothing when the test process is killed', async () => {
    const program = `
      const { createServer } = await import('vite');
      const vite = await createServer({ configFile: false, logLevel: 'silent', server: { middlewareMode: true, ws: false }, resolve: { tsconfigPaths: true } });
      const { startTestPostgres } = await vite.ssrLoadModule(${JSON.stringify(join(import.meta.dirname, 'index.ts'))});
      const server = await startTestPostgres();
      const { readFileSync } = await import('node:fs');
      console.log(JSON.stringify({ folder: server.dataFolder, pid: Number.parseInt(readFileSync(server.dataFolder + '/postmaster.pid', 'utf8'), 10) }));
      setInterval(() => undefined, 1000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { folder, pid } = JSON.parse(line.toString()) as { folder: string; pid: number };
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(folder) || isAlive(pid), { timeout: 45_000 }).toBe(false);
  });
});
