import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import type { Deployment } from '@coffer/contracts';
import { fakeClock } from '@coffer/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HomeDirectory } from '../home/home-directory';
import { AccessTokens } from './access-tokens';
import { IdentityProvider, type DeviceCode } from './identity-provider';
import { findSession, requireSession, writeSession, type Session } from './session-file';
import { withSessionLock } from './session-lock';

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** The endpoints of an OpenID provider that a device uses, answering what a spec tells them to. */
class Provider {
  readonly asked: URLSearchParams[] = [];
  readonly answers: Answer[] = [];
  #server: Server | undefined;
  issuer = '';

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      void (async () => {
        const body = new URLSearchParams(await readText(request));
        const { status, body: content } = this.#answer(request.url ?? '', body);
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
      })();
    });
    this.#server = server;
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((closed) => this.#server?.close(closed));
  }

  #answer(url: string, body: URLSearchParams): Answer {
    const { issuer } = this;
    if (url === '/.well-known/openid-configuration') {
      const metadata = {
        issuer,
        token_endpoint: `${issuer}/token`,
        device_authorization_endpoint: `${issuer}/device`,
        revocation_endpoint: `${issuer}/revoke`,
      };
      return { status: 200, body: metadata };
    }
    this.asked.push(body);
    if (url === '/device') {
      const device = {
        device_code: 'device-code',
        user_code: 'ABCD-EFGH',
        verification_uri: `${issuer}/activate`,
        expires_in: 60,
        interval: 0.05,
      };
      return { status: 200, body: device };
    }
    return this.answers.shift() ?? { status: 400, body: { error: 'invalid_grant' } };
  }
}

const pending: Answer = { status: 400, body: { error: 'authorization_pending' } };
const granted = (accessToken: string, refreshToken = 'refresh-2'): Answer => ({
  status: 200,
  body: { access_token: accessToken, token_type: 'bearer', expires_in: 600, refresh_token: refreshToken },
});

const clock = fakeClock();
let provider: Provider;
let root: string;
let home: HomeDirectory;
let deployment: Deployment;
beforeEach(async () => {
  provider = new Provider();
  await provider.start();
  root = mkdtempSync(join(tmpdir(), 'coffer-session-'));
  home = new HomeDirectory(join(root, 'home'));
  deployment = {
    issuer: provider.issuer,
    audience: 'urn:coffer:vault',
    clients: { cli: 'coffer-cli', portal: 'p', dashboard: 'd' },
  } as Deployment;
});
afterEach(async () => {
  await provider.stop();
  rmSync(root, { recursive: true, force: true });
});

const session = (change: Partial<Session> = {}): Session => ({
  v: 1,
  issuer: provider.issuer,
  clientId: 'coffer-cli',
  accountId: 'account',
  accessToken: 'old',
  expiresAtMs: clock.nowMs() + 600_000,
  refreshToken: 'refresh-1',
  signedInAtMs: clock.nowMs(),
  ...change,
});

