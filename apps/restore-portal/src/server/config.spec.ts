import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from './config';

describe('readConfig', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'coffer-portal-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('has the defaults of the embedded deployment', () => {
    const config = readConfig({ COFFER_HOME: home });
    expect(config).toMatchObject({
      portalUrl: 'http://localhost:4300',
      apiUrl: 'http://localhost:4301',
      issuer: 'http://localhost:4303',
      clientId: 'coffer-portal',
      clientSecret: undefined,
      audience: 'urn:coffer:vault',
      deploymentFile: join(home, 'deployment.json'),
    });
  });

  it('makes a session secret that only its owner can read, and keeps it', () => {
    const { sessionSecret } = readConfig({ COFFER_HOME: home });
    const file = join(home, 'portal-session-secret');
    expect(sessionSecret.length).toBeGreaterThanOrEqual(43);
    const kept = readFileSync(file, 'utf8').trim();
    expect(sessionSecret).toBe(createHmac('sha256', kept).update('coffer-portal').digest('base64url'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readConfig({ COFFER_HOME: home }).sessionSecret).toBe(sessionSecret);
  });

  it('takes a final slash off addresses', () => {
    expect(readConfig({ COFFER_HOME: home, COFFER_API_URL: 'https://api.example/' }).apiUrl).toBe(
      'https://api.example',
    );
  });

  it.each(['COFFER_API_URL', 'COFFER_PORTAL_URL', 'COFFER_ISSUER'])(
    'names %s and not its value when it is no web address',
    (name) => {
      expect(() => readConfig({ COFFER_HOME: home, [name]: 'file:///secret' })).toThrow(
        expect.objectContaining({ code: 'invalid-configuration', message: expect.stringMatching(name) as string }),
      );
      expect(() => readConfig({ COFFER_HOME: home, [name]: 'file:///secret' })).not.toThrow(/secret/);
    },
  );

  it('refuses a session secret that is too short', () => {
    const file = join(home, 'short');
    writeFileSync(file, 'abc');
    expect(() => readConfig({ COFFER_HOME: home, COFFER_SESSION_SECRET_FILE: file })).toThrow(/32 characters/);
  });
});
