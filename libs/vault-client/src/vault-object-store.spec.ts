import { createHash } from 'node:crypto';

import type { SignedStatement } from '@coffer/contracts';
import { toRfc3339 } from '@coffer/foundation';
import { ObjectStoreError, type ListOptions } from '@coffer/object-store';
import { fakeClock, type FakeClock } from '@coffer/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { startContractServer, type ContractServer } from '../test/contract-server';
import { createVaultClient, VaultObjectStore, type CreateGrantRequest } from './index';

const first = '0'.repeat(32);
const second = `04${'10'.repeat(15)}`;
/** The same id as the vault's routes name it. */
const idOf = (folder: string): string => Buffer.from(folder, 'hex').toString('base64url');
const statement: SignedStatement = { statement: 'AAAA', signature: 'A'.repeat(86), body: 'AQ' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();

const running: ContractServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

/** A gateway as docs/wire.md describes it, kept in memory. */
async function gateway(options: { isReadOnly?: boolean; pageSize?: number; isLengthLost?: boolean } = {}) {
  const clock: FakeClock = fakeClock();
  const objects = new Map<string, Buffer>();
  const grants = new Map<string, { permission: 'read' | 'create'; repositoryId: string; expiresAtMs: number }>();
  const signed: CreateGrantRequest[] = [];
  const isGood = (grant: string | undefined, repositoryId: string, permission: 'read' | 'create') => {
    const known = grants.get(grant ?? '');
    return known?.repositoryId === repositoryId && known.permission === permission && known.expiresAtMs > clock.nowMs();
  };
  const folderOf = (id: string): string => Buffer.from(id, 'base64url').toString('hex');
  const keyOf = (params: Record<string, string>) => `${folderOf(params['repositoryId']!)}/${params['path']!}`;
  const server = await startContractServer({
    listRepositories: () => ({
      data: {
        repositories: [second, first].map((folder) => ({
          repositoryId: idOf(folder),
          keyId: '00ff00ff00ff00ff',
          createdAt: toRfc3339(0),
        })),
      },
    }),
    createChallenge: () => ({ data: { challenge: 'A'.repeat(43), expiresAt: toRfc3339(clock.nowMs() + 300_000) } }),
    createGrant: ({ params, body }) => {
      const permission = 'permission' in (body as object) ? 'read' : 'create';
      const grant = `grant-number-${grants.size.toString().padStart(8, '0')}`;
      const expiresAtMs = clock.nowMs() + 900_000;
      grants.set(grant, { permission, repositoryId: params['repositoryId']!, expiresAtMs });
      return { data: { grant, kind: 'gateway', permission, expiresAt: toRfc3339(expiresAtMs) } };
    },
    putObject: ({ params, headers, body }) => {
      if (!isGood(headers['coffer-grant'], params['repositoryId']!, 'create')) return { problem: 'grant-invalid' };
      const bytes = body as Buffer;
      if (objects.has(keyOf(params))) return { problem: 'already-exists' };
      const hash = sha256(bytes).toString('base64url');
      if (headers['coffer-content-sha256'] !== hash) return { problem: 'checksum-mismatch' };
      expect(headers['content-length']).toBe(String(bytes.length));
      objects.set(keyOf(params), bytes);
      return { data: { path: params['path'], sizeBytes: bytes.length, sha256: hash } };
    },
    getObject: ({ params, headers, response }) => {
      if (!isGood(headers['coffer-grant'], params['repositoryId']!, 'read')) return { problem: 'grant-invalid' };
      const bytes = objects.get(keyOf(params));
      if (bytes === undefined) return { problem: 'not-found' };
      const withLength = options.isLengthLost === true ? {} : { 'content-length': String(bytes.length) };
      if (headers['range'] === undefined) return { data: bytes, headers: withLength };
      const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers['range'])!;
      const start = Number(from);
      const end = to === '' ? bytes.length - 1 : Math.min(Number(to), bytes.length - 1);
      if (start >= bytes.length) return { problem: 'range-invalid' };
      if (params['path'] === 'cut') {
        response.writeHead(206, { 'content-range': `bytes ${start}-${end}/${bytes.length}` });
        response.write(bytes.subarray(start, end));
        setTimeout(() => response.destroy(), 20);
        return undefined;
      }
      const headersOut = {
        'content-range': `bytes ${start}-${end}/${bytes.length}`,
        'content-length': String(end - start + 1),
      };
      return { status: 206, data: bytes.subarray(start, end + 1), headers: headersOut };
    },
    headObject: ({ params, headers }) => {
      if (!isGood(headers['coffer-grant'], params['repositoryId']!, 'read')) return { problem: 'grant-invalid' };
      const bytes = objects.get(keyOf(params));
      if (bytes === undefined) return { problem: 'not-found' };
      return { headers: options.isLengthLost === true ? {} : { 'content-length': String(bytes.length) } };
    },
    listObjects: ({ params, query, headers }) => {
      if (!isGood(headers['coffer-grant'], params['repositoryId']!, 'read')) return { problem: 'grant-invalid' };
      const prefix = `${folderOf(params['repositoryId']!)}/${(query['prefix'] as string | undefined) ?? ''}`;
      const all = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
      const start = Number(query['cursor'] ?? 0);
      const end = start + (options.pageSize ?? 100);
      const page = all.slice(start, end).map((key) => ({ path: key.slice(33), sizeBytes: objects.get(key)!.length }));
      return { data: { objects: page, nextCursor: end < all.length ? String(end) : null } };
    },
  });
  running.push(server);
  const client = createVaultClient({
    baseUrl: server.baseUrl,
    token: async () => 't',
    clock,
    sleep: async () => undefined,
  });
  const signCreateGrant = async (request: CreateGrantRequest) => {
    signed.push(request);
    return statement;
  };
  const store = new VaultObjectStore({ client, clock, ...(options.isReadOnly === true ? {} : { signCreateGrant }) });
  return { store, server, clock, objects, grants, signed };
}

