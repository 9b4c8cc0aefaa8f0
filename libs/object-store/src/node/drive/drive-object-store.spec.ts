import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seed } from '@coffer/test-kit';
import { startDriveFake, type DriveFake, type DriveFakeOptions } from '@coffer/test-kit/node';

import { largeBytes } from '../../../test/large-bytes';
import { describeObjectStore } from '../../../test/object-store-contract';
import type { DriveOptions } from './drive-client';
import { DriveObjectStore } from './drive-object-store';
import { GoogleSignIn, type GoogleDeviceCode } from './google-sign-in';

const noPause = { pauseMs: async () => undefined };
let fake: DriveFake;
const fakes: DriveFake[] = [];

async function startFake(options: DriveFakeOptions = {}): Promise<DriveFake> {
  const started = await startDriveFake(options);
  fakes.push(started);
  return started;
}

beforeAll(async () => {
  fake = await startFake();
});
afterAll(async () => {
  for (const each of fakes) await each.close();
});

/** The app's folder is one for each person: emptied for each store. */
function freshStore(options: Partial<DriveOptions> = {}, server = fake): DriveObjectStore {
  server.folder.files.clear();
  server.faults.clear();
  const { accessToken } = server.accounts.issue();
  return new DriveObjectStore({ apiUrl: server.origin, token: async () => accessToken, ...options });
}

/** More than a part, and no whole number of parts. */
const large = largeBytes('large', 9 * 1024 * 1024 + 17);

describeObjectStore('DriveObjectStore', async () => freshStore(), { conditionalCreate: false });

describe('DriveObjectStore', () => {
  describe('put', () => {
    it('tries again after 429, 5xx and what Drive calls rateLimitExceeded, honouring Retry-After', async () => {
      const pauses: number[] = [];
      const store = freshStore({ pauseMs: async (milliseconds) => void pauses.push(milliseconds) });
      fake.faults.arm({ kind: 'refuse', operation: 'Upload multipart', status: 429, retryAfterSeconds: 7 });
      fake.faults.arm({ kind: 'refuse', operation: 'Upload multipart', status: 403, code: 'userRateLimitExceeded' });
      fake.faults.arm({ kind: 'refuse', operation: 'Upload multipart', status: 503 });
      await store.put('k', seed('k'));
      expect(pauses).toHaveLength(3);
      expect(pauses[0]).toBe(7000);
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('makes one file when the answer to its own create was lost', async () => {
      const store = freshStore(noPause);
      fake.faults.arm({ kind: 'lose-answer', operation: 'Upload multipart' });
      await store.put('k', seed('k'));
      expect(fake.folder.files.size).toBe(1);
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('sends a large object in parts, and goes on where the network was cut', async () => {
      const store = freshStore(noPause);
      fake.faults.arm({ kind: 'cut-upload', operation: 'UploadPart', afterBytes: 1_000_000 });
      fake.faults.arm({ kind: 'drop', operation: 'UploadPart' });
      fake.faults.arm({ kind: 'refuse', operation: 'UploadPart', status: 503 });
      const before = fake.requests.length;
      await store.put('k', large);
      expect(Buffer.from(await store.get('k')).equals(large)).toBe(true);
      const parts = fake.requests.slice(before).filter((request) => request.startsWith('UploadPart'));
      // cut, two questions that fail, one that is answered, the rest of the first 8 MiB and what is left
      expect(parts.length).toBeLessThanOrEqual(7);
    });

    it('begins anew where Drive has forgotten the upload', async () => {
      const store = freshStore(noPause);
      fake.faults.arm({ kind: 'refuse', operation: 'UploadPart', status: 410 });
      await store.put('k', large);
      expect(fake.folder.files.size).toBe(1);
    });

    it('shows nothing under the key when the network stays away, and goes on with the next run', async () => {
      const store = freshStore({ ...noPause, maxAttempts: 3 });
      fake.faults.arm({ kind: 'drop', operation: 'UploadPart', times: 3 });
      await expect(store.put('k', large)).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
      expect(await store.head('k')).toBeUndefined();
      await store.put('k', large);
    });

    it('fails with store-full, and leaves nothing, when there is no room', async () => {
      const store = freshStore(noPause, await startFake({ capacityBytes: 1000 }));
      await expect(store.put('k', seed('k', 1001))).rejects.toMatchObject({ code: 'store-full', isRetryable: false });
      await expect(store.put('l', large)).rejects.toMatchObject({ code: 'store-full' });
      expect(await store.head('k')).toBeUndefined();
    });

    it('lets no two writers win whose files Drive has created in the same millisecond', async () => {
      const server = await startFake({ nowMs: () => 0 });
      const token = server.accounts.issue().accessToken;
      const puts = ['one', 'two', 'three'].map((writer) =>
        new DriveObjectStore({ apiUrl: server.origin, token: async () => token, ...noPause }).put('k', seed(writer)),
      );
      const outcomes = await Promise.allSettled(puts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
      expect(server.folder.files.size).toBe(outcomes.filter(({ status }) => status === 'fulfilled').length);
    });
  });

  it('takes the file that was created first for the object, and deletes all of its name', async () => {
    const store = freshStore();
    for (const writer of ['first', 'second']) fake.folder.create(fake.folder.newId(), 'a/k', seed(writer));
    expect(await store.get('a/k')).toEqual(seed('first'));
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    expect(keys).toEqual(['a/k']);
    await store.delete('a/k');
    expect(fake.folder.files.size).toBe(0);
  });

  it('finds an object again that another device has replaced', async () => {
    const store = freshStore();
    await store.put('k', seed('k'));
    const other = new DriveObjectStore({
      apiUrl: fake.origin,
      token: async () => fake.accounts.issue().accessToken,
    });
    await other.delete('k');
    await other.put('k', seed('again'));
    expect(await store.get('k')).toEqual(seed('again'));
  });

  it('lists more than one page', async () => {
    const store = freshStore();
    for (let index = 0; index < 1001; index++) fake.folder.create(fake.folder.newId(), `k/${index}`, new Uint8Array(1));
    let count = 0;
    for await (const { sizeBytes } of store.list('k/')) count += sizeBytes;
    expect(count).toBe(1001);
  });

  it('lists what it has put itself, as long as it is there, where listings lag behind', async () => {
    const server = await startFake({ listLagMs: 3_600_000 });
    const store = freshStore({}, server);
    for (const key of ['a/1', 'a/2', 'b/1']) await store.put(key, seed(key));
    const listed = async (): Promise<readonly string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list('a/')) keys.push(key);
      return keys;
    };
    expect(await listed()).toEqual(['a/1', 'a/2']);
    for (const { id, name } of server.folder.files.values()) if (name === 'a/2') server.folder.files.delete(id);
    expect(await listed()).toEqual(['a/1']);
  });

  describe('get', () => {
    it('goes on where the connection broke', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('long', 400_000));
      fake.faults.arm({ kind: 'cut-body', operation: 'Media', afterBytes: 100_000 });
      fake.faults.arm({ kind: 'cut-body', operation: 'Media', afterBytes: 1 });
      expect(await store.get('k')).toEqual(seed('long', 400_000));
    });
  });

  describe('token', () => {
    it('asks for another one where Drive refuses it, once', async () => {
      const asked: (string | undefined)[] = [];
      const token = async (refused?: string): Promise<string> => {
        asked.push(refused);
        return refused === undefined ? 'expired-token' : fake.accounts.issue().accessToken;
      };
      const store = freshStore({ token });
      expect(await store.head('k')).toBeUndefined();
      expect(asked).toEqual([undefined, 'expired-token']);
    });

    it('says how to sign in again where Drive takes none, and never shows it', async () => {
      const store = freshStore({ token: async () => 'secret-token' });
      const error: unknown = await store.put('k', seed('k')).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'access-denied',
        message: expect.stringContaining('coffer login') as string,
      });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret-token');
    });
  });
});

