import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLongRun, recordProof, runSeedNumber } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { hashes, run } from './run-coffer';

/** Where the process is killed, and whose key is in force afterwards. */
const steps = [
  ['key-kept', 'former'],
  ['repositories-prepared', 'former'],
  ['keyslots-proven', 'former'],
  ['rotated', 'next'],
  ['next-key-kept', 'next'],
  ['former-key-removed', 'next'],
] as const;

let folder: string;
let source: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-rotate-'));
  source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.bin'), randomBytes(300_000));
  writeFileSync(join(source, 'b.txt'), 'a message');
  const made = deviceIn('template');
  expect((await made.run(['init', ...made.store, '--key-out', made.formerKey, '--keep-key'])).code).toBe(0);
  expect((await made.run(['backup', source, ...made.store])).code).toBe(0);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A device with a repository of its own, in a folder that may be copied whole. */
function deviceIn(name: string) {
  const root = join(folder, name);
  const at = (file: string): string => join(root, file);
  return {
    store: ['--store', `file:${at('store')}`],
    formerKey: at('former-key'),
    nextKey: at('next-key'),
    run: (args: readonly string[], failpoint = '') =>
      run([...args, '--home', at('home')], { environment: { COFFER_FAILPOINT: failpoint } }),
    /** Restores on a device that has seen nothing, with the key of a file or with those that this one kept. */
    async restores(key: string | undefined): Promise<number | null> {
      const out = mkdtempSync(at('out-'));
      const given = key === undefined ? [] : ['--key', key];
      const home = key === undefined ? at('home') : mkdtempSync(at('fresh-'));
      const args = ['restore', '--store', `file:${at('store')}`, '--out', join(out, 'all'), ...given, '--home', home];
      const { code } = await run(args);
      if (code === 0) expect(hashes(join(out, 'all/source'))).toEqual(hashes(source));
      return code;
    },
  };
}

/** All of them in a long run, one that the seed chooses in an ordinary one. */
const chosen = isLongRun() ? steps : [steps[runSeedNumber('rotation without a vault') % steps.length]!];

describe('coffer keyslots rotate without a vault', { timeout: 900_000 }, () => {
  it('killed after any step leaves one key working whole, and the same command completes it', async () => {
    const started = performance.now();
    const figures = { formerInForce: 0, nextInForce: 0 };
    for (const [step, whose] of chosen) {
      await killedAt(step, whose);
      figures[whose === 'next' ? 'nextInForce' : 'formerInForce']++;
    }
    recordProof({
      proof: 'store-rotation-kill-points',
      count: chosen.length,
      seconds: (performance.now() - started) / 1000,
      asserted:
        'After a SIGKILL of a real coffer process that rotates the key of a repository without a vault, after each of its steps, ' +
        'exactly one of the two keys restores the backup whole on a device that has seen nothing, this device restores it with ' +
        'what it kept, and the same command completes the rotation.',
      figures,
    });
  });

  async function killedAt(step: string, whose: 'former' | 'next'): Promise<void> {
    cpSync(join(folder, 'template'), join(folder, step), { recursive: true });
    const device = deviceIn(step);
    const rotate = ['keyslots', 'rotate', ...device.store, '--digits', '--key-out', device.nextKey, '--yes'];
    const killed = await device.run(rotate, step);
    expect(killed.code, killed.printed).toBeNull();
    expect(await device.restores(undefined)).toBe(0);
    expect(await device.restores(device.formerKey)).toBe(whose === 'former' ? 0 : 3);
    if (existsSync(device.nextKey)) expect(await device.restores(device.nextKey)).toBe(whose === 'next' ? 0 : 3);
    else expect(whose).toBe('former');

    const again = await device.run(rotate);
    expect(again.code, again.printed).toBe(0);
    expect(await device.restores(device.nextKey)).toBe(0);
    expect(await device.restores(device.formerKey)).toBe(3);
    const backup = await device.run(['backup', source, ...device.store]);
    expect(backup.code, backup.printed).toBe(0);
  }

  it('has nothing to do in a repository without a backup, and says that a password is for vaults', async () => {
    const device = deviceIn('empty');
    expect((await device.run(['init', ...device.store, '--key-out', device.formerKey])).code).toBe(0);
    const rotate = ['keyslots', 'rotate', ...device.store, '--key', device.formerKey, '--yes'];
    const empty = await device.run([...rotate, '--digits', '--key-out', device.nextKey]);
    expect([empty.code, existsSync(device.nextKey)]).toEqual([1, false]);
    expect((await device.run([...rotate, '--password'])).code).toBe(2);
    expect((await device.run(rotate)).code).toBe(2);
  });
});
