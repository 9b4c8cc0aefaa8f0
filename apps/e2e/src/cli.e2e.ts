import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import { readyPlatform } from './platform/ready-platform';
import { runCoffer, signIn, succeeded, type CofferRun } from './platform/run-coffer';

const username = 'robin';
const password = randomBytes(15).toString('base64url');

/** SHA-256 of every file below a folder. */
function hashesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => hashOf(readFileSync(join(entry.parentPath, entry.name))))
    .sort();
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
/** What a chat app would leave: the worker looks at the first bytes. */
const database = (size: number): Buffer => Buffer.concat([Buffer.from('SQLite format 3\0'), randomBytes(size)]);

test.describe.configure({ mode: 'serial' });

test.describe('coffer with a vault', () => {
  let folder: string;
  let cloud: string;
  let [first, second, phone, keyFile, passwordFile] = ['', '', '', '', ''];
  const deploymentFile = (): string => readyPlatform().deploymentFile;
  const on = (home: string, ...args: string[]): Promise<CofferRun> => runCoffer([...args, '--home', home]);

  test.beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'coffer-cli-'));
    cloud = join(dirname(readyPlatform().sample.cloudFolder), username);
    [first, second, phone] = [join(folder, 'device-1'), join(folder, 'device-2'), join(folder, 'phone')];
    [keyFile, passwordFile] = [join(folder, 'recorded-key'), join(folder, 'password')];
    mkdirSync(phone, { recursive: true });
    mkdirSync(cloud, { recursive: true });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    writeFileSync(join(phone, 'msgstore.db'), database(200_000));
    // There before the account is claimed: the worker looks then, and after that when a purge is started.
    writeFileSync(join(cloud, 'msgstore.db'), readFileSync(join(phone, 'msgstore.db')));
    writeFileSync(join(cloud, 'msgstore-2025-01-01.1.db'), database(150_000));
  });
  test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('says what is missing before it can do anything', async () => {
    expect(await on(first, 'whoami')).toMatchObject({ code: 2, error: { code: 'no-deployment' } });
    expect(await signIn(username, deploymentFile(), first)).toMatchObject({ ...succeeded, summary: { keyId: null } });
    const source = ['backup', phone, '--store', 'vault:'];
    expect(await on(first, ...source)).toMatchObject({ code: 2, error: { code: 'no-keyslot' } });
    expect(await on(first, 'setup', '--digits', '--key-out', keyFile)).toMatchObject({ code: 2 });
    expect(existsSync(keyFile)).toBe(false);
  });

  test('pins the deployment: another vault under the same home is refused', async () => {
    const other = join(folder, 'other-deployment.json');
    const content = JSON.parse(readFileSync(deploymentFile(), 'utf8')) as Record<string, unknown>;
    writeFileSync(other, JSON.stringify({ ...content, vaultId: randomBytes(16).toString('base64url') }));
    const refused = await on(first, 'login', '--deployment', other);
    expect(refused).toMatchObject({ code: 8, error: { code: 'deployment-changed', changed: 'vaultId' } });
    expect(await on(first, 'whoami')).toMatchObject(succeeded);
  });

  test('makes the keyslots once, and adds what is missing later', async () => {
    const digits = ['setup', '--digits', '--key-out', keyFile, '--accept-loss'];
    expect(await on(first, ...digits)).toMatchObject({ ...succeeded, summary: { keyslots: 1, added: ['digits'] } });
    const both = [...digits, '--password', '--password-file', passwordFile];
    expect(await on(first, ...both)).toMatchObject({
      ...succeeded,
      summary: { keyslots: 2, added: ['password'], repositoryCreated: false },
    });
    expect(await on(first, ...both)).toMatchObject({ ...succeeded, summary: { keyslots: 2, added: [] } });
  });

  test('takes plaintext in that no backup contains, and lets nothing go before', async () => {
    const plaintext = hashesBelow(cloud);
    expect(await on(first, 'backup', phone, '--store', 'vault:')).toMatchObject({
      ...succeeded,
      summary: { files: 1 },
    });
    expect(await on(first, 'purge', 'start')).toMatchObject({ code: 2 });
    await expect
      .poll(async () => (await on(first, 'purge', 'status')).summary, { timeout: 30_000 })
      .toMatchObject({ state: 'not-started', found: 2, waiting: 2 });
    const waiting = await on(first, 'purge', 'status', '--wait', '--timeout', '1');
    expect(waiting).toMatchObject({ code: 1, error: { code: 'still-waiting', waiting: 2 } });
    expect(hashesBelow(cloud)).toEqual(plaintext);

    const started = await on(first, 'purge', 'start', '--yes');
    expect(started).toMatchObject({ ...succeeded, summary: { found: 2, takenIn: 1, proven: 2, unproven: 0 } });
    expect(readdirSync(first).filter((name) => name.startsWith('taking-in-'))).toEqual([]);
    const done = await on(first, 'purge', 'status', '--wait', '--timeout', '60');
    expect(done).toMatchObject({ ...succeeded, summary: { state: 'finished', done: 2, waiting: 0, certificates: 1 } });
    expect(hashesBelow(cloud)).toEqual([]);

    const out = join(folder, 'restored-1');
    expect(await on(first, 'restore', '--store', 'vault:', '--out', out)).toMatchObject(succeeded);
    expect(hashesBelow(out)).toEqual(plaintext);
  });

  test('goes round again when plaintext comes back under a name that was taken in before', async () => {
    const before = hashesBelow(join(folder, 'restored-1'));
    const returned = database(120_000);
    writeFileSync(join(cloud, 'msgstore-2025-01-01.1.db'), returned);
    writeFileSync(join(phone, 'new.txt'), 'a later message');
    // An ordinary backup in between keeps what was taken in.
    expect(await on(first, 'backup', phone, '--store', 'vault:')).toMatchObject({
      ...succeeded,
      summary: { files: 3 },
    });
    expect(await on(first, 'purge', 'stop')).toMatchObject({ ...succeeded, summary: { state: 'stopped' } });
    let proven = 0;
    // The worker looks again after a start; what it finds then is proven by the next one.
    await expect
      .poll(
        async () => {
          const { code, summary } = await on(first, 'purge', 'start', '--yes');
          expect(code).toBe(0);
          return (proven += Number(summary?.['proven']));
        },
        { timeout: 30_000 },
      )
      .toBe(1);
    const done = await on(first, 'purge', 'status', '--wait', '--timeout', '60');
    expect(done).toMatchObject({ ...succeeded, summary: { state: 'finished', waiting: 0 } });
    const out = join(folder, 'restored-2');
    expect(await on(first, 'restore', '--store', 'vault:', '--out', out)).toMatchObject(succeeded);
    const expected = [...before, hashOf(returned), hashOf(Buffer.from('a later message'))];
    expect(hashesBelow(out)).toEqual(expected.sort());
  });

  test('counts wrong passwords, says what is left, and opens with the digits while it is locked', async () => {
    expect(await signIn(username, deploymentFile(), second)).toMatchObject(succeeded);
    const wrong = join(folder, 'wrong');
    writeFileSync(wrong, 'not the password at all\n', { mode: 0o600 });
    const unlock = ['unlock', '--password-file', wrong];
    for (const attemptsRemaining of [9, 8, 7]) {
      expect(await on(second, ...unlock)).toMatchObject({
        code: 3,
        error: { code: 'wrong-password', attemptsRemaining },
      });
    }
    const locked = await on(second, ...unlock);
    expect(locked).toMatchObject({ code: 6, error: { code: 'attempt-too-early', attemptsRemaining: 7 } });
    expect(Date.parse(String(locked.error?.['nextAttemptAt']))).toBeGreaterThan(Date.parse('2026-01-01T00:00:00Z'));
    const otherKey = join(folder, 'other-key');
    writeFileSync(otherKey, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
    expect(await on(second, 'unlock', '--key', otherKey)).toMatchObject({ code: 3, error: { code: 'wrong-key' } });
    expect(await on(second, 'unlock', '--key', keyFile)).toMatchObject({ ...succeeded, summary: { source: 'digits' } });
    expect(await on(second, 'lock')).toMatchObject({ ...succeeded, summary: { keys: 1 } });
    const fromEnvironment = await runCoffer(['snapshots', '--store', 'vault:', '--home', second], {
      env: { COFFER_KEY: readFileSync(keyFile, 'utf8') },
    });
    expect(fromEnvironment).toMatchObject(succeeded);
  });

  test('stops a purge on a device that has lost the key', async () => {
    expect(await on(second, 'lock')).toMatchObject(succeeded);
    expect(await on(second, 'purge', 'stop')).toMatchObject({ ...succeeded, summary: { state: 'stopped' } });
  });

  test('checks the ledger, and refuses one that has forgotten what this device saw', async () => {
    const checked = await on(first, 'ledger', 'check');
    expect(checked).toMatchObject({ ...succeeded, summary: { firstCheck: true, remaining: 7 } });
    expect(await on(first, 'ledger', 'check')).toMatchObject({
      ...succeeded,
      summary: { firstCheck: false, newEvents: 0 },
    });
    const file = join(first, 'ledger.json');
    const memory = JSON.parse(readFileSync(file, 'utf8')) as { chains: Record<string, { number: number }> };
    for (const chain of Object.values(memory.chains)) chain.number += 1;
    writeFileSync(file, JSON.stringify(memory), { mode: 0o600 });
    expect(await on(first, 'ledger', 'check')).toMatchObject({ code: 4, error: { code: 'ledger-rolled-back' } });
  });

  test('says how to sign in again when the sign-in has ended', async () => {
    const file = join(second, 'session.json');
    const session = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...session, expiresAtMs: 0, refreshToken: 'spent' }), { mode: 0o600 });
    expect(await on(second, 'whoami')).toMatchObject({ code: 8, error: { code: 'sign-in-expired' } });
    expect(await on(second, 'logout')).toMatchObject({ ...succeeded, summary: { signedOut: true } });
    expect(await on(second, 'whoami')).toMatchObject({ code: 8, error: { code: 'not-signed-in' } });
  });
});