describe('GoogleSignIn', () => {
  const client = (): GoogleSignIn =>
    new GoogleSignIn({ clientId: 'fake-client', clientSecret: 'fake-client-secret', signInUrl: fake.origin }, noPause);
  const { signal } = new AbortController();

  it('signs in once the person has approved, renews, and ends it', async () => {
    fake.accounts.answers = ['wait', 'slow-down', 'approve'];
    const codes: GoogleDeviceCode[] = [];
    const tokens = await client().signIn((code) => codes.push(code), signal);
    expect(codes).toEqual([
      { userCode: 'ABCD-EFGH', verificationUri: 'https://www.google.com/device', expiresInSeconds: 1800 },
    ]);
    expect(await freshStore({ token: async () => tokens.accessToken }).head('k')).toBeUndefined();
    fake.accounts.expire();
    const renewed = await client().refresh(tokens.refreshToken!);
    expect(renewed.refreshToken).toBeUndefined();
    expect(await freshStore({ token: async () => renewed.accessToken }).head('k')).toBeUndefined();
    expect(await client().revoke(tokens.refreshToken!)).toBe(true);
    await expect(client().refresh(tokens.refreshToken!)).rejects.toMatchObject({ code: 'access-denied' });
  });

  it('says who turned it down', async () => {
    fake.accounts.answers = ['deny'];
    await expect(client().signIn(() => undefined, signal)).rejects.toMatchObject({
      code: 'access-denied',
      fields: { reason: 'access_denied' },
    });
    const stranger = new GoogleSignIn({ clientId: 'x', clientSecret: 'secret-y', signInUrl: fake.origin }, noPause);
    const error: unknown = await stranger.signIn(() => undefined, signal).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ fields: { reason: 'invalid_client' } });
    expect(String(error)).not.toContain('secret-y');
  });

  it('stops waiting when the person presses Ctrl-C', async () => {
    fake.accounts.answers = ['wait'];
    const interrupt = new AbortController();
    const waiting = client().signIn(() => interrupt.abort(), interrupt.signal);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
