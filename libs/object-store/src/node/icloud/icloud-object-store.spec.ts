import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { seed } from '@coffer/test-kit';
import { startICloudFake, type ICloudFake, type ICloudFakeOptions } from '@coffer/test-kit/node';

import { largeBytes } from '../../../test/large-bytes';
import { describeObjectStore } from '../../../test/object-store-contract';
import { findSignInPage, type CloudKitOptions, type WebAuthSession } from './cloudkit-client';
import { ICloudObjectStore } from './icloud-object-store';

const noPause = { pauseMs: async () => undefined };
let fake: ICloudFake;
const fakes: ICloudFake[] = [];

async function startFake(options: ICloudFakeOptions = {}): Promise<ICloudFake> {
  const started = await startICloudFake(options);
  fakes.push(started);
  return started;
}

beforeAll(async () => {
  fake = await startFake();
});
afterAll(async () => {
  for (const each of fakes) await each.close();
});

/** A sign-in in memory: one request after the other, with the token that the answer before brought. */
class MemorySession implements WebAuthSession {
  #turn: Promise<unknown> = Promise.resolve();
  readonly used: string[] = [];

  constructor(private token: string) {}

  use<Result>(request: (token: string) => Promise<{ readonly next: string | undefined; readonly result: Result }>) {
    const turn = this.#turn.then(async () => {
      this.used.push(this.token);
      const { next, result } = await request(this.token);
      this.token = next ?? this.token;
      return result;
    });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

const optionsOf = (server: ICloudFake): Omit<CloudKitOptions, 'session'> => ({
  container: server.container,
  environment: 'production',
  apiToken: 'fake-api-token',
  apiUrl: server.origin,
});

/** The database is one for each person: emptied for each store. */
function freshStore(options: Partial<CloudKitOptions> = {}, server = fake): ICloudObjectStore {
  server.database.records.clear();
  server.faults.clear();
  const session = new MemorySession(server.tokens.issue());
  return new ICloudObjectStore({ ...optionsOf(server), session, ...options });
}

describeObjectStore('ICloudObjectStore', async () => freshStore());

