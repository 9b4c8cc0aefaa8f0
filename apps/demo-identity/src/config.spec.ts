import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { describe, expect, it } from 'vitest';

import * as demoIdentity from './index';

const { readConfig } = demoIdentity;

describe('readConfig', () => {
  it('gives the defaults when the environment says nothing', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 4303,
      home: resolve('.coffer/identity'),
      audience: 'urn:coffer:vault',
      portalUrl: 'http://localhost:4300',
      dashboardUrl: 'http://localhost:4302',
    });
  });

  it('takes every variable when it is set', () => {
    const folder = mkdtempSync(join(tmpdir(), 'coffer-config-'));
    const secretFile = join(folder, 'secret');
    writeFileSync(secretFile, 'secret-of-this-spec\n');
    const config = readConfig({
      COFFER_IDENTITY_HOST: '::1',
      COFFER_IDENTITY_PORT: '0',
      COFFER_HOME: '/data',
      COFFER_AUDIENCE: 'https://vault.test',
      COFFER_PORTAL_URL: 'http://localhost:1/path',
      COFFER_DASHBOARD_URL: 'http://localhost:2',
      COFFER_PORTAL_CLIENT_SECRET_FILE: secretFile,
      COFFER_DASHBOARD_CLIENT_SECRET_FILE: secretFile,
    });
    rmSync(folder, { recursive: true });
    expect(config).toEqual({
      host: '::1',
      port: 0,
      home: '/data/identity',
      audience: 'https://vault.test',
      portalUrl: 'http://localhost:1',
      dashboardUrl: 'http://localhost:2',
      portalClientSecret: 'secret-of-this-spec',
      dashboardClientSecret: 'secret-of-this-spec',
    });
  });

  it.each([
    { COFFER_IDENTITY_PORT: '65536' },
    { COFFER_IDENTITY_PORT: 'http' },
    { COFFER_AUDIENCE: 'vault' },
    { COFFER_AUDIENCE: 'https://vault.test/#part' },
    { COFFER_PORTAL_URL: 'localhost' },
    { COFFER_DASHBOARD_URL: 'file:///etc' },
    { COFFER_PORTAL_CLIENT_SECRET_FILE: '/no-such-file' },
    { COFFER_DASHBOARD_CLIENT_SECRET_FILE: '/dev/null' },
  ])('throws invalid-config naming the variable when it is %o', (environment) => {
    const [[name, value]] = Object.entries(environment) as [[string, string]];
    let error: unknown;
    try {
      readConfig(environment);
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'invalid-config' });
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).not.toContain(`${value} `);
  });
});

describe('demo-identity', () => {
  it('exports exactly the names that others build against', () => {
    expect(Object.keys(demoIdentity).toSorted()).toEqual([
      'IdentityError',
      'callbackPath',
      'clientIds',
      'identityDefaults',
      'readConfig',
      'rolesClaim',
      'sampleAccounts',
      'staffRole',
      'startIdentity',
      'walkSignIn',
    ]);
  });
});
