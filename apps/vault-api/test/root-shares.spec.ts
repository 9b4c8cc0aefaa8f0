import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showShares } from '../src/admin/root/show-shares';
import { runAdmin } from './admin-process';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
let bench: VaultBench;
let environment: Record<string, string>;
let keys: string;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  environment = { COFFER_HOME: bench.home, DATABASE_URL: bench.server.url, COFFER_ISSUER: bench.issuer.url };
  keys = join(bench.home, 'keys', 'sealing');
}, 180_000);
afterAll(() => bench.stop());

describe('the root key, lost and restored out of its shares (D16)', () => {
  it('starts the vault again on three of five, and every record opens', async () => {
    const device = bench.device();
    expect((await device.setPassword(password)).status).toBe(201);
    const out = join(bench.home, 'shares');
    const split = await runAdmin(['root', 'split', '--out', out, '--json'], environment);
    expect([split.exitCode, split.lines]).toEqual([0, [expect.objectContaining({ type: 'root-split', shares: 5 })]]);
    const rootId = String(split.lines[0]!['rootId']);
    const names = (await readdir(out)).sort();
    expect(names).toEqual([1, 2, 3, 4, 5].map((number) => `root-share-${number}.txt`));
    const files = names.map((name) => join(out, name));
    for (const file of files) {
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect(split.stdout + split.stderr).not.toContain((await readFile(file, 'utf8')).split('\n')[2]);
    }
    const twice = await runAdmin(['root', 'split', '--out', out], environment);
    expect([twice.exitCode, twice.stderr]).toEqual([8, expect.stringContaining('was left as it is')]);

    await bench.apis[0]!.kill('SIGKILL');
    await rename(join(keys, 'root.key.json'), join(bench.home, 'lost'));
    await expect(bench.start()).rejects.toThrow(new RegExp(`the root key ${rootId}, root.key.json, is not in`));
    const two = await runAdmin(['root', 'restore', ...files.slice(0, 2), '--json'], environment);
    expect([two.exitCode, two.lines]).toEqual([8, [expect.objectContaining({ code: 'shares-missing' })]]);
    const damaged = join(out, 'damaged.txt');
    await writeFile(damaged, (await readFile(files[2]!, 'utf8')).replace(/(.)(.)(\S{3})\n$/, '$2$1$3\n') + '0');
    const mistyped = await runAdmin(['root', 'restore', files[0]!, files[1]!, damaged, '--json'], environment);
    expect([mistyped.exitCode, mistyped.lines]).toEqual([8, [expect.objectContaining({ code: 'share-damaged' })]]);
    expect(await readdir(keys)).toEqual(['epoch-000001.key.json']);

    const restored = await runAdmin(['root', 'restore', files[4]!, files[0]!, files[2]!, '--json'], environment);
    expect([restored.exitCode, restored.lines[0]]).toEqual([0, expect.objectContaining({ rootId, isNew: true })]);
    const api = await bench.start();
    expect((await bench.device(api, device.subject).recover(password)).status).toBe(200);
    await api.kill('SIGKILL');
  });

  it('refuses shares of another vault’s root, and a vault with another root does not start', async () => {
    const foreign = join(bench.home, 'foreign');
    const elsewhere = { ...environment, COFFER_SEALING_KEYS: foreign };
    await rm(foreign, { recursive: true, force: true });
    const wanted = String(
      (await runAdmin(['root', 'split', '--out', join(bench.home, 'own'), '--json'], environment)).lines[0]!['rootId'],
    );
    // a vault of its own makes the foreign root
    const other = await startBench(1);
    const out = join(bench.home, 'foreign-shares');
    const split = await runAdmin(['root', 'split', '--out', out], { ...environment, COFFER_HOME: other.home });
    expect(split.exitCode).toBe(0);
    const files = [1, 2, 3].map((number) => join(out, `root-share-${number}.txt`));
    const refused = await runAdmin(['root', 'restore', ...files, '--json'], elsewhere);
    expect([refused.exitCode, refused.lines]).toEqual([8, [expect.objectContaining({ code: 'wrong-root' })]]);
    expect(String(refused.lines[0]!['message'])).toContain(wanted);
    const withForeign = { COFFER_SEALING_KEYS: join(other.home, 'keys', 'sealing') };
    await expect(bench.start(withForeign)).rejects.toThrow(new RegExp(`sealed under ${wanted}`));
    await other.stop();
  });

  it('is not split where the keys are in an HSM, nor shown where nobody looks', async () => {
    const hsm = {
      COFFER_SEALER: 'pkcs11',
      COFFER_PKCS11_MODULE: '/x',
      COFFER_PKCS11_TOKEN: 'x',
      COFFER_PKCS11_PIN: 'x',
    };
    const refused = await runAdmin(['root', 'split', '--out', '/nowhere', '--json'], { ...environment, ...hsm });
    expect([refused.exitCode, refused.lines]).toEqual([8, [expect.objectContaining({ code: 'keys-in-hsm' })]]);
    const shown = await runAdmin(['root', 'split'], environment);
    expect([shown.exitCode, shown.stdout]).toEqual([8, '']);
    expect(shown.stderr).toContain('--out FOLDER');
  });
});

describe('showShares', () => {
  it('shows each share alone, and leaves none on the screen, interrupted or not', async () => {
    const clear = '\u001b[2J\u001b[3J\u001b[H';
    for (const stopAt of [99, 4]) {
      let written = '';
      let asked = 0;
      const seen: string[] = [];
      const terminal = {
        question: async () => {
          seen.push(written.slice(written.lastIndexOf(clear)));
          if (++asked === stopAt) throw new Error('interrupted');
          return '';
        },
      };
      const screen = { write: (text: string) => (written += text) };
      const showing = showShares(['one', 'two', 'three'], terminal, screen, new AbortController().signal);
      await (stopAt === 99 ? showing : expect(showing).rejects.toThrow('interrupted'));
      const onScreen = seen.map((text) => ['one', 'two', 'three'].filter((share) => text.includes(share)));
      expect(onScreen).toEqual([[], ['one'], [], ['two'], [], ['three']].slice(0, Math.min(6, stopAt)));
      expect(written.endsWith(clear)).toBe(true);
    }
  });
});