async function storeError(call: Promise<unknown>): Promise<ObjectStoreError> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ObjectStoreError);
  return error as ObjectStoreError;
}

async function* pieces(...parts: Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* parts;
}

const content = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);

describe('VaultObjectStore', () => {
  describe('put', () => {
    it('creates an object that get gives back when it was given whole or in pieces', async () => {
      const { store, signed } = await gateway();
      await store.put(`${first}/config`, content, { sha256: sha256(content) });
      await store.put(`${first}/packs/1/ab/x`, pieces(content.subarray(0, 7), content.subarray(7)), {
        contentLength: 1000,
      });
      expect(await store.get(`${first}/config`)).toEqual(content);
      expect(await store.get(`${first}/packs/1/ab/x`)).toEqual(content);
      expect(signed).toEqual([
        { repositoryId: idOf(first), challenge: 'A'.repeat(43), expiresAt: '2026-11-23T10:05:00.000Z' },
      ]);
    });

    it('throws already-exists and leaves the object when there is one', async () => {
      const { store } = await gateway();
      await store.put(`${first}/config`, content);
      expect((await storeError(store.put(`${first}/config`, Uint8Array.of(1)))).code).toBe('already-exists');
      expect(await store.get(`${first}/config`)).toEqual(content);
    });

    it.each([
      ['another hash', content, { sha256: new Uint8Array(32) }],
      ['another length', content, { contentLength: 999 }],
      ['too few pieces', pieces(content), { contentLength: 1001 }],
      ['too many pieces', pieces(content, content), { contentLength: 1000 }],
      ['pieces without a length', pieces(content), {}],
    ])('throws checksum-mismatch and stores nothing when it gets %s', async (_, bytes, options) => {
      const { store, objects } = await gateway();
      expect((await storeError(store.put(`${first}/config`, bytes, options))).code).toBe('checksum-mismatch');
      expect(objects.size).toBe(0);
    });

    it('throws access-denied when the content is over 32 MiB or the store was opened for reading', async () => {
      const { store } = await gateway();
      const large = storeError(store.put(`${first}/x`, pieces(), { contentLength: 32 * 1024 * 1024 + 1 }));
      expect((await large).code).toBe('access-denied');
      const reading = await gateway({ isReadOnly: true });
      expect((await storeError(reading.store.put(`${first}/x`, content))).code).toBe('access-denied');
      expect(reading.server.requests).toHaveLength(0);
    });

    it.each(['config', '/config', first, `${'z'.repeat(32)}/config`, `${first}x/config`, `${first}/../config`])(
      'throws invalid-key when the key is %s',
      async (key) => {
        const { store } = await gateway();
        expect((await storeError(store.put(key, content))).code).toBe('invalid-key');
      },
    );
  });

  describe('get and getStream', () => {
    it('give the part that the range names', async () => {
      const { store } = await gateway();
      await store.put(`${first}/config`, content);
      const range = { offset: 10, length: 20 };
      expect(await store.get(`${first}/config`, range)).toEqual(content.slice(10, 30));
      expect(await store.get(`${first}/config`, { offset: 990 })).toEqual(content.slice(990));
      expect(await store.get(`${first}/config`, { offset: 990, length: 100 })).toEqual(content.slice(990));
      const { sizeBytes, offset, length } = await store.getStream(`${first}/config`, range);
      expect({ sizeBytes, offset, length }).toEqual({ sizeBytes: 1000, offset: 10, length: 20 });
    });

    it('give nothing when the object is empty', async () => {
      const { store } = await gateway();
      await store.put(`${first}/empty`, new Uint8Array());
      expect(await store.get(`${first}/empty`)).toEqual(new Uint8Array());
      expect(await store.get(`${first}/empty`, { offset: 0 })).toEqual(new Uint8Array());
    });

    it('throw invalid-range when the range starts past the end or is none', async () => {
      const { store } = await gateway();
      await store.put(`${first}/config`, content);
      for (const range of [{ offset: 1000 }, { offset: -1 }, { offset: 0.5 }, { offset: 0, length: 0 }]) {
        expect((await storeError(store.get(`${first}/config`, range))).code).toBe('invalid-range');
      }
    });

    it('throw not-found when there is no object', async () => {
      const { store } = await gateway();
      expect((await storeError(store.get(`${first}/config`))).code).toBe('not-found');
    });

    it('throw unreachable when the vault stops in the middle', async () => {
      const { store } = await gateway();
      await store.put(`${first}/cut`, content);
      expect(await storeError(store.get(`${first}/cut`, { offset: 0, length: 50 }))).toMatchObject({
        code: 'unreachable',
        isRetryable: true,
      });
    });
  });

  describe('head', () => {
    it('tells the size, and undefined when there is no object', async () => {
      const { store } = await gateway();
      await store.put(`${first}/config`, content);
      expect(await store.head(`${first}/config`)).toEqual({ sizeBytes: 1000 });
      expect(await store.head(`${first}/other`)).toBeUndefined();
    });

    it('asks for one byte where a gateway takes the length away, and then at once', async () => {
      const { store, server } = await gateway({ isLengthLost: true });
      await store.put(`${first}/config`, content);
      expect(await store.head(`${first}/config`)).toEqual({ sizeBytes: 1000 });
      expect(await store.head(`${first}/config`)).toEqual({ sizeBytes: 1000 });
      expect(await store.head(`${first}/other`)).toBeUndefined();
      const asked = server.requests.map(({ name }) => name).filter((name) => /^(head|get)Object$/.test(name));
      expect(asked).toEqual(['headObject', 'getObject', 'getObject', 'getObject']);
    });

    it('reads whole objects all the same behind such a gateway, empty ones too', async () => {
      const { store, server } = await gateway({ isLengthLost: true });
      await store.put(`${first}/config`, content);
      await store.put(`${first}/empty`, new Uint8Array(0));
      expect(await store.get(`${first}/config`)).toEqual(content);
      expect(await store.get(`${first}/empty`)).toEqual(new Uint8Array(0));
      expect(await store.head(`${first}/empty`)).toEqual({ sizeBytes: 0 });
      expect((await store.getStream(`${first}/config`)).sizeBytes).toBe(1000);
      // Only the first answer was thrown away.
      expect(server.requests.filter(({ name }) => name === 'getObject')).toHaveLength(5);
    });
  });

  describe('list', () => {
    it('walks pages and repositories in the order of the keys when the prefix allows several', async () => {
      const { store } = await gateway({ pageSize: 2 });
      const keys = [`${first}/config`, `${first}/packs/1/a`, `${first}/packs/1/b`, `${second}/config`, `${second}/z`];
      for (const key of keys.toReversed()) await store.put(key, content);
      const listed = async (prefix: string, options: ListOptions = {}) => {
        const found: string[] = [];
        for await (const { key } of store.list(prefix, options)) found.push(key);
        return found;
      };
      expect(await listed('')).toEqual(keys);
      expect(await listed('04')).toEqual(keys.slice(3));
      expect(await listed(first)).toEqual(keys.slice(0, 3));
      expect(await listed(`${first}/pack`)).toEqual(keys.slice(1, 3));
      expect(await listed(`${first}x/pack`)).toEqual([]);
      expect(await listed('', { after: keys[1]!, limit: 2 })).toEqual(keys.slice(2, 4));
      expect(await listed('', { limit: 0 })).toEqual([]);
    });
  });

  describe('delete', () => {
    it('throws access-denied when anything is to be deleted: that takes an owner statement', async () => {
      const { store, server } = await gateway();
      expect((await storeError(store.delete(`${first}/config`))).code).toBe('access-denied');
      expect(server.requests).toHaveLength(0);
    });
  });

  describe('grants', () => {
    it('are shared by calls at the same time and renewed before they expire', async () => {
      const { store, clock, grants } = await gateway();
      await store.put(`${first}/config`, content);
      await Promise.all(Array.from({ length: 8 }, () => store.get(`${first}/config`)));
      expect(grants.size).toBe(2);
      clock.advanceMs(839_000);
      await store.get(`${first}/config`);
      expect(grants.size).toBe(2);
      clock.advanceMs(2_000);
      await Promise.all(Array.from({ length: 8 }, () => store.get(`${first}/config`)));
      expect(grants.size).toBe(3);
    });

    it('are asked for anew once when the vault turns one away', async () => {
      const { store, grants, server } = await gateway();
      await store.put(`${first}/config`, content);
      await store.get(`${first}/config`);
      for (const grant of grants.values()) grant.expiresAtMs = 0;
      await Promise.all([store.get(`${first}/config`), store.get(`${first}/config`)]);
      expect(server.requests.filter(({ name }) => name === 'createGrant')).toHaveLength(3);
    });

    it('are asked for again by the next call when asking failed', async () => {
      const { store, server } = await gateway();
      await server.close();
      expect((await storeError(store.get(`${first}/config`))).code).toBe('unreachable');
      expect((await storeError(store.get(`${first}/config`))).code).toBe('unreachable');
    });

    it('let the error of the signer through when it cannot sign', async () => {
      const { server, clock } = await gateway();
      const client = createVaultClient({ baseUrl: server.baseUrl, token: async () => 't' });
      const store = new VaultObjectStore({
        client,
        clock,
        signCreateGrant: () => Promise.reject(new RangeError('locked')),
      });
      await expect(store.put(`${first}/config`, content)).rejects.toThrow('locked');
    });
  });
});
