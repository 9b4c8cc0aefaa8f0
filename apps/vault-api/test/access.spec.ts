import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { exportSPKI, generateKeyPair, SignJWT, exportJWK } from 'jose';
import { problemKinds, routes, type ProblemCode, type Route } from '@coffer/contracts';
import { randomBytes } from '@coffer/crypto';
import { fromBase64Url, newUuid, toBase64Url, toHex } from '@coffer/foundation';
import { isLongRun, recordProof } from '@coffer/test-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dumpOf } from './dump';
import { hostileTexts, noCounts, parameterRequests, sendRaw, type RawAnswer } from './hostile-requests';
import { testAudience } from './test-issuer';
import { startBench, type VaultBench } from './vault-bench';

let bench: VaultBench;
/** Connections that never come to the end of a request's head. */
let slowHeads: Promise<readonly RawAnswer[]>;
beforeAll(async () => {
  bench = await startBench(1, { COFFER_GUESS_DELAYS: '0', COFFER_LOG_LEVEL: 'trace' });
  const more = { text: 'x-more: 1\r\n', everyMs: 500 };
  const slow = Array.from({ length: 50 }, () =>
    sendRaw(bench.apis[0]!.url, 'GET /v1/claims HTTP/1.1\r\nhost: x\r\n', more),
  );
  slowHeads = Promise.all(slow);
}, 180_000);
afterAll(() => bench.stop());

const now = (): number => Math.floor(Date.now() / 1000);

