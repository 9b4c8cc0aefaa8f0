import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { fakeClock } from '@coffer/test-kit';
import { startS3Fake, type S3Fake, type S3FakeOptions } from '@coffer/test-kit/node';

import { largeBytes } from '../../../test/large-bytes';
import { written } from '../../../test/s3-writer';
import type { S3ObjectStoreOptions } from './s3-bucket';
import { S3ObjectStore } from './s3-object-store';

const credentials = { accessKeyId: 'test-access-key', secretAccessKey: 'test-secret-key' };
const partBytes = 262_144;
/** Three parts. */
const bytes = largeBytes('object', 2 * partBytes + 1000);
const clock = fakeClock();
const fakes: S3Fake[] = [];
let prefixes = 0;
let fake: S3Fake;

async function startFake(options: S3FakeOptions = {}): Promise<S3Fake> {
  const started = await startS3Fake({
    buckets: ['sealed'],
    nowMs: () => clock.nowMs(),
    smallestPartBytes: partBytes,
    ...options,
  });
  fakes.push(started);
  return started;
}

beforeAll(async () => {
  fake = await startFake();
});
afterEach(() => fake.faults.clear());
afterAll(async () => {
  for (const each of fakes) await each.close();
});

const freshPrefix = (): string => `run/${(prefixes += 1)}`;

function storeAt(prefix: string, options: Partial<S3ObjectStoreOptions> = {}, at = fake): S3ObjectStore {
  return new S3ObjectStore({ bucket: 'sealed', prefix, endpoint: at.endpoint, credentials, partBytes, ...options });
}

/** Numbers of the parts that were asked for under a prefix, in order. */
function partsSent(prefix: string, at = fake): readonly number[] {
  const pattern = new RegExp(`^UploadPart sealed/${prefix}/[^.].*partNumber=(\\d+)$`);
  return at.requests.flatMap((line) => Number(pattern.exec(line)?.[1] ?? '0') || []);
}

/** Operations of an object's own upload, in order. */
function operations(prefix: string, at = fake): readonly string[] {
  return at.requests.filter((line) => line.includes(` sealed/${prefix}/k`)).map((line) => line.split(' ')[0] ?? '');
}

const isWhole = async (store: S3ObjectStore): Promise<boolean> => Buffer.from(await store.get('k')).equals(bytes);
const unfinished = (at = fake): number => at.bucket('sealed').uploads.size;

async function* inPieces(content: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < content.length; at += 70_000) yield content.subarray(at, at + 70_000);
}

