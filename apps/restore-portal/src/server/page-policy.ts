import { randomBytes } from 'node:crypto';

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
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `style-src-attr ${lateDrawingStyle}`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types default',
  ].join('; ');
}

/** The policy of what is data and of what speaks for itself: nothing may be run, framed or fetched from it. */
export const dataPolicy = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** The policy of the thread that holds the backup key: its own script, WebAssembly for OPAQUE, and this origin alone. */
export const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** The policy of the service worker that shows messages: it loads and fetches nothing at all. */
export const pushWorkerPolicy = "default-src 'none'; frame-ancestors 'none'";

/** Headers that every answer of the portal bears. */
export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), publickey-credentials-create=(self), publickey-credentials-get=(self)',
};
