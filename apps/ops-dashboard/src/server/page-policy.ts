import { randomBytes } from 'node:crypto';

/** Header by which proxy.ts tells a page its own path and query. */
export const pathHeaderName = 'x-coffer-path';

/** A nonce for one answer: 16 random bytes, base64. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * SHA-256 of `display:none`: the one style attribute that a page may bear. React's server renderer writes it on the `<svg>` in
 * which it sends a part of a drawing that was late; no other value is let through.
 */
export const lateDrawingStyle = "'unsafe-hashes' 'sha256-aqNNdDLnnrDOnTNdkJpYlAxKVJtLt9CtFLklmInuUAE='";

/**
 * The Content-Security-Policy of every page: scripts and styles by this answer's nonce alone, nothing from elsewhere, and
 * no text that becomes code. `trusted-types default` is the policy of src/trusted-types.ts.
 *
 * @param formTargets - origins that a form's answer may lead to: the provider, when a session ends
 */
export function pagePolicy(nonce: string, formTargets: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `style-src-attr ${lateDrawingStyle}`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    ["form-action 'self'", ...formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** Headers that every answer of the dashboard bears. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-create=(), publickey-credentials-get=()',
};
