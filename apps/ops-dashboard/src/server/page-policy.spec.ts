import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';
import { lateDrawingStyle, newNonce, pagePolicy } from './page-policy';

describe('pagePolicy', () => {
  it('allows own scripts by nonce, forms to the provider, and nothing else', () => {
    const policy = pagePolicy('abc', ['http://localhost:4303']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-abc' 'strict-dynamic'");
    expect(policy).toContain("form-action 'self' http://localhost:4303");
    expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default");
    expect(policy.replace(lateDrawingStyle, '')).not.toMatch(/unsafe|\*|data:/);
  });

  it('lets one style attribute through, and that one hides', () => {
    const hash = createHash('sha256').update('display:none').digest('base64');
    expect(pagePolicy('abc', [])).toContain(`; style-src-attr 'unsafe-hashes' 'sha256-${hash}'; `);
  });

  it('has a nonce of 16 bytes that never repeats', () => {
    const nonces = new Set(Array.from({ length: 100 }, newNonce));
    expect(nonces.size).toBe(100);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64').length).toBe(16);
  });
});
