import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'coffer-dashboard-config-'));
});
afterEach(() => rmSync(home, { recursive: true }));

describe('readConfig', () => {
  it('gives the defaults and makes a secret of its own when only the home is set', () => {
    const config = readConfig({ COFFER_HOME: home });
    expect(config).toMatchObject({
      dashboardUrl: 'http://localhost:4302',
      apiUrl: 'http://localhost:4301',
      issuer: 'http://localhost:4303',
      clientId: 'coffer-dashboard',
      clientSecret: undefined,
      audience: 'urn:coffer:vault',
      staffClaim: 'roles',
      staffRole: 'coffer-staff',
    });
    const path = join(home, 'dashboard-session-secret');
    expect(config.sessionSecret.length).toBeGreaterThanOrEqual(32);
    expect(config.sessionSecret).not.toBe(readFileSync(path, 'utf8').trim());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readConfig({ COFFER_HOME: home }).sessionSecret).toBe(config.sessionSecret);
  });

  it('reads the client secret from its file when one is named', () => {
    const path = join(home, 'client-secret');
    writeFileSync(path, 'of this spec only\n');
    const config = readConfig({ COFFER_HOME: home, COFFER_DASHBOARD_CLIENT_SECRET_FILE: path });
    expect(config.clientSecret).toBe('of this spec only');
  });

  it.each([
    ['COFFER_API_URL', 'ftp://vault'],
    ['COFFER_DASHBOARD_URL', 'dashboard'],
    ['COFFER_DASHBOARD_CLIENT_SECRET_FILE', '/no-such-file'],
    ['COFFER_SESSION_SECRET_FILE', '/dev/null'],
  ])('throws invalid-configuration naming %s when it is not usable', (name, value) => {
    let error: unknown;
    try {
      readConfig({ COFFER_HOME: home, [name]: value });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: 'invalid-configuration' });
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).not.toContain(value);
  });
});
