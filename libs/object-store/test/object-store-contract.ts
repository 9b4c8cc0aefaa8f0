import { describe, expect, it } from 'vitest';

import { sha256 } from '@coffer/crypto/node';
import { seed } from '@coffer/test-kit';

import type { ObjectStore, ObjectStoreCapabilities } from '../src/index';

/** Makes a fresh, empty store. */
export type MakeStore = () => Promise<ObjectStore>;

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function keysOf(listing: AsyncIterable<{ key: string }>): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of listing) keys.push(key);
  return keys;
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(Buffer.concat(parts));
}

const failsWith = (code: string): unknown => expect.objectContaining({ name: 'ObjectStoreError', code }) as unknown;

/** What every store promises, as tests of one of them. @param expected - what it says of itself: exclusive creation unless told; null where it is asked what nobody here knows */
export function describeObjectStore(
  name: string,
  makeStore: MakeStore,
  expected: ObjectStoreCapabilities | null = { conditionalCreate: true },
): void {
  describe(`${name} as an ObjectStore`, () => {
    describe('put', () => {
      it('stores bytes that come back as they were', async () => {
        const store = await makeStore();
        const bytes = seed('content', 300_000);
        await store.put('repo/packs/1/aa/one', bytes, { sha256: sha256(bytes) });
        expect(Buffer.from(await store.get('repo/packs/1/aa/one')).equals(bytes)).toBe(true);
      });

      it('stores pieces, and an empty object', async () => {
        const store = await makeStore();
        const bytes = seed('pieces', 200_001);
        await store.put('a/pieces', inPieces(bytes, 777), { contentLength: bytes.length, sha256: sha256(bytes) });
        await store.put('a/empty', new Uint8Array(0));
        expect(Buffer.from(await store.get('a/pieces')).equals(bytes)).toBe(true);
        expect(await store.get('a/empty')).toEqual(new Uint8Array(0));
        expect(await store.get('a/empty', { offset: 0, length: 5 })).toEqual(new Uint8Array(0));
      });

      it('keeps nothing of the memory that it was given', async () => {
        const store = await makeStore();
        const bytes = seed('memory', 300_000);
        await store.put('k', bytes);
        bytes.fill(0);
        expect(Buffer.from(await store.get('k')).equals(seed('memory', 300_000))).toBe(true);
      });

      it('refuses an object that exists, whatever its bytes, and leaves it as it was', async () => {
        const store = await makeStore();
        await store.put('k', seed('first'));
        await expect(store.put('k', seed('second'))).rejects.toEqual(failsWith('already-exists'));
        await expect(store.put('k', seed('first'))).rejects.toEqual(failsWith('already-exists'));
        expect(await store.get('k')).toEqual(seed('first'));
      });

      it('lets exactly one of several writers win', async () => {
        const store = await makeStore();
        const writers = Array.from({ length: 12 }, (_, index) => store.put('heads/1', seed(`writer ${index}`, 50_000)));
        const outcomes = await Promise.allSettled(writers);
        const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
        expect(winners).toHaveLength(1);
        expect(await store.get('heads/1')).toEqual(seed(`writer ${winners[0]!}`, 50_000));
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toEqual(failsWith('already-exists'));
        }
      });

      it('leaves nothing where length or hash are not as announced', async () => {
        const store = await makeStore();
        const bytes = seed('x', 5000);
        const wrong = { contentLength: 5000, sha256: sha256(seed('y')) };
        await expect(store.put('k', bytes, { sha256: wrong.sha256 })).rejects.toEqual(failsWith('checksum-mismatch'));
        await expect(store.put('k', inPieces(bytes, 99), wrong)).rejects.toEqual(failsWith('checksum-mismatch'));
        await expect(store.put('k', bytes, { contentLength: 4999 })).rejects.toEqual(failsWith('checksum-mismatch'));
        for (const contentLength of [4999, 5001]) {
          const put = store.put('k', inPieces(bytes, 99), { contentLength });
          await expect(put).rejects.toEqual(failsWith('checksum-mismatch'));
        }
        await expect(store.put('k', inPieces(bytes, 99))).rejects.toEqual(failsWith('checksum-mismatch'));
        expect(await store.head('k')).toBeUndefined();
        expect(await keysOf(store.list(''))).toEqual([]);
      });

      it('passes on what the content throws, and leaves nothing', async () => {
        const store = await makeStore();
        const broken = async function* (): AsyncGenerator<Uint8Array, void> {
          yield seed('x');
          throw new RangeError('the source broke');
        };
        await expect(store.put('k', broken(), { contentLength: 64 })).rejects.toThrow('the source broke');
        expect(await keysOf(store.list(''))).toEqual([]);
      });
    });

    describe('get', () => {
      it('gives ranges, cut at the end of the object', async () => {
        const store = await makeStore();
        const bytes = seed('range', 1000);
        await store.put('k', bytes);
        expect(await store.get('k', { offset: 0, length: 56 })).toEqual(bytes.slice(0, 56));
        expect(await store.get('k', { offset: 990 })).toEqual(bytes.slice(990));
        expect(await store.get('k', { offset: 990, length: 500 })).toEqual(bytes.slice(990));
        const stream = await store.getStream('k', { offset: 10, length: 20 });
        expect(stream).toMatchObject({ sizeBytes: 1000, offset: 10, length: 20 });
        expect(await readAll(stream.content)).toEqual(bytes.slice(10, 30));
      });

      it('gives the same bytes where it may read into memory of the caller, long enough or not', async () => {
        const store = await makeStore();
        const bytes = seed('into', 1000);
        await store.put('k', bytes);
        for (const into of [new Uint8Array(100), new Uint8Array(new ArrayBuffer(1500), 7, 1200)]) {
          const { content } = await store.getStream('k', { offset: 10, length: 900 }, { into });
          expect(await readAll(content)).toEqual(bytes.slice(10, 910));
        }
      });

      it('refuses what is no range of the object', async () => {
        const store = await makeStore();
        await store.put('k', seed('range', 10));
        for (const range of [{ offset: 10 }, { offset: -1 }, { offset: 0, length: 0 }, { offset: 0.5 }]) {
          await expect(store.get('k', range)).rejects.toEqual(failsWith('invalid-range'));
        }
      });

      it('fails with not-found where there is nothing', async () => {
        const store = await makeStore();
        await expect(store.get('none')).rejects.toEqual(failsWith('not-found'));
        await expect(store.getStream('none', { offset: 0, length: 5 })).rejects.toEqual(failsWith('not-found'));
      });
    });

    describe('head', () => {
      it('tells size, and a SHA-256 only if it is that of the bytes', async () => {
        const store = await makeStore();
        const bytes = seed('head', 12_345);
        await store.put('k', bytes, { sha256: sha256(bytes) });
        const info = await store.head('k');
        expect(info?.sizeBytes).toBe(12_345);
        if (info?.sha256 !== undefined) expect(info.sha256).toEqual(sha256(bytes));
        expect(await store.head('none')).toBeUndefined();
      });
    });

    describe('list', () => {
      const keys = ['a', 'a-b', 'a.c/1', 'a0/x', 'b/1', 'b/10', 'b/2/3', 'b/Z', 'c'];

      it('gives keys in the order of their bytes, by prefix, from a cursor, up to a limit', async () => {
        const store = await makeStore();
        for (const key of [...keys].reverse()) await store.put(key, seed(key));
        expect(await keysOf(store.list(''))).toEqual(keys);
        expect(await keysOf(store.list('b/'))).toEqual(['b/1', 'b/10', 'b/2/3', 'b/Z']);
        expect(await keysOf(store.list('b/1'))).toEqual(['b/1', 'b/10']);
        expect(await keysOf(store.list('', { limit: 3 }))).toEqual(keys.slice(0, 3));
        expect(await keysOf(store.list('', { after: 'a.c/1' }))).toEqual(keys.slice(3));
        expect(await keysOf(store.list('b/', { after: 'b/10', limit: 1 }))).toEqual(['b/2/3']);
        expect(await keysOf(store.list('nothing'))).toEqual([]);
        expect(await keysOf(store.list('', { limit: 0 }))).toEqual([]);
      });

      it('tells sizes', async () => {
        const store = await makeStore();
        await store.put('k', seed('k', 77));
        for await (const entry of store.list('')) expect(entry).toEqual({ key: 'k', sizeBytes: 77 });
      });
    });

    describe('delete', () => {
      it('removes one object, once', async () => {
        const store = await makeStore();
        await store.put('a/1', seed('1'));
        await store.put('a/2', seed('2'));
        await store.delete('a/1');
        expect(await keysOf(store.list(''))).toEqual(['a/2']);
        await expect(store.delete('a/1')).rejects.toEqual(failsWith('not-found'));
        await store.put('a/1', seed('again'));
        expect(await store.get('a/1')).toEqual(seed('again'));
      });
    });

    describe('keys', () => {
      it.each([
        '',
        '/a',
        'a/',
        'a//b',
        '..',
        'a/../b',
        './a',
        'a/.hidden',
        'a\\b',
        'a b',
        'ä',
        'a\0',
        'x'.repeat(1025),
      ])('refuses %j everywhere', async (key) => {
        const store = await makeStore();
        await expect(store.put(key, seed('x'))).rejects.toEqual(failsWith('invalid-key'));
        await expect(store.get(key)).rejects.toEqual(failsWith('invalid-key'));
        await expect(store.head(key)).rejects.toEqual(failsWith('invalid-key'));
        await expect(store.delete(key)).rejects.toEqual(failsWith('invalid-key'));
      });
    });

    describe('capabilities', () => {
      it(`says that creating is ${expected?.conditionalCreate === false ? 'not ' : ''}exclusive`, async () => {
        const store = await makeStore();
        const said = await store.capabilities();
        expect(said).toEqual(expected ?? { conditionalCreate: expect.any(Boolean) as boolean });
        expect(await keysOf(store.list(''))).toEqual([]);
      });
    });
  });
}
