import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newUuid } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CofferDevice } from './coffer-device';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
let folder: string;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0' });
  folder = mkdtempSync(join(tmpdir(), 'coffer-keyslots-'));
}, 180_000);
afterAll(async () => {
  await bench.stop();
  rmSync(folder, { recursive: true, force: true });
});

const secret = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
};

describe('coffer keyslots and password', { timeout: 900_000 }, () => {
  it('add, list, change and remove ways to one key, and leave the last one', async () => {
    const subject = newUuid();
    const first = await CofferDevice.signIn(bench, subject, join(folder, 'first'));
    const second = await CofferDevice.signIn(bench, subject, join(folder, 'second'));
    const former = secret('former', 'allotment bicycle photograph');
    const later = secret('later', 'cinnamon trapeze lighthouse');
    const keyFile = join(folder, 'key');

    expect(await first.run(['keyslots', 'list'])).toMatchObject({ code: 0, summary: { keyId: null, keyslots: 0 } });
    expect(await first.run(['keyslots', 'add', '--password', '--password-file', former])).toMatchObject({ code: 2 });
    const setup = ['setup', '--password', '--password-file', former, '--accept-loss'];
    const made = await first.run(setup);
    expect(made).toMatchObject({ code: 0, summary: { kinds: ['password'] } });
    const keyId = made.summary!['keyId'];

    expect(await first.run(['keyslots', 'remove', 'password', '--yes'])).toMatchObject({
      code: 8,
      error: { code: 'last-keyslot' },
    });
    expect(await first.run(['keyslots', 'add', '--digits', '--key-out', keyFile])).toMatchObject({
      code: 0,
      summary: { kind: 'digits', keyId, kinds: ['password', 'digits'] },
    });
    expect(await first.run(['keyslots', 'add', '--digits', '--key-out', keyFile])).toMatchObject({
      code: 8,
      error: { code: 'already-exists' },
    });

    // A device without the key changes nothing, not even with the right password at hand.
    const change = ['password', 'change', '--password-file', later];
    expect(await second.run(change, { COFFER_PASSWORD: readFileSync(former, 'utf8').trim() })).toMatchObject({
      code: 2,
    });
    expect(await first.run(change)).toMatchObject({ code: 0, summary: { keyId, attemptsRemaining: 10 } });
    expect(await second.run(['unlock', '--password-file', former])).toMatchObject({
      code: 3,
      error: { code: 'wrong-password', attemptsRemaining: 9 },
    });
    expect(await second.run(['unlock', '--password-file', later])).toMatchObject({ code: 0, summary: { keyId } });

    const listed = await second.run(['keyslots', 'list']);
    expect(listed.lines.filter(({ type }) => type === 'keyslot').map(({ kind }) => kind)).toEqual([
      'digits',
      'password',
    ]);
    expect(await second.run(['keyslots', 'remove', 'password'])).toMatchObject({ code: 2 });
    expect(await second.run(['keyslots', 'remove', 'password', '--yes'])).toMatchObject({
      code: 0,
      summary: { kind: 'password', kinds: ['digits'] },
    });
    expect(await second.run(change)).toMatchObject({ code: 2 });
    expect(await second.run(['lock'])).toMatchObject({ code: 0 });
    expect(await second.run(['unlock', '--key', keyFile])).toMatchObject({ code: 0, summary: { keyId } });

    // Each change was announced.
    const feed = await bench.device(undefined, subject).call<{ notices: { title: string }[] }>('GET', '/v1/notices');
    const titles = feed.body.notices.map(({ title }) => title);
    for (const expected of [
      'A 64-digit key was recorded',
      'A password now opens the backup key',
      'The former password no longer opens the backup key',
      'A keyslot was removed (password)',
    ]) {
      expect(titles).toContain(expected);
    }
  });
});
