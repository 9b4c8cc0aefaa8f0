import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';
import { commonHeaders, lateDrawingStyle, newNonce, pagePolicy, workerPolicy } from './page-policy';

describe('pagePolicy', () => {
  const policy = pagePolicy('abc');
  it('lets scripts run by nonce alone and text never become code', () => {
    expect(policy).toContain("script-src 'nonce-abc' 'strict-dynamic';");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default");
    expect(policy.replace(lateDrawingStyle, '')).not.toMatch(/unsafe|https?:|data:|blob:|\*/);
  });
  it('lets one style attribute through, and that one hides', () => {
    const hash = createHash('sha256').update('display:none').digest('base64');
    expect(pagePolicy('abc')).toContain(`; style-src-attr 'unsafe-hashes' 'sha256-${hash}'; `);
  });
  it('allows nothing that is not named', () => {
    expect(policy).toMatch(/^default-src 'none';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("base-uri 'none'");
  });
});

describe('workerPolicy', () => {
  it('is the one that docs/architecture.md names', () => {
    expect(workerPolicy).toBe("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
  });
});

describe('commonHeaders', () => {
  it('let this origin alone ask for passkeys, and nobody for camera or place', () => {
    const permissions = commonHeaders['permissions-policy']?.split(', ');
    expect(permissions).toContain('publickey-credentials-create=(self)');
    expect(permissions).toContain('publickey-credentials-get=(self)');
    expect(permissions?.filter((entry) => !/=\((self)?\)$/.test(entry))).toEqual([]);
    expect(permissions?.filter((entry) => entry.includes('(self)'))).toHaveLength(2);
  });
});

describe('newNonce', () => {
  it('is new each time', () => {
    expect(new Set(Array.from({ length: 100 }, newNonce)).size).toBe(100);
  });
});
