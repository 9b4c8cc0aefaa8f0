import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seed } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from './config';
import { deploymentOf, deploymentText, writeDeployment, type PinnedKeys } from './deployment';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'coffer-deployment-'));
  file = join(folder, 'deployment.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const places = {
  apiUrl: 'http://localhost:4301',
  portalUrl: 'http://localhost:4300',
  issuer: 'http://localhost:4303',
  audience: 'urn:coffer:vault',
  clients: { cli: '0oa1-cli', portal: '0oa2-portal', dashboard: '0oa3-dashboard' },
};
const keys: PinnedKeys = {
  vaultId: seed('vault id', 16),
  opaquePublicKey: seed('opaque', 32),
  ledgerKey: 'coffer.test/ledger+00000001+AQ==',
  certificateKey: 'coffer.test/certificate+00000002+AQ==',
};
const content = deploymentOf(places, keys);

describe('deploymentOf', () => {
  it('names the clients by the ids that the provider gave them', () => {
    const environment = { COFFER_CLI_CLIENT_ID: '0oa1-cli', COFFER_PORTAL_CLIENT_ID: '0oa2-portal' };
    expect(deploymentOf(readConfig(environment), keys).clients).toEqual({
      ...{ cli: '0oa1-cli', portal: '0oa2-portal' },
      dashboard: 'coffer-dashboard',
    });
  });
});

describe('writeDeployment', () => {
  it('takes a new address, and leaves no other file behind', async () => {
    await writeDeployment(file, content);
    const moved = deploymentOf({ ...places, portalUrl: 'https://restore.example' }, keys);
    await writeDeployment(file, moved);
    expect(readFileSync(file, 'utf8')).toBe(deploymentText(moved));
    expect(readdirSync(folder)).toEqual(['deployment.json']);
  });

  it.each(['vaultId', 'opaquePublicKey'] as const)('refuses another %s and leaves the file as it was', async (name) => {
    await writeDeployment(file, deploymentOf(places, { ...keys, [name]: seed('another', keys[name].length) }));
    const before = readFileSync(file, 'utf8');
    await expect(writeDeployment(file, content)).rejects.toMatchObject({ code: 'deployment-differs' });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('does not replace what it cannot read', async () => {
    writeFileSync(file, '{"v": 1');
    await expect(writeDeployment(file, content)).rejects.toMatchObject({ code: 'deployment-differs' });
    expect(readFileSync(file, 'utf8')).toBe('{"v": 1');
  });
});