async function ask(token: string | undefined, path = '/v1/account') {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${bench.apis[0]!.url}${path}`, { headers });
  return { status: response.status, body: (await response.json()) as { code?: string } };
}

describe('a bearer token', () => {
  it('opens the account of its subject, the same one every time', async () => {
    const token = await bench.issuer.token('somebody');
    const [first, second] = [await ask(token), await ask(token)];
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({
      issuer: bench.issuer.url,
      subject: 'somebody',
      ownerGeneration: 0,
      keyId: null,
    });
    expect(second.body).toEqual(first.body);
  });

  it('makes exactly one account with one budget row when its first requests come together', async () => {
    const subject = newUuid();
    const token = await bench.issuer.token(subject);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(token)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const rows = await bench.sql<{ n: number }>(
      `SELECT count(*)::int AS n FROM accounts JOIN budgets USING (account_id) WHERE subject = $1`,
      [subject],
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it.each<[string, () => Promise<string | undefined>, string]>([
    ['missing', async () => undefined, 'unauthenticated'],
    ['no token at all', async () => 'a.b.c', 'unauthenticated'],
    ['expired', () => bench.issuer.token('x', { exp: now() - 400 }), 'token-expired'],
    ['for another audience', () => bench.issuer.token('x', { aud: 'coffer-portal' }), 'unauthenticated'],
    ['of another issuer', () => bench.issuer.token('x', { iss: 'http://127.0.0.1:1' }), 'unauthenticated'],
    ['not valid yet', () => bench.issuer.token('x', { nbf: now() + 400 }), 'unauthenticated'],
    ['without a subject', () => bench.issuer.token('', {}), 'unauthenticated'],
    ['without an end', () => bench.issuer.sign({ alg: 'ES256' }, payload({ exp: undefined })), 'unauthenticated'],
    ['an ID token by type', () => bench.issuer.sign({ alg: 'ES256', typ: 'id+jwt' }, payload()), 'unauthenticated'],
    ['unsigned (alg none)', async () => unsigned({ alg: 'none' }), 'unauthenticated'],
    ['signed with the public key as an HMAC secret', hmacConfusion, 'unauthenticated'],
    ['signed by another key under the same key id', foreignKey, 'unauthenticated'],
    ['with its own key in the header', ownJwk, 'unauthenticated'],
    ['with another subject than was signed', tampered, 'unauthenticated'],
    ['with a subject longer than 255 characters (A19)', () => bench.issuer.token('a'.repeat(256)), 'unauthenticated'],
    ['with a subject outside ASCII (A19)', () => bench.issuer.token('ｊohn'), 'unauthenticated'],
    ['with NUL in its subject (A19)', () => bench.issuer.token('john\u0000'), 'unauthenticated'],
    ['with a blank after its subject (A19)', () => bench.issuer.token('john '), 'unauthenticated'],
  ])('D03: is refused when it is %s', async (_name, make, code) => {
    const { status, body } = await ask(await make());
    expect([status, body.code]).toEqual([401, code]);
  });

  it('is still taken within the five minutes of skew', async () => {
    expect((await ask(await bench.issuer.token('x', { exp: now() - 200 }))).status).toBe(200);
  });

  it('names distinct accounts by case: nothing is folded (A19)', async () => {
    const [one, other] = [await ask(await bench.issuer.token('John')), await ask(await bench.issuer.token('john'))];
    expect(one.body).not.toEqual(other.body);
  });
});

function payload(change: Record<string, unknown> = {}) {
  return { iss: bench.issuer.url, aud: testAudience, sub: 'x', iat: now(), exp: now() + 600, ...change };
}

function encode(part: object): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(part)));
}

async function unsigned(header: object): Promise<string> {
  return `${encode(header)}.${encode(payload())}.AA`;
}

async function hmacConfusion(): Promise<string> {
  const { keys } = (await (await fetch(`${bench.issuer.url}/keys`)).json()) as { keys: object[] };
  const { publicKey } = await generateKeyPair('ES256', { extractable: true });
  const pem = await exportSPKI(publicKey);
  const signed = `${encode({ alg: 'HS256', kid: 'test' })}.${encode(payload())}`;
  const secret = JSON.stringify(keys[0]) + pem;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function foreignKey(): Promise<string> {
  const { privateKey } = await generateKeyPair('ES256');
  return new SignJWT(payload()).setProtectedHeader({ alg: 'ES256', kid: 'test' }).sign(privateKey);
}

async function ownJwk(): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = (await exportJWK(publicKey)) as { kty: string };
  return new SignJWT(payload()).setProtectedHeader({ alg: 'ES256', jwk, kid: 'test' }).sign(privateKey);
}

async function tampered(): Promise<string> {
  const [header, , signature] = (await bench.issuer.token('x')).split('.');
  return `${header}.${encode(payload({ sub: 'y' }))}.${signature}`;
}

describe('every route', () => {
  const table: readonly [string, Route][] = Object.entries(routes);
  const url = (route: Route): string => bench.apis[0]!.url + route.path.replaceAll(/\{\+?\w+\}/g, newUuid());
  const send = (route: Route, headers: Record<string, string> = {}) =>
    fetch(url(route), {
      method: route.method,
      headers: { ...headers, ...(route.body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(route.body === undefined || route.body.kind === 'none' ? {} : { body: '{}' }),
    });

  it('is served', async () => {
    const missing: string[] = [];
    for (const [name, route] of table) {
      const response = await send(route);
      const text = await response.text();
      if (response.status === 404 && !text.includes('"detail"')) missing.push(name);
    }
    expect(missing).toEqual([]);
  });

  it('but the public ones asks for a token before anything else', async () => {
    for (const [name, route] of table.filter(([, { auth }]) => auth !== 'public')) {
      const response = await send(route);
      expect([name, response.status]).toEqual([name, 401]);
    }
  });

  it('for staff refuses everybody else, and lets staff in', async () => {
    const staff = { authorization: `Bearer ${await bench.issuer.token('boss', { roles: ['coffer-staff'] })}` };
    const nobody = { authorization: `Bearer ${await bench.issuer.token('nobody', { roles: ['other'] })}` };
    const ops = table.filter(([, { auth }]) => auth === 'staff');
    expect(ops.length).toBeGreaterThan(5);
    for (const [name, route] of ops) {
      expect([name, (await send(route, nobody)).status]).toEqual([name, 403]);
      expect([name, (await send(route, staff)).status]).not.toEqual([name, 403]);
    }
  });

  it('D04: answers problem+json with a code, an id and no-store, lets no other origin read, and never 500', async () => {
    const authorization = `Bearer ${await bench.issuer.token('x')}`;
    for (const [name, route] of table) {
      const origin = 'https://evil.test';
      const response = await send(route, { authorization, origin, 'x-request-id': 'my-own-id-123' });
      expect(response.headers.get('x-request-id')).toBe('my-own-id-123');
      expect(response.headers.get('cache-control')).toContain('no-store');
      expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect([...response.headers.keys()].filter((header) => header.startsWith('access-control'))).toEqual([]);
      if (response.status < 400 || route.path === '/health/ready') continue;
      if (route.method === 'HEAD') continue;
      expect([name, response.headers.get('content-type')]).toEqual([
        name,
        expect.stringContaining('application/problem+json'),
      ]);
      const body = (await response.json()) as { code: ProblemCode; requestId: string };
      expect([name, body.code, problemKinds[body.code].status]).toEqual([name, body.code, response.status]);
      expect(body.requestId).toBe('my-own-id-123');
      expect(response.status).toBeLessThan(500);
    }
  });

  it('D04: answers no preflight of another origin', async () => {
    const headers = { origin: 'https://evil.test', 'access-control-request-method': 'POST' };
    const answer = await fetch(`${bench.apis[0]!.url}/v1/logins`, { method: 'OPTIONS', headers });
    expect(answer.status).toBe(404);
    expect([...answer.headers.keys()].filter((header) => header.startsWith('access-control'))).toEqual([]);
  });
});

describe('a parameter', () => {
  it('D12: is a value and nothing else, whatever is typed into it', async () => {
    const headers = {
      authorization: `Bearer ${await bench.issuer.token('typist', { roles: ['coffer-staff'] })}`,
      'coffer-grant': 'g'.repeat(16),
    };
    const tables = `SELECT count(*)::int AS n FROM information_schema.tables WHERE table_schema = 'public'`;
    const before = await bench.sql(tables);
    const requests = parameterRequests();
    expect(requests.length).toBeGreaterThan(40);
    for (const { name, parameter, route, address } of requests) {
      for (const text of hostileTexts) {
        const answer = await fetch(`${bench.apis[0]!.url}${address(text)}`, { method: route.method, headers });
        const body = await answer.text();
        expect([name, parameter, text, answer.status < 500 && ![401, 429].includes(answer.status)]).toEqual([
          name,
          parameter,
          text,
          true,
        ]);
        if (answer.status < 400)
          expect([name, parameter, text, emptyAnswer(body)]).toEqual([name, parameter, text, true]);
        expect(body).not.toMatch(/syntax error|relation "|pg_|PrismaClient/);
      }
    }
    expect(await bench.sql(tables)).toEqual(before);
  });

  it('A28: is no count but in decimal digits', async () => {
    const counts = parameterRequests().filter(({ parameter }) =>
      ['after', 'from', 'to', 'number', 'size'].includes(parameter),
    );
    expect(counts).toHaveLength(5);
    const headers = { authorization: `Bearer ${await bench.issuer.token('counter')}` };
    for (const { name, parameter, route, address } of counts) {
      for (const text of noCounts) {
        if (text === '' && route.path.includes(`{${parameter}}`)) continue;
        const answer = await fetch(`${bench.apis[0]!.url}${address(text)}`, { headers });
        const { code, fields } = (await answer.json()) as { code: string; fields?: { path: string }[] };
        const isNamed = fields?.some(({ path }) => path.endsWith(`.${parameter}`));
        expect([name, text, code, isNamed]).toEqual([name, text, 'malformed', true]);
      }
    }
  });
});

/** Whether a list came back with nothing in it. */
function emptyAnswer(body: string): boolean {
  return Object.values(JSON.parse(body) as object).some((value) => Array.isArray(value) && value.length === 0);
}

describe('a request', () => {
  it('is refused with its paths and without its values when fields are unknown or wrong', async () => {
    const device = bench.device();
    const canary = 'canary-value-7531';
    const answer = await device.call('POST', '/v1/logins', { loginId: canary, ke1: 'A', surplus: canary });
    expect([answer.status, answer.body['code']]).toEqual([400, 'malformed']);
    const paths = (answer.body['fields'] as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(['body.loginId', 'body.ke1']));
    expect(answer.text).not.toContain(canary);
  });

  it.each<[string, string | Uint8Array, number]>([
    ['no JSON', '{', 400],
    ['a bare value', '7', 400],
    ['a prototype', '{"__proto__":{"loginId":1}}', 400],
    ['too large', JSON.stringify({ loginId: 'x'.repeat(70_000) }), 413],
    ['nested 16,000 deep', '['.repeat(16_000) + ']'.repeat(16_000), 400],
    ['of 20,000 empty maps', `[${'{},'.repeat(20_000)}1]`, 400],
  ])('is refused when its body is %s (D10, D11)', async (_name, body, status) => {
    const answer = await bench.device().call('POST', '/v1/logins', body);
    expect(answer.status).toBe(status);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded'])(
    'D04: is refused with 400 when its body is %s, as any page could send it',
    async (type) => {
      const body = `loginId=${newUuid()}&ke1=${toBase64Url(randomBytes(96))}`;
      const answer = await bench.device().call('POST', '/v1/logins', body, { 'content-type': type });
      expect(answer.status).toBe(400);
    },
  );

  it('D10: of 16 MiB of nested lists, or of compressed zeros, is refused before it is parsed', async () => {
    const device = bench.device();
    const nested = '['.repeat(8_000_000) + ']'.repeat(8_000_000);
    const answer = await device.call('POST', '/v1/proofs', nested);
    expect([answer.status, answer.body['code']]).toEqual([400, 'malformed']);
    const bomb = gzipSync(new Uint8Array(30_000_000));
    const packed = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect((await device.send('POST', '/v1/proofs', bomb, packed)).status).toBe(400);
    const metrics = await (await fetch(`${bench.apis[0]!.metricsUrl}/metrics`)).text();
    const resident = Number(/^process_resident_memory_bytes\S* (\S+)$/m.exec(metrics)?.[1]);
    expect(resident).toBeGreaterThan(1e7);
    // Parsed, it would take half a gigabyte more, and ten seconds in which nobody else is answered.
    expect(resident).toBeLessThan(5e8);
  });

  it('D10: without a token is refused before its body is read', async () => {
    const head =
      'POST /v1/proofs HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 16000000\r\n\r\n';
    expect((await sendRaw(bench.apis[0]!.url, head)).status).toBe(401);
  });

  it('D10: that announces too much is refused before it comes', async () => {
    const { authorization } = { authorization: `Bearer ${await bench.issuer.token('x')}` };
    const head = `POST /v1/logins HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n`;
    expect((await sendRaw(bench.apis[0]!.url, `${head}content-length: 70000\r\n\r\n`)).status).toBe(413);
  });

  it('D10: with 100,000 headers is refused with 431', async () => {
    const head = `GET /v1/claims HTTP/1.1\r\nhost: x\r\n${'x-a: 1\r\n'.repeat(100_000)}\r\n`;
    expect((await sendRaw(bench.apis[0]!.url, head)).status).toBe(431);
  });

  it('D10: whose head never ends is ended with 408, and held nobody up', async () => {
    expect((await fetch(`${bench.apis[0]!.url}/v1/claims`)).status).toBe(200);
    const answers = await slowHeads;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]));
    expect(Math.min(...answers.map(({ ms }) => ms))).toBeGreaterThan(9_000);
  }, 60_000);

  it.runIf(isLongRun())(
    'D10: whose body never ends is ended with 408 after two minutes',
    async () => {
      const began = performance.now();
      const authorization = `Bearer ${await bench.issuer.token('x')}`;
      const head = `POST /v1/logins HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\ncontent-type: application/json\r\n`;
      const more = { text: ' ', everyMs: 1_000 };
      const slow = Array.from({ length: 200 }, () =>
        sendRaw(bench.apis[0]!.url, `${head}content-length: 60000\r\n\r\n`, more),
      );
      expect((await fetch(`${bench.apis[0]!.url}/v1/claims`)).status).toBe(200);
      const answers = await Promise.all(slow);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([408]));
      recordProof({
        proof: 'slow-bodies',
        count: answers.length,
        seconds: (performance.now() - began) / 1000,
        asserted:
          'A request whose body comes byte by byte is ended with 408 after two minutes, and others are answered meanwhile.',
        figures: { longestSeconds: Math.round(Math.max(...answers.map(({ ms }) => ms)) / 1000) },
      });
    },
    240_000,
  );

  it('on a first claim needs a fresh sign-in', async () => {
    const device = bench.device();
    const stale = { authorization: `Bearer ${await bench.issuer.token(device.subject, { auth_time: now() - 301 })}` };
    const silent = { authorization: `Bearer ${await bench.issuer.token(device.subject, { auth_time: undefined })}` };
    for (const headers of [stale, silent]) {
      const answer = await device.call(
        'POST',
        '/v1/registrations',
        { registrationRequest: toBase64Url(randomBytes(32)) },
        { ...headers, 'idempotency-key': newUuid() },
      );
      expect([answer.status, answer.body['code']]).toEqual([401, 'fresh-login-required']);
    }
  });
});

describe('logs, database, errors and metrics', () => {
  it('D07: hold no token, no message of OPAQUE and no sealed key, whatever failed', async () => {
    const device = bench.device();
    const token = await bench.issuer.token(device.subject);
    expect((await device.setPassword('canary password 8642')).status).toBe(201);
    const attempt = await device.beginAttempt('canary password 8642');
    const started = await device.startLogin(attempt);
    const finished = (await device.finishAttempt(attempt, started.body.ke2, started.body))!;
    const texts = [
      (await device.finishLogin(attempt.loginId, toBase64Url(randomBytes(64)))).text,
      (await device.finishLogin(newUuid(), finished.ke3)).text,
      (await device.call('POST', `/v1/logins?token=${token}`, { loginId: token, ke1: finished.ke3 })).text,
      (await device.call('GET', `/v1/${finished.ke3}?password=${token}`)).text,
      (await device.call('POST', '/v1/logins', `{"ke1":"${finished.ke3}`)).text,
    ];
    // a row that does not open, on the way to an unforeseen failure
    const again = await device.beginAttempt('canary password 8642');
    await device.startLogin(again);
    await bench.sql(`UPDATE logins SET state_sealed = decode('00', 'hex') WHERE login_id = $1::uuid`, [again.loginId]);
    texts.push((await device.finishLogin(again.loginId, finished.ke3)).text);
    const metrics = await (await fetch(`${bench.apis[0]!.metricsUrl}/metrics`)).text();
    const seen = [bench.apis[0]!.log(), metrics, ...texts].join('\n');
    expect(seen).toContain('"route":"/v1/logins"');
    const { accountId } = await device.account();
    const dump = await dumpOf(bench);
    expect(dump).toContain(accountId);
    const secrets = ['canary password', finished.ke3, finished.exportKey, toBase64Url(device.sealedBackupKey)];
    for (const secret of secrets) expect(dump.includes(secret)).toBe(false);
    for (const bytes of [finished.ke3, finished.exportKey, toBase64Url(device.sealedBackupKey)]) {
      expect(dump.includes(toHex(fromBase64Url(bytes)))).toBe(false);
    }
    const canaries = [
      ...token.split('.').slice(1),
      'canary password',
      attempt.ke1,
      finished.ke3,
      finished.exportKey,
      toBase64Url(device.sealedBackupKey),
      accountId,
      device.subject,
    ];
    for (const canary of canaries) expect(seen.includes(canary)).toBe(false);
  });
});

describe('the process', () => {
  it('does not start without a database, and says so', async () => {
    const api = bench.start({ DATABASE_URL: 'postgresql://coffer:canary-secret@127.0.0.1:1/coffer' });
    const error = (await api.catch((cause: unknown) => cause)) as Error;
    expect(error.message).toContain('the database does not answer');
    expect(error.message).not.toContain('canary-secret');
  });

  it('names a variable that it does not understand, not its value', async () => {
    const error = (await bench.start({ COFFER_GUESS_DELAYS: 'canary' }).catch((cause: unknown) => cause)) as Error;
    expect(error.message).toContain('COFFER_GUESS_DELAYS');
    expect(error.message).not.toContain('canary');
  });
});
