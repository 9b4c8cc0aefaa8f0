import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fakeClock, seed } from '@coffer/test-kit';
import { startWebDavFake, type WebDavFake, type WebDavFakeOptions } from '@coffer/test-kit/node';

import { describeObjectStore } from '../../../test/object-store-contract';
import type { WebDavCredentials, WebDavOptions } from './webdav-client';
import { WebDavObjectStore } from './webdav-object-store';

const credentials: WebDavCredentials = { kind: 'basic', user: 'änne', password: 'secret-word' };
const authorization = `Basic ${Buffer.from('änne:secret-word').toString('base64')}`;
const noPause = { pauseMs: async () => undefined };
let fake: WebDavFake;
let folders = 0;
const fakes: WebDavFake[] = [];

async function startFake(options: WebDavFakeOptions = {}): Promise<WebDavFake> {
  const started = await startWebDavFake({ authorization, ...options });
  fakes.push(started);
  return started;
}

beforeAll(async () => {
  fake = await startFake();
});
afterAll(async () => {
  for (const each of fakes) await each.close();
});

function freshStore(options: Partial<WebDavOptions> = {}, server = fake): WebDavObjectStore {
  folders += 1;
  return new WebDavObjectStore({
    url: `${server.url}/run-${folders}`,
    credentials: async () => credentials,
    ...options,
  });
}

/** What is left in the folder of uploads and claims. */
const scaffold = (server = fake): readonly string[] =>
  [...server.tree.nodes.keys()].filter((path) => path.startsWith(`run-${folders}/.uploads/`));

describeObjectStore('WebDavObjectStore', async () => freshStore());

// A real server: COFFER_WEBDAV_ENDPOINT=https://cloud.example.org/remote.php/dav/files/anna/contract, a folder that is there.
const endpoint = process.env['COFFER_WEBDAV_ENDPOINT'];
if (endpoint === undefined) {
  process.stderr.write(
    'SKIPPED WebDavObjectStore at a real server: COFFER_WEBDAV_ENDPOINT names none (docs/stores.md)\n',
  );
} else {
  const run = Date.now().toString(36);
  const user = process.env['COFFER_WEBDAV_USER'];
  const password = process.env['COFFER_WEBDAV_PASSWORD'] ?? '';
  describeObjectStore(
    'WebDavObjectStore at COFFER_WEBDAV_ENDPOINT',
    async () => {
      folders += 1;
      return new WebDavObjectStore({
        url: `${endpoint}/${run}-${folders}`,
        credentials: async () => (user === undefined ? undefined : { kind: 'basic', user, password }),
      });
    },
    null,
  );
}

