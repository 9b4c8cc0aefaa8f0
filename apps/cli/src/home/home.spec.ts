import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeVerifierKey, noteVerifier } from '@coffer/evidence';
import { requireSigningSeed, signingPublicKey } from '@coffer/crypto';
import { EncodingError, fromUtf8, toBase64Url, utf8 } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  findDeployment,
  parseDeployment,
  pinDeployment,
  readDeploymentFile,
  requireDeployment,
} from './deployment-file';
import { HomeDirectory } from './home-directory';
import { HomeError } from './home-error';

const keyNamed = (name: string): string =>
  encodeVerifierKey(noteVerifier(name, signingPublicKey(requireSigningSeed(seed(name)))));

const sample = {
  v: 1,
  apiUrl: 'http://localhost:4301',
  portalUrl: 'http://localhost:4300',
  issuer: 'http://localhost:4303',
  clients: { cli: 'coffer-cli', portal: 'coffer-portal', dashboard: 'coffer-dashboard' },
  audience: 'urn:coffer:vault',
  vaultId: toBase64Url(seed('vault id', 16)),
  opaqueServerPublicKey: toBase64Url(seed('opaque key')),
  ledgerKey: keyNamed('ledger'),
  certificateKey: keyNamed('certificate'),
};
const bytesOf = (change: object = {}): Uint8Array => utf8(JSON.stringify({ ...sample, ...change }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const isPosix = process.platform !== 'win32';

let root: string;
let home: HomeDirectory;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'coffer-home-'));
  home = new HomeDirectory(join(root, 'home'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function codeOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(HomeError);
    return (error as HomeError).code;
  }
}

describe('HomeDirectory', () => {
  it.runIf(isPosix)('keeps folders to 0700 and files to 0600', async () => {
    const file = home.keyFile(seed('key id', 8));
    await home.write(file, 'secret');
    expect([home.path, home.keysFolder].map(modeOf)).toEqual([0o700, 0o700]);
    expect(modeOf(file)).toBe(0o600);
    expect(readdirSync(home.keysFolder)).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  });

  it.runIf(isPosix)('closes a folder that stands open', async () => {
    mkdirSync(home.path);
    chmodSync(home.path, 0o755);
    await home.ensure();
    expect(modeOf(home.path)).toBe(0o700);
  });

  it.runIf(isPosix)('refuses a file that others may read', async () => {
    await home.write(home.sessionFile, 'token');
    chmodSync(home.sessionFile, 0o640);
    expect(await codeOf(() => home.read(home.sessionFile))).toBe('refused');
    expect(await home.read(home.sessionFile, { isSecret: false })).toEqual(new TextEncoder().encode('token'));
    chmodSync(home.sessionFile, 0o620);
    expect(await codeOf(() => home.read(home.sessionFile, { isSecret: false }))).toBe('refused');
  });

  it('gives back what was written, nothing where there is nothing, and refuses what is too large', async () => {
    expect(await home.read(home.sessionFile)).toBeUndefined();
    await home.write(home.sessionFile, 'first');
    await home.write(home.sessionFile, utf8('second'));
    expect(fromUtf8((await home.read(home.sessionFile))!)).toBe('second');
    expect(await codeOf(() => home.read(home.sessionFile, { maximumBytes: 5 }))).toBe('damaged');
    expect(readdirSync(home.path)).toEqual(['session.json']);
  });

  it('lists and removes', async () => {
    expect(await home.list(home.keysFolder)).toEqual([]);
    await home.write(home.keyFile(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)), 'x');
    await home.write(home.keyFile(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0)), 'x');
    writeFileSync(join(home.keysFolder, '.left-over.tmp'), 'x');
    expect(await home.list(home.keysFolder)).toEqual(['0100000000000000', '0900000000000000']);
    expect(await home.remove(home.keyFile(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)))).toBe(true);
    expect(await home.remove(home.keyFile(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)))).toBe(false);
  });

  it('gives each repository names of its own, and none outside', async () => {
    const id = seed('repository', 16);
    const names = [home.seenFile(id), home.lockFile(id), home.cacheFolder(id)];
    expect(new Set(names).size).toBe(3);
    expect(names.every((name) => name.startsWith(home.path))).toBe(true);
    expect(() => home.seenFile(seed('repository', 15))).toThrow(EncodingError);
    await expect(home.ensure(root)).rejects.toThrow(EncodingError);
    await expect(home.write(join(root, 'x'), 'x')).rejects.toThrow(EncodingError);
    expect(existsSync(join(root, 'x'))).toBe(false);
  });
});

