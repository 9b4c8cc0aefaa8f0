import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { sealData } from 'iron-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInstantProvider, walkToPortal } from './instant-provider';

const app = join(import.meta.dirname, '..');
const secret = 'a secret of forty characters for the spec';
const sealingSecret = createHmac('sha256', secret).update('coffer-portal').digest('base64url');
const csrfToken = 'csrf-token-of-the-spec-0123456789';
const accessToken = 'canary-access-token';
const objectPath = '/v1/repositories/AAAAAAAAAAAAAAAAAAAAAA/objects/packs/1/ab/abcd';
const object = new Uint8Array(17 * 1024 * 1024 + 5).map((_, index) => (index * 31 + (index >> 13)) & 0xff);
/** The table itself may not be imported here: this app reaches no client lib, not even in its tests. */
const labels = [
  ...readFileSync(join(app, '../../libs/device-crypto/src/labels.ts'), 'utf8').matchAll(/'(coffer\/v1\/[a-z-]+)'/g),
].map(([, label]) => label!);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Everything below runs against `next start` over the build, as in service. */
describe('the built portal', () => {
  let home: string;
  let upstream: Server;
  let provider: Server;
  let isProviderAway = false;
  let portal: ChildProcess;
  let url: string;
  let cookie: string;
  const received: { length: string | undefined; sha256: string; authorization: string | undefined }[] = [];

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'coffer-portal-'));
    writeFileSync(join(home, 'session-secret'), secret);
    upstream = createServer((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (piece: Buffer) => hash.update(piece));
      request.on('end', () => {
        const { authorization, 'content-length': length } = request.headers;
        received.push({ length, sha256: hash.digest('hex'), authorization });
        if (request.method !== 'GET') return response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': object.length });
        return response.end(object);
      });
    });
    await new Promise<void>((listening) => upstream.listen(0, '127.0.0.1', listening));
    provider = createServer();
    await new Promise<void>((listening) => provider.listen(0, 'localhost', listening));
    const issuer = `http://localhost:${(provider.address() as AddressInfo).port}`;
    // Tokens of half a minute: the portal renews those that have less than a minute left, so every request renews.
    const answer = createInstantProvider(issuer, 'http://localhost:4300', 30).callback();
    provider.on('request', (request, response) => {
      if (isProviderAway) request.socket.destroy();
      else void answer(request, response);
    });
    portal = spawn(
      process.execPath,
      [join(app, '../../node_modules/next/dist/bin/next'), 'start', '-p', '0', '-H', 'localhost'],
      {
        cwd: app,
        env: {
          ...process.env,
          NODE_ENV: 'production',
          NEXT_TELEMETRY_DISABLED: '1',
          COFFER_HOME: home,
          COFFER_API_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
          COFFER_ISSUER: issuer,
          COFFER_SESSION_SECRET_FILE: join(home, 'session-secret'),
        },
      },
    );
    url = await new Promise((found, failed) => {
      let output = '';
      const look = (piece: Buffer): void => {
        output += piece.toString();
        const address = /Local:\s+(http:\/\/localhost:\d+)/.exec(output)?.[1];
        if (address !== undefined && output.includes('Ready')) found(address);
      };
      portal.stdout?.on('data', look);
      portal.stderr?.on('data', look);
      portal.on('exit', () => failed(new Error(`next start ended: ${output}`)));
    });
    const session = {
      accessToken,
      refreshToken: null,
      expiresAtMs: Date.now() + 3_600_000,
      csrfToken,
      displayName: 'Sam',
    };
    cookie = `coffer-portal=${await sealData(session, { password: sealingSecret })}`;
  });
  afterAll(() => {
    portal.kill('SIGTERM');
    upstream.closeAllConnections();
    upstream.close();
    provider.closeAllConnections();
    provider.close();
    rmSync(home, { recursive: true });
  });

  const own = (): Record<string, string> => ({ cookie, 'sec-fetch-site': 'same-origin', 'coffer-csrf': csrfToken });

  it('brings an object of 17 MiB up and down byte for byte', async () => {
    const put = await fetch(`${url}${objectPath}`, { method: 'PUT', headers: own(), body: object });
    expect(put.status).toBe(201);
    expect(received.at(-1)).toEqual({
      length: String(object.length),
      sha256: sha256(object),
      authorization: `Bearer ${accessToken}`,
    });
    const got = await fetch(`${url}${objectPath}`, { headers: own() });
    expect(got.headers.get('content-encoding')).toBeNull();
    expect(sha256(new Uint8Array(await got.arrayBuffer()))).toBe(sha256(object));
  });

  it.each([
    ['without the CSRF token', { 'coffer-csrf': '' }, 403],
    ['with another CSRF token', { 'coffer-csrf': 'x'.repeat(csrfToken.length) }, 403],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from another port of this host', { 'sec-fetch-site': 'same-site' }, 403],
    ['without a session', { cookie: 'coffer-portal=forged' }, 401],
  ])('D04: refuses %s', async (_name, change, status) => {
    const before = received.length;
    const answer = await fetch(`${url}/v1/account`, { headers: { ...own(), ...change } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(received.length).toBe(before);
  });

  it('refuses more than 32 MiB', async () => {
    const body = new Uint8Array(32 * 1024 * 1024 + 1);
    const answer = await fetch(`${url}${objectPath}`, { method: 'PUT', headers: own(), body }).then(
      ({ status }) => status,
      () => 413,
    );
    expect(answer).toBe(413);
    expect(received.filter(({ length }) => length === String(body.length))).toEqual([]);
  });

  it('gives each page its own nonce, and every script of it that nonce', async () => {
    const nonces = new Set<string>();
    for (const headers of [{}, {}, own()]) {
      const answer = await fetch(`${url}/`, { headers });
      const policy = answer.headers.get('content-security-policy')!;
      const nonce = /script-src 'nonce-([^']+)' 'strict-dynamic';/.exec(policy)![1]!;
      const markup = await answer.text();
      nonces.add(nonce);
      expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default");
      for (const [tag] of markup.matchAll(/<script\b[^>]*>/g)) expect(tag).toContain(`nonce="${nonce}"`);
      expect(/<script\b[^>]*>(?!<\/script>)([\s\S]{0,40})/.exec(markup)![1]).toContain('trustedTypes');
      expect(markup).not.toMatch(/ style="| on\w+="/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('x-powered-by')).toBeNull();
    }
    expect(nonces.size).toBe(3);
  });

  it('D02: shows a page no token of the session', async () => {
    const markup = await (await fetch(`${url}/`, { headers: own() })).text();
    expect(markup).toContain(csrfToken);
    expect(markup).not.toContain(accessToken);
  });

  it('serves the device under a policy of its own', async () => {
    const answer = await fetch(`${url}/device/worker.js`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    );
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(
      sha256(readFileSync(join(app, '../device-worker/dist/device-worker.js'))),
    );
    const again = await fetch(`${url}/device/worker.js`, { headers: { 'if-none-match': answer.headers.get('etag')! } });
    expect(again.status).toBe(304);
    expect(again.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('serves the worker that shows messages under a policy of its own, whole and without a nonce', async () => {
    const answer = await fetch(`${url}/push/worker.js`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(answer.headers.get('service-worker-allowed')).toBeNull();
    const listened: string[] = [];
    const self = { addEventListener: (type: string) => listened.push(type) };
    runInNewContext(await answer.text(), { self });
    expect(listened).toEqual(['push', 'notificationclick']);
  });

  it('serves deployment.json from its own disk, and nothing that is none', async () => {
    writeFileSync(join(home, 'deployment.json'), '{"v":1}');
    expect((await fetch(`${url}/device/deployment.json`)).status).toBe(500);
    const id = 'A'.repeat(22);
    const deployment = {
      v: 1,
      apiUrl: 'http://localhost:4301',
      portalUrl: 'http://localhost:4300',
      issuer: 'http://localhost:4303',
      clients: { cli: 'a', portal: 'b', dashboard: 'c' },
      audience: 'urn:coffer:vault',
      vaultId: id,
      opaqueServerPublicKey: 'A'.repeat(43),
      ledgerKey: 'coffer.ledger/x+0123abcd+AAAA',
      certificateKey: 'coffer.certificate/x+0123abcd+AAAA',
    };
    writeFileSync(join(home, 'deployment.json'), JSON.stringify(deployment));
    const answer = await fetch(`${url}/device/deployment.json`);
    expect(await answer.json()).toEqual(deployment);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  // Before any other sign-in: a provider that was found once is not looked for again.
  it('comes back to the way in when the provider is away or its answer belongs to nobody', async () => {
    const manual = { redirect: 'manual' } as const;
    isProviderAway = true;
    const away = await fetch(`${url}/auth/sign-in`, manual);
    isProviderAway = false;
    expect([away.status, away.headers.get('location')]).toEqual([303, 'http://localhost:4300/?sign-in=unreachable']);
    const stray = await fetch(`${url}/auth/callback?code=x&state=y`, manual);
    expect(stray.headers.get('location')).toBe('http://localhost:4300/?sign-in=failed');
  });

  it('D04: keeps every answer out of caches, frames and other origins', async () => {
    const manual = { redirect: 'manual' } as const;
    const foreign = { origin: 'https://evil.test' };
    const asked: readonly (readonly [string, RequestInit])[] = [
      ['/', { headers: { ...own(), ...foreign } }],
      ['/no-such-page', { headers: foreign }],
      ['/v1/account', { headers: { ...own(), ...foreign } }],
      ['/v1/account', { headers: { ...own(), ...foreign, 'sec-fetch-site': 'cross-site' } }],
      ['/v1/logins', { method: 'POST', body: '{}', headers: { cookie, ...foreign, 'content-type': 'text/plain' } }],
      ['/auth/sign-in', { ...manual, headers: foreign }],
      ['/auth/callback?code=x&state=y', { ...manual, headers: foreign }],
      ['/auth/sign-out', { method: 'POST', headers: { cookie, ...foreign } }],
    ];
    for (const [path, init] of asked) {
      const { headers } = await fetch(`${url}${path}`, init);
      expect([path, headers.get('cache-control')]).toEqual([path, expect.stringContaining('no-store')]);
      expect([path, headers.get('access-control-allow-origin')]).toEqual([path, null]);
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      if (headers.get('location') !== null) continue;
      expect([path, headers.get('content-security-policy')]).toEqual([
        path,
        expect.stringContaining("frame-ancestors 'none'"),
      ]);
    }
    const preflight = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'coffer-csrf' };
    const answer = await fetch(`${url}${objectPath}`, { method: 'OPTIONS', headers: { ...foreign, ...preflight } });
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('D06: leads nowhere but to itself and the provider, whatever the address says', async () => {
    const elsewhere = 'https://evil.test/';
    const hints = new URLSearchParams({
      to: elsewhere,
      returnTo: elsewhere,
      redirect_uri: elsewhere,
      code: 'x',
      state: 'y',
    });
    const forged = { 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https', forwarded: 'host=evil.test' };
    for (const headers of [{}, forged]) {
      const stray = await fetch(`${url}/auth/callback?${hints.toString()}`, { redirect: 'manual', headers });
      expect(stray.headers.get('location')).toBe('http://localhost:4300/?sign-in=failed');
      const begun = await fetch(`${url}/auth/sign-in?${hints.toString()}`, { redirect: 'manual', headers });
      const location = new URL(begun.headers.get('location')!);
      expect(location.hostname).toBe('localhost');
      expect(location.searchParams.get('redirect_uri')).toBe('http://localhost:4300/auth/callback');
    }
  });

  it('D06: signs in by code and PKCE, renews tokens that end soon, and lets no callback be used twice', async () => {
    const jar = new Map<string, string>();
    const send = async (path: string, headers: Record<string, string> = {}): Promise<Response> => {
      const cookies = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(`${url}${path}`, { redirect: 'manual', headers: { ...headers, cookie: cookies } });
      for (const line of answer.headers.getSetCookie()) {
        expect(line).toMatch(/; HttpOnly/i);
        expect(line).toMatch(/; SameSite=Lax/i);
        const [name, value] = line.split(';')[0]!.split('=') as [string, string];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      return answer;
    };
    const begun = await send('/auth/sign-in');
    const callback = await walkToPortal(begun.headers.get('location')!, 'http://localhost:4300');
    const pending = new Map(jar);
    const ended = await send(`/auth/callback${callback.search}`);
    expect(ended.headers.get('location')).toBe('http://localhost:4300/');
    expect([...jar.keys()]).toEqual(['coffer-portal']);

    const page = await (await send('/')).text();
    const ownToken = /csrfToken\\*":\\*"([A-Za-z0-9_-]{43})/.exec(page)![1]!;
    const headers = { 'sec-fetch-site': 'same-origin', 'coffer-csrf': ownToken };
    const before = jar.get('coffer-portal');
    const [first, second] = await Promise.all([send('/v1/budget', headers), send('/v1/keyslots', headers)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(jar.get('coffer-portal')).not.toBe(before);
    const shown = received.slice(-2).map(({ authorization }) => authorization);
    expect(shown[0]).toMatch(/^Bearer [^.]+\.[^.]+\.[^.]+$/);
    expect(shown[0]).toBe(shown[1]);

    jar.clear();
    for (const [name, value] of pending) jar.set(name, value);
    const again = await send(`/auth/callback${callback.search}`);
    expect(again.headers.get('location')).toBe('http://localhost:4300/?sign-in=failed');
  });

  it('ends the session when tokens cannot be renewed any more', async () => {
    const spent = { accessToken, refreshToken: null, expiresAtMs: Date.now() - 1, csrfToken, displayName: 'Sam' };
    const old = `coffer-portal=${await sealData(spent, { password: sealingSecret })}`;
    const answer = await fetch(`${url}/v1/account`, { headers: { ...own(), cookie: old } });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.getSetCookie().join()).toMatch(/coffer-portal=;.*Max-Age=0/i);
  });

  it('D04: ends a session only for a page of this portal', async () => {
    const stray = await fetch(`${url}/auth/sign-out`, {
      method: 'POST',
      headers: { ...own(), 'sec-fetch-site': 'cross-site' },
    });
    expect(stray.status).toBe(403);
    const answer = await fetch(`${url}/auth/sign-out`, { method: 'POST', headers: own() });
    const { location } = (await answer.json()) as { location: string };
    expect(new URL(location).searchParams.get('post_logout_redirect_uri')).toBe('http://localhost:4300/');
    expect(answer.headers.getSetCookie().join()).toMatch(/coffer-portal=;.*Max-Age=0/i);
  });
});

describe('.next/server', () => {
  it('holds no client lib: no label of the device cryptography stands in it', () => {
    const folder = join(app, '.next/server');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(labels.length).toBeGreaterThan(10);
    expect(files.length).toBeGreaterThan(10);
    const found = files.flatMap(({ parentPath, name }) => {
      const text = readFileSync(join(parentPath, name), 'utf8');
      return labels.filter((label) => text.includes(label)).map((label) => `${name}: ${label}`);
    });
    expect(found).toEqual([]);
  });

  it('would show it: the same labels stand in the device', () => {
    const device = join(app, 'dist/device-worker.js');
    expect(existsSync(device)).toBe(true);
    expect(readFileSync(device, 'utf8')).toContain(labels.find((label) => label.includes('keyring')));
  });
});