describe('S3ObjectStore in parts', () => {
  it('sends what is larger than a part in parts, and what is not in one request', async () => {
    const prefix = freshPrefix();
    const store = storeAt(prefix);
    await store.put('k', inPieces(bytes), { contentLength: bytes.length });
    await store.put('l', bytes.subarray(0, partBytes));
    expect(partsSent(prefix)).toEqual([1, 2, 3]);
    expect(await isWhole(store)).toBe(true);
    expect(fake.requests.at(-2)).toBe(`PutObject sealed/${prefix}/l`);
    expect(unfinished()).toBe(0);
  });

  it('sends a part alone again where its connection was cut', async () => {
    const prefix = freshPrefix();
    const store = storeAt(prefix);
    fake.faults.arm({ kind: 'cut-upload', operation: 'UploadPart', keyPart: 'k?partNumber=2', afterBytes: 100_000 });
    await store.put('k', bytes);
    expect(partsSent(prefix)).toEqual([1, 2, 2, 3]);
    expect(await isWhole(store)).toBe(true);
  });

  it('goes on with the parts that an upload left which broke off, and sends none of them again', async () => {
    const prefix = freshPrefix();
    const away = { kind: 'refuse', operation: 'UploadPart', keyPart: 'k?partNumber=3', status: 503 } as const;
    fake.faults.arm(away);
    const put = storeAt(prefix, { maxAttempts: 1 }).put('k', inPieces(bytes), { contentLength: bytes.length });
    await expect(put).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
    expect(unfinished()).toBe(1);
    const store = storeAt(prefix);
    await store.put('k', inPieces(bytes), { contentLength: bytes.length });
    expect(partsSent(prefix)).toEqual([1, 2, 3, 3]);
    expect(await isWhole(store)).toBe(true);
    expect(unfinished()).toBe(0);
  });

  it('sends a part of an upload that broke off again where the server has others bytes of it', async () => {
    const prefix = freshPrefix();
    fake.faults.arm({ kind: 'refuse', operation: 'CompleteMultipartUpload', keyPart: `${prefix}/k`, status: 503 });
    const other = largeBytes('other', bytes.length);
    other.set(bytes.subarray(0, partBytes));
    await expect(storeAt(prefix, { maxAttempts: 1 }).put('k', other)).rejects.toMatchObject({ code: 'unreachable' });
    const store = storeAt(prefix);
    await store.put('k', bytes);
    expect(partsSent(prefix)).toEqual([1, 2, 3, 2, 3]);
    expect(await isWhole(store)).toBe(true);
  });

  it('aborts what another content left under its key, once the object is there', async () => {
    const prefix = freshPrefix();
    fake.faults.arm({ kind: 'refuse', operation: 'UploadPart', keyPart: 'k?partNumber=2', status: 500 });
    const other = largeBytes('other', bytes.length);
    await expect(storeAt(prefix, { maxAttempts: 1 }).put('k', other)).rejects.toMatchObject({ code: 'unreachable' });
    const store = storeAt(prefix);
    await store.put('k', bytes);
    expect(partsSent(prefix)).toEqual([1, 2, 1, 2, 3]);
    expect(operations(prefix).filter((name) => name === 'CreateMultipartUpload')).toHaveLength(2);
    expect(await isWhole(store)).toBe(true);
    expect(unfinished()).toBe(0);
  });

  it('aborts below its prefix what its own credentials began a week ago, and nothing else', async () => {
    const at = await startFake();
    const begin = async (prefix: string, accessKeyId: string): Promise<void> => {
      at.faults.arm({ kind: 'refuse', operation: 'UploadPart', keyPart: 'left?', status: 403 });
      const own = { ...credentials, accessKeyId };
      await expect(storeAt(prefix, { credentials: own }, at).put('left', bytes)).rejects.toMatchObject({
        code: 'access-denied',
      });
    };
    // An upload that may not be sent may not be aborted either here.
    at.faults.arm({ kind: 'refuse', operation: 'AbortMultipartUpload', keyPart: 'left', status: 403, times: 4 });
    await begin('mine', credentials.accessKeyId);
    await begin('others', credentials.accessKeyId);
    await begin('mine/theirs', 'another-key');
    clock.advanceMs(7 * 24 * 3600 * 1000);
    await begin('mine/young', credentials.accessKeyId);
    await storeAt('mine', {}, at).put('k', bytes);
    const left = [...at.bucket('sealed').uploads.values()].map(({ key }) => key);
    expect(left.sort()).toEqual(['mine/theirs/left', 'mine/young/left', 'others/left']);
  });

  it('leaves neither object nor parts where the content is not what was announced, or breaks', async () => {
    const store = storeAt(freshPrefix());
    const wrong = { contentLength: bytes.length, sha256: new Uint8Array(32) };
    await expect(store.put('k', inPieces(bytes), wrong)).rejects.toMatchObject({ code: 'checksum-mismatch' });
    const broken = async function* (): AsyncGenerator<Uint8Array, void> {
      yield bytes.subarray(0, partBytes + 1);
      throw new RangeError('the source broke');
    };
    await expect(store.put('k', broken(), { contentLength: bytes.length })).rejects.toThrow('the source broke');
    expect(await store.head('k')).toBeUndefined();
    expect(unfinished()).toBe(0);
  });

  it('lets exactly one of several writers win, and leaves no parts of the others', async () => {
    const store = storeAt(freshPrefix());
    const contents = [1, 2, 3].map((writer) => largeBytes(`writer ${writer}`, partBytes + 1));
    const outcomes = await Promise.allSettled(contents.map((content) => store.put('k', content)));
    const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(Buffer.from(await store.get('k')).equals(contents[winners[0]!]!)).toBe(true);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'already-exists' });
    }
    expect(unfinished()).toBe(0);
  });

  describe('the end of an upload', () => {
    const complete = { operation: 'CompleteMultipartUpload', keyPart: '/k' } as const;

    it.each([
      ['where its answer was lost, and the server knows the upload no more', []],
      ['where its answer was lost, and the server says that the object is there', [412]],
    ])('is its own %s', async (_name, statuses) => {
      const store = storeAt(freshPrefix());
      fake.faults.arm({ ...complete, kind: 'lose-answer' });
      for (const status of statuses)
        fake.faults.arm({ ...complete, kind: 'refuse', status, code: 'PreconditionFailed' });
      await store.put('k', inPieces(bytes), { contentLength: bytes.length });
      expect(await isWhole(store)).toBe(true);
      await expect(store.put('k', bytes)).rejects.toMatchObject({ code: 'already-exists' });
    });

    it('is that of another one, though an answer was lost, where other bytes are there', async () => {
      const prefix = freshPrefix();
      const store = storeAt(prefix);
      await store.put('k', new Uint8Array(5));
      // It came while the parts were on their way: nothing was there at first.
      fake.faults.arm({ kind: 'refuse', operation: 'HeadObject', keyPart: `${prefix}/k`, status: 404 });
      fake.faults.arm({ ...complete, kind: 'refuse', status: 503 });
      await expect(store.put('k', bytes)).rejects.toMatchObject({ code: 'already-exists' });
      expect(operations(prefix).filter((name) => name === 'CompleteMultipartUpload')).toHaveLength(2);
      expect(unfinished()).toBe(0);
    });

    it.each([
      ['as S3 writes it', {}],
      ['as its client does not see it', { body: '<Error><Code>InternalError</Code><Message>x</Message></Error>\n' }],
      ['as nothing at all', { body: '' }],
    ])('is none where an answer of 200 holds an error, %s', async (_name, fault) => {
      const prefix = freshPrefix();
      const store = storeAt(prefix);
      const answer = { ...complete, kind: 'refuse', status: 200, code: 'InternalError', ...fault } as const;
      fake.faults.arm(answer);
      await store.put('k', bytes);
      expect(operations(prefix).filter((name) => name === 'CompleteMultipartUpload')).toHaveLength(2);
      expect(await isWhole(store)).toBe(true);
      fake.faults.arm({ ...answer, keyPart: '/never', times: 100 });
      const never = storeAt(prefix, { maxAttempts: 1 }).put('never', bytes);
      await expect(never).rejects.toMatchObject({ code: 'unreachable', isRetryable: true });
      expect(await store.head('never')).toBeUndefined();
      fake.bucket('sealed').uploads.clear();
    });

    it('begins anew where another one took the upload away', async () => {
      const store = storeAt(freshPrefix());
      fake.faults.arm({ ...complete, kind: 'refuse', status: 404, code: 'NoSuchUpload' });
      await store.put('k', bytes);
      expect(await isWhole(store)).toBe(true);
    });
  });

  describe('servers', () => {
    it('get one request where only that is exclusive', async () => {
      const at = await startFake({ overwrites: 'in-parts' });
      const store = storeAt('p', {}, at);
      await store.put('k', bytes);
      expect(operations('p', at)).toEqual(['PutObject']);
      expect(await store.capabilities()).toEqual({ conditionalCreate: true });
      expect(
        at
          .bucket('sealed')
          .all()
          .map(({ key }) => key),
      ).toEqual(['p/k']);
    });

    it('get parts, looked for first, where neither is', async () => {
      const at = await startFake({ overwrites: 'always' });
      const store = storeAt('p', {}, at);
      await store.put('k', bytes);
      expect(partsSent('p', at)).toEqual([1, 2, 3]);
      await expect(store.put('k', largeBytes('other', bytes.length))).rejects.toMatchObject({ code: 'already-exists' });
      expect(await isWhole(store)).toBe(true);
      expect(await store.capabilities()).toEqual({ conditionalCreate: false });
    });

    it('get one request where they take no parts', async () => {
      const none = await startFake();
      const store = storeAt('p', {}, none);
      none.faults.arm({ kind: 'refuse', operation: 'CreateMultipartUpload', status: 501, code: 'NotImplemented' });
      await store.put('k', bytes);
      expect(operations('p', none)).toEqual(['HeadObject', 'PutObject']);
      expect(await isWhole(store)).toBe(true);
    });

    it('that list no uploads, or not to these credentials, take parts all the same', async () => {
      for (const status of [403, 501]) {
        const store = storeAt(freshPrefix());
        fake.faults.arm({ kind: 'refuse', operation: 'ListMultipartUploads', status, times: 3 });
        await store.put('k', bytes);
        expect(await isWhole(store)).toBe(true);
        fake.faults.clear();
      }
    });
  });

  describe('a process that is killed in the middle', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'coffer-s3-writer-'));
      await build({
        configFile: false,
        logLevel: 'silent',
        resolve: { tsconfigPaths: true },
        ssr: { noExternal: true },
        build: {
          ssr: join(import.meta.dirname, '../../../test/s3-writer.ts'),
          outDir: folder,
          rolldownOptions: { output: { entryFileNames: 's3-writer.mjs' } },
        },
      });
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const startWriter = (prefix: string): ChildProcess =>
      spawn(process.execPath, [join(folder, 's3-writer.mjs'), fake.endpoint, prefix], { stdio: 'ignore' });

    it('is gone on for by the next one', async () => {
      const prefix = freshPrefix();
      fake.faults.arm({ kind: 'stall', operation: 'UploadPart', keyPart: 'one?partNumber=2' });
      const first = startWriter(prefix);
      await vi.waitFor(() => expect(partsSent(prefix)).toEqual([1, 2]), { timeout: 20_000 });
      first.kill('SIGKILL');
      await once(first, 'exit');
      expect(unfinished()).toBe(1);
      const [code] = (await once(startWriter(prefix), 'exit')) as [number];
      expect(code).toBe(0);
      expect(partsSent(prefix)).toEqual([1, 2, 2, 3]);
      const stored = await storeAt(prefix).get(written.key);
      expect(Buffer.from(stored).equals(largeBytes('written', written.lengthBytes))).toBe(true);
      expect(unfinished()).toBe(0);
    });
  });
});