describe('parseDeployment', () => {
  it('decodes the keys that it pins', () => {
    const known = parseDeployment(bytesOf());
    expect(known.deployment).toEqual(sample);
    expect(known.vaultId).toEqual(seed('vault id', 16));
    expect(encodeVerifierKey(known.ledgerKey)).toBe(sample.ledgerKey);
    expect(encodeVerifierKey(known.certificateKey)).toBe(sample.certificateKey);
  });

  it.each<[string, object]>([
    ['another version', { v: 2 }],
    ['a field more', { extra: 1 }],
    ['a field missing', { issuer: undefined }],
    ['a short vault id', { vaultId: 'AAAA' }],
    ['bits left over', { vaultId: 'AAAAAAAAAAAAAAAAAAAAAB' }],
    ['a URL of another kind', { apiUrl: 'file:///etc/passwd' }],
    ['a key whose hash is another', { ledgerKey: sample.ledgerKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+') }],
    ['a key that is none', { certificateKey: 'x' }],
  ])('refuses %s', (_name, change) => {
    expect(() => parseDeployment(bytesOf(change))).toThrow(expect.objectContaining({ code: 'deployment-invalid' }));
  });

  it('refuses what is no JSON, no UTF-8 or too large', () => {
    for (const bytes of [utf8('{'), Uint8Array.of(0xff), new Uint8Array(70_000)]) {
      expect(() => parseDeployment(bytes)).toThrow(expect.objectContaining({ code: 'deployment-invalid' }));
    }
  });
});

describe('pinDeployment', () => {
  it('keeps a deployment, which is found again', async () => {
    expect(await findDeployment(home)).toBeUndefined();
    expect(await codeOf(() => requireDeployment(home))).toBe('no-deployment');
    const file = join(root, 'deployment.json');
    writeFileSync(file, bytesOf());
    await pinDeployment(home, await readDeploymentFile(file));
    expect((await requireDeployment(home)).deployment).toEqual(sample);
  });

  it('takes other URLs and client ids of the same vault', async () => {
    await pinDeployment(home, parseDeployment(bytesOf()));
    await pinDeployment(home, parseDeployment(bytesOf({ apiUrl: 'https://vault.example.org' })));
    expect((await requireDeployment(home)).deployment.apiUrl).toBe('https://vault.example.org');
  });

  it.each<[string, object]>([
    ['vaultId', { vaultId: toBase64Url(seed('another vault', 16)) }],
    ['opaqueServerPublicKey', { opaqueServerPublicKey: toBase64Url(seed('another key')) }],
    ['ledgerKey', { ledgerKey: keyNamed('another-ledger') }],
    ['certificateKey', { certificateKey: keyNamed('another-certificate') }],
  ])('stops hard when %s changed, and keeps what was pinned', async (changed, change) => {
    await pinDeployment(home, parseDeployment(bytesOf()));
    const before = readFileSync(home.deploymentFile);
    await expect(pinDeployment(home, parseDeployment(bytesOf(change)))).rejects.toMatchObject({
      code: 'deployment-changed',
      fields: { changed },
    });
    expect(readFileSync(home.deploymentFile)).toEqual(before);
  });

  it('does not take a damaged pin for none', async () => {
    await home.write(home.deploymentFile, '{}');
    expect(await codeOf(() => findDeployment(home))).toBe('damaged');
    expect(await codeOf(() => pinDeployment(home, parseDeployment(bytesOf())))).toBe('damaged');
  });
});