describe('ICloudObjectStore', () => {
  describe('put', () => {
    const large = 8 * 1024 * 1024 + 4321;

    it('cuts what is larger than an asset, and reads ranges across the cut', async () => {
      const store = freshStore();
      const bytes = largeBytes('large', large);
      await store.put('k', bytes);
      expect(Buffer.from(await store.get('k')).equals(bytes)).toBe(true);
      const range = { offset: 8 * 1024 * 1024 - 10, length: 20 };
      expect(await store.get('k', range)).toEqual(bytes.slice(range.offset, range.offset + 20));
      expect(await store.get('k', { offset: large - 5 })).toEqual(bytes.slice(large - 5));
    });

    it('tries again after 429, 5xx and THROTTLED, honouring Retry-After', async () => {
      const pauses: number[] = [];
      const store = freshStore({ pauseMs: async (milliseconds) => void pauses.push(milliseconds) });
      fake.faults.arm({ kind: 'refuse', operation: 'asset POST', status: 429, retryAfterSeconds: 7 });
      fake.faults.arm({ kind: 'refuse', operation: 'records/modify', status: 503, code: 'TRY_AGAIN_LATER' });
      await store.put('k', seed('k'));
      expect(pauses).toHaveLength(2);
      expect(pauses[0]).toBe(7000);
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('succeeds when the answer to its own create was lost, and knows that of another', async () => {
      const store = freshStore(noPause);
      fake.faults.arm({ kind: 'lose-answer', operation: 'records/modify' });
      await store.put('k', seed('k'));
      fake.faults.arm({ kind: 'lose-answer', operation: 'records/modify' });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'already-exists' });
      expect(fake.database.records.size).toBe(1);
    });

    it('shows nothing under the key when the network is cut in the middle, and goes on with the next run', async () => {
      const store = freshStore({ ...noPause, maxAttempts: 2 });
      fake.faults.arm({ kind: 'cut-upload', operation: 'asset POST', afterBytes: 10, times: 2 });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
      expect(await store.head('k')).toBeUndefined();
      await store.put('k', seed('k'));
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('fails with store-full, and leaves nothing, when there is no room', async () => {
      const store = freshStore(noPause, await startFake({ capacityBytes: 1000 }));
      await expect(store.put('k', seed('k', 1001))).rejects.toMatchObject({ code: 'store-full', isRetryable: false });
      expect(await store.head('k')).toBeUndefined();
    });
  });

  describe('get', () => {
    it('goes on where the connection broke, and asks for new addresses where the old ones have expired', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('long', 400_000));
      expect(await store.get('k', { offset: 0, length: 1 })).toEqual(seed('long', 1));
      fake.database.expireAddresses();
      fake.faults.arm({ kind: 'cut-body', operation: 'asset GET', afterBytes: 100_000 });
      expect(await store.get('k')).toEqual(seed('long', 400_000));
    });

    it('never mixes the bytes of an object with those of another one that took its place', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('one', 100));
      expect(await store.get('k')).toEqual(seed('one', 100));
      const other = new ICloudObjectStore({ ...optionsOf(fake), session: new MemorySession(fake.tokens.issue()) });
      await other.delete('k');
      await other.put('k', seed('two', 100));
      fake.database.expireAddresses();
      const later = new ICloudObjectStore({ ...optionsOf(fake), session: new MemorySession(fake.tokens.issue()) });
      expect(await later.get('k')).toEqual(seed('two', 100));
    });
  });

  it('lists more than one page', async () => {
    const store = freshStore();
    for (let index = 0; index < 201; index++) await store.put(`k/${index}`, new Uint8Array(0));
    let count = 0;
    for await (const { sizeBytes } of store.list('k/')) count += 1 + sizeBytes;
    expect(count).toBe(201);
  });

  it('lists what it has put itself, as long as it is there, where the index lags behind', async () => {
    const server = await startFake({ unindexed: 2 });
    const store = freshStore({}, server);
    for (const key of ['a/1', 'a/2', 'b/1']) await store.put(key, seed(key));
    const listed = async (): Promise<readonly string[]> => {
      const keys: string[] = [];
      for await (const { key } of store.list('a/')) keys.push(key);
      return keys;
    };
    expect(await listed()).toEqual(['a/1', 'a/2']);
    for (const [name, record] of server.database.records) {
      if (record.fields['key']?.value === 'a/2') server.database.records.delete(name);
    }
    expect(await listed()).toEqual(['a/1']);
  });

  describe('sign-in', () => {
    it('sends each token once, the next one with the request after', async () => {
      const session = new MemorySession(fake.tokens.issue());
      const store = new ICloudObjectStore({ ...optionsOf(fake), session });
      await Promise.all([store.head('a'), store.head('b'), store.head('c')]);
      expect(new Set(session.used).size).toBe(3);
    });

    it('says how to sign in again when it has ended, and shows no token', async () => {
      const store = freshStore({ session: new MemorySession('secret-token') });
      const error: unknown = await store.put('k', seed('k')).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'access-denied',
        message: expect.stringContaining('coffer login') as string,
      });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/secret-token|fake-api-token/);
      const gone = await startICloudFake();
      await gone.close();
      const away = new ICloudObjectStore({
        ...{ ...optionsOf(gone), ...noPause },
        session: new MemorySession('secret-token'),
      });
      const unreachable: unknown = await away.head('k').catch((reason: unknown) => reason);
      expect(unreachable).toMatchObject({ code: 'unreachable', isRetryable: true });
      expect(JSON.stringify(unreachable) + String(unreachable)).not.toMatch(/secret-token|fake-api-token/);
    });

    it('finds the page of Apple that signs a person in', async () => {
      expect(await findSignInPage(optionsOf(fake))).toMatch(/^https:\/\/idmsa\.apple\.com\//);
      const wrong = { ...optionsOf(fake), apiToken: 'secret-other' };
      const error: unknown = await findSignInPage(wrong).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'access-denied' });
      expect(JSON.stringify(error) + String(error)).not.toContain('secret-other');
    });
  });
});