describe('WebDavObjectStore', () => {
  describe('put', () => {
    it('leaves nothing but the object, in folders that it makes', async () => {
      const store = freshStore();
      await store.put('a/b/k', seed('k'));
      await expect(store.put('a/b/k', seed('other'))).rejects.toMatchObject({ code: 'already-exists' });
      expect(scaffold()).toEqual([]);
      expect(fake.tree.nodes.get(`run-${folders}/a/b/k`)?.bytes).toEqual(seed('k'));
    });

    it.each([403, 404, 409, 500])('makes folders first, where MOVE without them is answered by %i', async (status) => {
      const store = freshStore(noPause, await startFake({ lacksFolderStatus: status }));
      await store.put('a/b/k', seed('k'));
      await store.put('a/b/l', seed('l'));
      expect(await store.get('a/b/k')).toEqual(seed('k'));
    });

    it('tries again after 423, 429 and 5xx, honouring Retry-After', async () => {
      const pauses: number[] = [];
      const store = freshStore({ pauseMs: async (milliseconds) => void pauses.push(milliseconds) });
      fake.faults.arm({ kind: 'refuse', operation: 'PUT', status: 429, retryAfterSeconds: 7 });
      fake.faults.arm({ kind: 'refuse', operation: 'PUT', status: 503 });
      fake.faults.arm({ kind: 'refuse', operation: 'MOVE', status: 423 });
      await store.put('k', seed('k'));
      expect(pauses).toHaveLength(3);
      expect(pauses[0]).toBe(7000);
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('gives up with unreachable when the tries are used up', async () => {
      const store = freshStore({ ...noPause, maxAttempts: 2 });
      fake.faults.arm({ kind: 'refuse', operation: 'PUT', status: 500, times: 2 });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
    });

    it('does not wait for hours where a server says so', async () => {
      const store = freshStore({ pauseMs: () => Promise.reject(new Error('waited')) });
      fake.faults.arm({ kind: 'refuse', operation: 'PUT', status: 429, retryAfterSeconds: 3600 });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'unreachable' });
    });

    it.each(['PUT', 'MOVE', 'DELETE'])('succeeds when the answer to its own %s was lost', async (operation) => {
      const store = freshStore(noPause);
      await store.put('first/k', seed('first'));
      fake.faults.arm({ kind: 'lose-answer', operation });
      await store.put('k', seed('k'));
      expect(await store.get('k')).toEqual(seed('k'));
      expect(scaffold()).toEqual([]);
    });

    it('says so where another object was there, although the answer to its own MOVE was lost', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('k'));
      fake.faults.arm({ kind: 'lose-answer', operation: 'MOVE' });
      await expect(store.put('k', seed('other'))).rejects.toMatchObject({ code: 'already-exists' });
      expect(await store.get('k')).toEqual(seed('k'));
    });

    it('shows nothing under the key when the network is cut in the middle, and goes on with the next run', async () => {
      const server = await startFake({ keepsCutUploads: true });
      const store = freshStore({ ...noPause, maxAttempts: 2 }, server);
      server.faults.arm({ kind: 'cut-upload', operation: 'PUT', afterBytes: 10_000, times: 2 });
      await expect(store.put('packs/k', seed('k', 50_000))).rejects.toMatchObject({ code: 'unreachable' });
      expect(await store.head('packs/k')).toBeUndefined();
      await store.put('packs/k', seed('k', 50_000));
      expect(await store.get('packs/k')).toEqual(seed('k', 50_000));
    });

    it('takes over from a writer that is gone, by the clock of the server, and sweeps what it left a day later', async () => {
      const clock = fakeClock();
      const server = await startFake({ nowMs: () => clock.nowMs() });
      const options = { clock, pauseMs: async (milliseconds: number) => clock.advanceMs(milliseconds), maxAttempts: 1 };
      const store = freshStore(options, server);
      server.faults.arm({ kind: 'drop', operation: 'MOVE' });
      server.faults.arm({ kind: 'drop', operation: 'DELETE' });
      await expect(store.put('k', seed('k'))).rejects.toMatchObject({ code: 'unreachable' });
      expect(scaffold(server)).toHaveLength(2);
      const before = clock.nowMs();
      await store.put('k', seed('k2'));
      expect(clock.nowMs() - before).toBeGreaterThanOrEqual(60_000);
      expect(await store.get('k')).toEqual(seed('k2'));
      expect(scaffold(server)).toHaveLength(1);
      clock.advanceMs(25 * 3_600_000);
      await new WebDavObjectStore({
        url: `${server.url}/run-${folders}`,
        credentials: async () => credentials,
        clock,
      }).put('l', seed('l'));
      expect(scaffold(server)).toEqual([]);
    });

    it('begins anew where the stale claim before its own was given back, and another writer has begun with that', async () => {
      const server = await startFake();
      const claim = `run-${folders + 1}/.uploads/claim-${createHash('sha256').update('k').digest('hex')}`;
      const claims = (...numbers: readonly [number, number][]): void => {
        for (const path of server.tree.subtree(`run-${folders}/.uploads`)) {
          if (path.includes('/claim-')) server.tree.nodes.delete(path);
        }
        for (const [number, agoMs] of numbers) {
          const modifiedMs = Date.now() - agoMs;
          server.tree.nodes.set(`${claim}.${number}`, { bytes: undefined, etag: '"c"', modifiedMs });
        }
      };
      // The stale one is taken over by a second writer; that gives both back; a third one begins; then that is done as well.
      const course = [() => claims([0, 90_000], [1, 0]), () => claims([0, 0]), () => claims()];
      let waits = 0;
      const store = freshStore({ pauseMs: async () => course[++waits]?.() }, server);
      await store.put('other', seed('other'));
      course[0]!();
      await store.put('k', seed('k'));
      expect(waits).toBe(2);
      expect(await store.get('k')).toEqual(seed('k'));
      expect(scaffold(server)).toEqual([]);
    });

    it('fails with store-full, and leaves nothing, when there is no room', async () => {
      const server = await startFake({ capacityBytes: 1000 });
      const store = freshStore(noPause, server);
      await expect(store.put('k', seed('k', 1001))).rejects.toMatchObject({ code: 'store-full', isRetryable: false });
      expect(server.tree.usedBytes()).toBe(0);
    });
  });

  describe('get', () => {
    it('goes on where the connection broke', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('long', 400_000));
      fake.faults.arm({ kind: 'cut-body', operation: 'GET', afterBytes: 100_000 });
      fake.faults.arm({ kind: 'cut-body', operation: 'GET', afterBytes: 1 });
      expect(await store.get('k')).toEqual(seed('long', 400_000));
    });

    it('gives up with unreachable when nothing more comes', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('long', 400_000));
      fake.faults.arm({ kind: 'cut-body', operation: 'GET', afterBytes: 0, times: 10 });
      await expect(store.get('k')).rejects.toMatchObject({ code: 'unreachable' });
      fake.faults.clear();
    });

    it('reads a range where the server has none', async () => {
      const store = freshStore({}, await startFake({ hasNoRanges: true, hasWeakEtags: true }));
      await store.put('k', seed('k', 1000));
      expect(await store.get('k', { offset: 10, length: 20 })).toEqual(seed('k', 1000).slice(10, 30));
      expect(await store.get('k', { offset: 990, length: 20 })).toEqual(seed('k', 1000).slice(990));
      await expect(store.get('k', { offset: 1000 })).rejects.toMatchObject({ code: 'invalid-range' });
    });

    it('finds no object where there is a folder, and never deletes one', async () => {
      const store = freshStore();
      await store.put('a/k', seed('k'));
      await expect(store.get('a')).rejects.toMatchObject({ code: 'not-found' });
      await expect(store.delete('a')).rejects.toMatchObject({ code: 'not-found' });
      expect(await store.head('a')).toBeUndefined();
      expect(await store.get('a/k')).toEqual(seed('k'));
    });
  });

  describe('capabilities', () => {
    it('says that creating is not exclusive where MOVE overwrites', async () => {
      const store = freshStore({}, await startFake({ overwritesAlways: true }));
      expect(await store.capabilities()).toEqual({ conditionalCreate: false });
    });
  });

  describe('delete', () => {
    it('asks for no trash bin, and succeeds when the answer of its own first try was lost', async () => {
      const store = freshStore(noPause);
      await store.put('k', seed('k'));
      fake.faults.arm({ kind: 'lose-answer', operation: 'DELETE' });
      await store.delete('k');
      await expect(store.delete('k')).rejects.toMatchObject({ code: 'not-found' });
    });
  });

  it.each([
    [401, 'access-denied'],
    [301, 'invalid-url'],
    [405, 'invalid-url'],
    [200, 'invalid-url'],
  ])('says what %i means', async (status, code) => {
    const store = freshStore();
    fake.faults.arm({ kind: 'refuse', operation: 'PROPFIND', status });
    await expect(store.head('k')).rejects.toMatchObject({ code, isRetryable: false });
  });

  it('sends a bearer token, and no credential where a redirect leads', async () => {
    const server = await startFake({ authorization: 'Bearer token-1' });
    const bearer = freshStore({ credentials: async () => ({ kind: 'bearer', token: 'token-1' }) }, server);
    await bearer.put('k', seed('k'));
    const before = fake.requests.length;
    server.faults.arm({ kind: 'refuse', operation: 'GET', status: 302, location: `${fake.url}/stolen` });
    await expect(bearer.get('k')).rejects.toMatchObject({ code: 'invalid-url' });
    expect(fake.requests).toHaveLength(before);
  });

  it('never puts a credential into an error', async () => {
    const wrong: WebDavCredentials = { kind: 'basic', user: 'secret-user', password: 'secret-other' };
    const store = freshStore({ credentials: async () => wrong });
    const error: unknown = await store.put('k', seed('k')).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'access-denied' });
    expect(JSON.stringify(error) + String(error)).not.toMatch(/secret-/);
  });

  it('fails with unreachable when nobody listens', async () => {
    const gone = await startWebDavFake();
    await gone.close();
    const store = new WebDavObjectStore({ url: gone.url, credentials: async () => undefined, ...noPause });
    await expect(store.get('k')).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
  });
});
