import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startEmbeddedPostgres } from '@coffer/embedded-postgres';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeHome } from './home';

let parent: string;
let home: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'coffer-take-home-'));
  home = join(parent, 'home');
});
afterEach(() => rmSync(parent, { recursive: true, force: true }));

describe('takeHome', () => {
  it('makes a folder for nobody else, and keeps what an earlier platform left there', async () => {
    (await takeHome(home, false))();
    writeFileSync(join(home, 'state'), 'kept');
    (await takeHome(home, false))();
    expect(readFileSync(join(home, 'state'), 'utf8')).toBe('kept');
  });

  it('makes the home of a journey anew', async () => {
    (await takeHome(home, true))();
    writeFileSync(join(home, 'state'), 'of the last journey');
    (await takeHome(home, true))();
    expect(existsSync(join(home, 'state'))).toBe(false);
  });

  it('leaves a folder alone that no journey made', async () => {
    mkdirSync(home);
    writeFileSync(join(home, 'letters'), 'dear');
    await expect(takeHome(home, true)).rejects.toThrow(/was not made by an earlier "npm start -- --once"/);
    expect(readFileSync(join(home, 'letters'), 'utf8')).toBe('dear');
  });

  it('refuses a home in which another launcher runs, until that has ended', async () => {
    (await takeHome(home, true))();
    writeFileSync(join(home, 'state'), 'in use');
    // named as a launcher is
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', 'platform.mjs']);
    writeFileSync(join(home, 'launcher.pid'), `${other.pid ?? 0}\n`);
    try {
      await expect(takeHome(home, true)).rejects.toThrow(new RegExp(`another "npm start" runs .*process ${other.pid}`));
      expect(existsSync(join(home, 'state'))).toBe(true);
    } finally {
      other.kill('SIGKILL');
      await new Promise((done) => other.once('exit', done));
    }
    (await takeHome(home, true))();
    expect(existsSync(join(home, 'state'))).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'takes no notice of a process that has got the id of a dead launcher',
    async () => {
      mkdirSync(home);
      writeFileSync(join(home, 'launcher.pid'), '1\n');
      (await takeHome(home, false))();
      expect(existsSync(join(home, 'launcher.pid'))).toBe(false);
    },
  );

  it.runIf(process.getuid?.() === 0)(
    'leaves nothing below /var/lib of a journey that root walked in a mode-700 folder, though its launcher was killed',
    async () => {
      chmodSync(parent, 0o700);
      await takeHome(home, true);
      const database = await startEmbeddedPostgres({ home, port: 0 });
      expect(database.dataFolder).toMatch(/^\/var\/lib\/coffer-/);
      const postmaster = Number.parseInt(readFileSync(join(database.dataFolder, 'postmaster.pid'), 'utf8'), 10);
      (await takeHome(home, true))();
      expect(existsSync(dirname(database.dataFolder))).toBe(false);
      await expect.poll(() => existsSync(`/proc/${postmaster}`), { timeout: 30_000 }).toBe(false);
    },
  );
});
