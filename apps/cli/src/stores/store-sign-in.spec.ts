import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fakeClock } from '@coffer/test-kit';
import { startDriveFake, startICloudFake } from '@coffer/test-kit/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HomeDirectory } from '../home/home-directory';
import { driveAccess, driveStore } from './drive-sign-in';
import { icloudAccess, icloudStore } from './icloud-sign-in';
import { openStore } from './open-store';
import { keepStoreSignIn } from './store-sign-in';
import { webdavCredentials } from './webdav-sign-in';

let root: string;
let home: HomeDirectory;
const closes: (() => Promise<void>)[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-sign-in-'));
  home = new HomeDirectory(join(root, 'home'));
});
afterEach(async () => {
  for (const close of closes.splice(0)) await close();
  rmSync(root, { recursive: true, force: true });
});

describe('webdavCredentials', () => {
  const address = 'https://cloud.example.org/anna';
  const kept = { v: 1, kind: 'webdav', user: 'anna', password: 'kept' } as const;

  it('takes the token of the environment before its password, and that before what this device keeps for the address', async () => {
    await keepStoreSignIn(home, address, kept);
    const of = (environment: object, at = address) => webdavCredentials({ home, environment }, at);
    const password = { webdavUser: 'u', webdavPassword: 'p' };
    expect(await of({ ...password, webdavToken: 't' })).toEqual({ kind: 'bearer', token: 't' });
    expect(await of(password)).toEqual({ kind: 'basic', user: 'u', password: 'p' });
    expect(await of({})).toEqual({ kind: 'basic', user: 'anna', password: 'kept' });
    expect(await of({}, 'https://cloud.example.org/ben')).toBeUndefined();
  });

  it('refuses a file that it did not write, without repeating it', async () => {
    await keepStoreSignIn(home, address, kept);
    writeFileSync(home.storeFile(address), '{"v":2,"password":"secret-word"}', { mode: 0o600 });
    const refusal: unknown = await webdavCredentials({ home, environment: {} }, address).catch(
      (error: unknown) => error,
    );
    expect(refusal).toMatchObject({ code: 'damaged' });
    expect(String(refusal)).not.toContain('secret-word');
  });
});

describe('driveAccess', () => {
  it('renews an expired token once for many requests, in one run and in two, and keeps it', async () => {
    const clock = fakeClock();
    const fake = await startDriveFake({ nowMs: () => clock.nowMs() });
    closes.push(() => fake.close());
    const urls = { apiUrl: fake.origin, signInUrl: fake.origin };
    const client = { clientId: 'fake-client', clientSecret: 'fake-client-secret' };
    const tokens = { ...fake.accounts.issue(), expiresAtMs: clock.nowMs() + 3_600_000 };
    await keepStoreSignIn(home, driveStore, { v: 1, kind: 'drive', ...urls, ...client, ...tokens });
    const [one, two] = [await driveAccess(home, clock), await driveAccess(home, clock)];
    expect(await one.token()).toBe(tokens.accessToken);
    clock.advanceMs(3_600_000);
    const renewed = await Promise.all([one.token(), one.token(), two.token(), two.token()]);
    expect(new Set(renewed).size).toBe(1);
    expect(fake.requests.filter((request) => request.startsWith('OAuth'))).toHaveLength(1);
    expect(readFileSync(home.storeFile(driveStore), 'utf8')).toContain(renewed[0]);
  });

  it('says how to sign in where nobody is', async () => {
    await expect(driveAccess(home)).rejects.toMatchObject({
      code: 'not-signed-in',
      message: expect.stringContaining('coffer login --store drive:appdata') as string,
    });
  });
});

describe('icloudAccess', () => {
  it('sends no token twice, from one run and from two, and has the next one on the disk', async () => {
    const fake = await startICloudFake();
    closes.push(() => fake.close());
    const container = { container: fake.container, environment: 'production' } as const;
    const kept = { apiToken: 'fake-api-token', apiUrl: fake.origin, webAuthToken: fake.tokens.issue() };
    await keepStoreSignIn(home, icloudStore(container), { v: 1, kind: 'icloud', ...kept });
    const used: string[] = [];
    const runs = [await icloudAccess(home, container), await icloudAccess(home, container)];
    const uses = Array.from({ length: 6 }, (_, index) =>
      runs[index % 2]!.session.use(async (token) => {
        used.push(token);
        return { next: fake.tokens.use(token), result: undefined };
      }),
    );
    await Promise.all(uses);
    expect(new Set(used).size).toBe(6);
    expect(readFileSync(home.storeFile(icloudStore(container)), 'utf8')).not.toContain(used.at(-1));
  });

  it('goes on with the token that it has where a request had no answer', async () => {
    const container = { container: 'iCloud.org.example', environment: 'development' } as const;
    const kept = { apiToken: 'a', apiUrl: 'http://127.0.0.1:9', webAuthToken: 'only' };
    await keepStoreSignIn(home, icloudStore(container), { v: 1, kind: 'icloud', ...kept });
    const { session } = await icloudAccess(home, container);
    await expect(session.use(() => Promise.reject(new RangeError('no answer')))).rejects.toThrow('no answer');
    expect(await session.use(async (token) => ({ next: undefined, result: token }))).toBe('only');
  });
});

describe('openStore', () => {
  it('reads nothing of what is kept before the store is used', () => {
    const file = home.storeFile(driveStore);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'damaged');
    expect(() => openStore(driveStore, { home, environment: {} })).not.toThrow();
  });
});