describe('IdentityProvider', () => {
  it('signs in once the person has approved, always asking for a fresh sign-in', async () => {
    provider.answers.push(pending, pending, granted('token'));
    const codes: DeviceCode[] = [];
    const found = await IdentityProvider.find(deployment, clock);
    const tokens = await found.signIn((code) => codes.push(code), new AbortController().signal);
    expect(codes).toEqual([
      {
        userCode: 'ABCD-EFGH',
        verificationUri: `${provider.issuer}/activate`,
        verificationUriComplete: null,
        expiresInSeconds: 60,
      },
    ]);
    expect(tokens).toEqual({
      accessToken: 'token',
      expiresAtMs: clock.nowMs() + 600_000,
      refreshToken: 'refresh-2',
    });
    expect(Object.fromEntries(provider.asked[0]!)).toMatchObject({ max_age: '0', resource: 'urn:coffer:vault' });
    expect(Object.fromEntries(provider.asked[3]!)).toMatchObject({ device_code: 'device-code' });
  });

  it.each([
    ['access_denied', 'sign-in-refused'],
    ['expired_token', 'sign-in-timed-out'],
    ['unauthorized_client', 'sign-in-refused'],
  ])('gives %s its own code', async (error, code) => {
    provider.answers.push({ status: 400, body: { error } });
    const found = await IdentityProvider.find(deployment, clock);
    await expect(found.signIn(() => undefined, new AbortController().signal)).rejects.toMatchObject({ code });
  });

  it('stops waiting at once when the person presses Ctrl-C', async () => {
    const interrupt = new AbortController();
    provider.answers.push(pending, pending, pending, pending);
    const found = await IdentityProvider.find(deployment, clock);
    const before = performance.now();
    const waiting = found.signIn(() => setTimeout(() => interrupt.abort(), 60), interrupt.signal);
    await expect(waiting).rejects.toThrow();
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('says unreachable when nothing listens, and identity-invalid when another issuer answers', async () => {
    const away = { ...deployment, issuer: 'http://127.0.0.1:9' };
    await expect(IdentityProvider.find(away, clock)).rejects.toMatchObject({ code: 'unreachable' });
    const other = { ...deployment, issuer: provider.issuer.replace('127.0.0.1', 'localhost') };
    await expect(IdentityProvider.find(other, clock)).rejects.toMatchObject({ code: 'identity-invalid' });
  });

  it('sends nothing in the clear to another machine', async () => {
    const plain = { ...deployment, issuer: 'http://login.example' };
    await expect(IdentityProvider.find(plain, clock)).rejects.toMatchObject({ code: 'identity-invalid' });
  });
});

describe('AccessTokens', () => {
  const tokens = (): AccessTokens => new AccessTokens(home, deployment, clock);

  it('uses the stored token while it is good', async () => {
    await writeSession(home, session());
    expect(await tokens().get()).toBe('old');
    expect(provider.asked).toEqual([]);
  });

  it.each([
    ['has expired', { expiresAtMs: 0 }, undefined],
    ['was refused', {}, 'old'],
  ])('renews it when it %s, and keeps what it got', async (_when, change, refused) => {
    await writeSession(home, session(change));
    provider.answers.push(granted('new'));
    expect(await tokens().get(refused)).toBe('new');
    expect(await requireSession(home)).toMatchObject({ accessToken: 'new', refreshToken: 'refresh-2' });
    expect(statSync(home.sessionFile).mode & 0o777).toBe(0o600);
  });

  it('D02: renews once for many requests at the same time, in one process and in two: a rotated token never comes twice', async () => {
    await writeSession(home, session({ expiresAtMs: 0 }));
    provider.answers.push(granted('new'));
    const [one, two] = [tokens(), tokens()];
    expect(await Promise.all([one.get(), one.get(), two.get(), two.get()])).toEqual(['new', 'new', 'new', 'new']);
    expect(provider.asked).toHaveLength(1);
    expect(existsSync(`${home.sessionFile}.lock`)).toBe(false);
  });

  it('D02: says how to sign in again when the sign-in has ended, as it does where a stolen refresh token was used', async () => {
    await writeSession(home, session({ expiresAtMs: 0 }));
    await expect(tokens().get()).rejects.toMatchObject({
      code: 'sign-in-expired',
      message: expect.stringContaining('coffer login') as string,
    });
    await writeSession(home, session({ expiresAtMs: 0, refreshToken: null }));
    await expect(tokens().get()).rejects.toMatchObject({ code: 'sign-in-expired' });
  });

  it('D02: never sends the refresh token to another issuer than the one that gave it', async () => {
    await writeSession(home, session({ expiresAtMs: 0, issuer: 'https://login.example' }));
    await expect(tokens().get()).rejects.toMatchObject({ code: 'sign-in-expired' });
    expect(provider.asked).toEqual([]);
  });

  it('says unreachable when the provider is away, and keeps the sign-in', async () => {
    await writeSession(home, session({ expiresAtMs: 0 }));
    await provider.stop();
    await expect(tokens().get()).rejects.toMatchObject({ code: 'unreachable' });
    expect((await requireSession(home)).refreshToken).toBe('refresh-1');
  });

  it('says not-signed-in when nobody is', async () => {
    await expect(tokens().get()).rejects.toMatchObject({ code: 'not-signed-in' });
  });
});

describe('findSession', () => {
  it('refuses a file that it did not write, without repeating it', async () => {
    await writeSession(home, session());
    writeFileSync(home.sessionFile, readFileSync(home.sessionFile, 'utf8').replace('"v":1', '"v":2'), { mode: 0o600 });
    const refusal = await findSession(home).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'damaged' });
    expect((refusal as Error).message).not.toContain('refresh-1');
  });
});

describe('withSessionLock', () => {
  it('lets one in after the other, also after a failure', async () => {
    const order: string[] = [];
    const act = (name: string, fails = false) =>
      withSessionLock(home, async () => {
        order.push(`${name} in`);
        await new Promise((done) => setTimeout(done, 20));
        order.push(`${name} out`);
        if (fails) throw new Error(name);
      });
    const first = act('first', true);
    await new Promise((done) => setTimeout(done, 5));
    await Promise.allSettled([first, act('second')]);
    expect(order).toEqual(['first in', 'first out', 'second in', 'second out']);
  });
});
