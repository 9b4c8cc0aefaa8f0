import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@coffer/foundation';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

/** A signing OpenID provider as far as the vault sees one: discovery and keys. */
export interface TestIssuer {
  readonly url: string;
  /** A valid access token of `subject` who has just signed in, but for what `change` says. */
  token(subject: string, change?: JWTPayload): Promise<string>;
  /** A token with any header and payload, signed by the provider's key. */
  sign(header: { readonly alg: string; readonly typ?: string }, payload: JWTPayload): Promise<string>;
  readonly privateKey: CryptoKey;
  stop(): Promise<void>;
}

export const testAudience = 'urn:coffer:vault';

export async function startTestIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' };
  const server = createServer((request, response) => {
    const answer = request.url === '/keys' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sign: TestIssuer['sign'] = (header, payload) =>
    new SignJWT(payload).setProtectedHeader({ kid: 'test', ...header }).sign(privateKey);
  return {
    url,
    privateKey,
    sign,
    token: (subject, change = {}) => {
      const now = Math.floor(systemClock.nowMs() / 1000);
      const payload = {
        iss: url,
        aud: testAudience,
        sub: subject,
        iat: now,
        exp: now + 600,
        auth_time: now,
        ...change,
      };
      return sign({ alg: 'ES256', typ: 'at+jwt' }, payload);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
