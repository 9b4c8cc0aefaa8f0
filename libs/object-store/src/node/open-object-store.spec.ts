import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import * as node from '../node';
import { LateObjectStore } from './late-object-store';
import { openObjectStore } from './open-object-store';
import type { StoreAccess } from './store-access';

const access: StoreAccess = {
  webdav: async () => undefined,
  drive: () => Promise.reject(new Error('not asked')),
  icloud: () => Promise.reject(new Error('not asked')),
};
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coffer-open-store-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('node', () => {
  it('exports what the docs name and nothing else', () => {
    expect(Object.keys(node).sort()).toEqual([
      'DiskObjectStore',
      'GoogleSignIn',
      'appleApiUrl',
      'findSignInPage',
      'googleApiUrl',
      'googleSignInUrl',
      'openObjectStore',
      'parseICloudContainer',
      'requireStoreAddress',
      'storeSchemes',
    ]);
  });
});

describe('openObjectStore', () => {
  it('opens a folder by absolute path, relative path and URL', async () => {
    await openObjectStore(`file:${folder}/a b`).put('absolute', new Uint8Array([1]));
    await openObjectStore('file:a b', { baseFolder: folder }).put('relative', new Uint8Array([2]));
    await openObjectStore(pathToFileURL(join(folder, 'a b')).href).put('url', new Uint8Array([3]));
    const names = ['absolute', 'relative', 'url'].map((name) => readFile(join(folder, 'a b', name)));
    expect((await Promise.all(names)).map(([byte]) => byte)).toEqual([1, 2, 3]);
  });

  it('opens a bucket, whose client is loaded with the first use', () => {
    const url = 's3://bucket/some/prefix/?endpoint=http://localhost:9000&region=eu-central-1';
    expect(openObjectStore(url)).toBeInstanceOf(LateObjectStore);
    expect(openObjectStore('s3://bucket')).toBeInstanceOf(LateObjectStore);
  });

  it('opens stores of a person where it is told how to sign in there, and nowhere else', () => {
    for (const url of [
      'webdav+https://host/folder',
      'webdav+http://localhost:4308/dav/',
      'webdav+http://[::1]/',
      'drive:appdata',
      'icloud:iCloud.org.example.coffer?environment=development',
    ]) {
      expect(openObjectStore(url, { access })).toBeInstanceOf(LateObjectStore);
      expect(() => openObjectStore(url)).toThrow(expect.objectContaining({ code: 'invalid-url' }));
    }
  });

  it.each([
    'https://example.org/x',
    'file:',
    'file://host/share',
    's3:bucket',
    's3:///bucket',
    's3://key:secret-value@bucket/prefix',
    's3://bucket/prefix?accessKeyId=secret-value',
    's3://bucket/prefix?endpoint=http://user:secret-value@host',
    's3://bucket/prefix?endpoint=ftp://host',
    's3://bucket/prefix?endpoint=https://host/path',
    's3://bucket/prefix#secret-value',
    'secret-value',
    'webdav+https://user:secret-value@host/folder',
    'webdav+https://host/folder?token=secret-value',
    'webdav+https://host/folder#secret-value',
    'webdav+http://host/folder',
    'webdav+http://127.0.0.1.example.org/folder',
    'webdav+ftp://host/folder',
    'webdav:secret-value',
    'webdav+secret-value',
    'drive:secret-value',
    'icloud:secret-value',
    'icloud:iCloud.org.example?token=secret-value',
  ])('refuses %s, and does not repeat it', (url) => {
    let error: unknown;
    try {
      openObjectStore(url, { access });
    } catch (reason) {
      error = reason;
    }
    expect(error).toMatchObject({ name: 'ObjectStoreError', code: 'invalid-url' });
    expect(String(error)).not.toContain('secret-value');
  });
});
