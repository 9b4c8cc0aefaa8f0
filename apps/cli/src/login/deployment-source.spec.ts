import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireSigningSeed, signingPublicKey } from '@coffer/crypto';
import { encodeVerifierKey, noteVerifier } from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readDeployment } from './deployment-source';

const keyNamed = (name: string): string =>
  encodeVerifierKey(noteVerifier(name, signingPublicKey(requireSigningSeed(seed(name)))));
const content = JSON.stringify({
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
});
const hash = createHash('sha256').update(content).digest('hex');
const { signal } = new AbortController();

let root: string;
let server: Server;
let address: string;
let status: number;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'coffer-deployment-'));
  status = 200;
  server = createServer((_, response) => response.writeHead(status).end(content));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/deployment.json`;
});
afterEach(async () => {
  await new Promise((closed) => server.close(closed));
  rmSync(root, { recursive: true, force: true });
});

describe('readDeployment', () => {
  it('reads a file, and holds it against the hash where one is given', async () => {
    const file = join(root, 'deployment.json');
    writeFileSync(file, content);
    expect((await readDeployment(file, undefined, signal)).deployment.audience).toBe('urn:coffer:vault');
    expect((await readDeployment(file, hash.toUpperCase(), signal)).vaultId).toEqual(seed('vault id', 16));
    await expect(readDeployment(file, hash.replace(/^./, 'x'), signal)).rejects.toMatchObject({ code: 'usage' });
    const other = createHash('sha256').update('other').digest('hex');
    await expect(readDeployment(file, other, signal)).rejects.toMatchObject({ code: 'deployment-invalid' });
  });

  it('takes an address only together with its hash', async () => {
    await expect(readDeployment(address, undefined, signal)).rejects.toMatchObject({ code: 'usage' });
    expect((await readDeployment(address, hash, signal)).deployment.v).toBe(1);
    const other = createHash('sha256').update('other').digest('hex');
    await expect(readDeployment(address, other, signal)).rejects.toMatchObject({ code: 'deployment-invalid' });
  });

  it('says unreachable when nothing is there', async () => {
    status = 404;
    await expect(readDeployment(address, hash, signal)).rejects.toMatchObject({ code: 'unreachable' });
    await expect(readDeployment('http://127.0.0.1:9/x', hash, signal)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('refuses a file that is far too large, and says which is missing', async () => {
    const file = join(root, 'large');
    writeFileSync(file, ' '.repeat(100_000));
    await expect(readDeployment(file, undefined, signal)).rejects.toMatchObject({ code: 'deployment-invalid' });
    await expect(readDeployment(join(root, 'none'), undefined, signal)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
