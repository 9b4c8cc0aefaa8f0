import { problemDetails, type Claims } from '@coffer/contracts';
import { newUuid } from '@coffer/foundation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiProcess } from './api-process';
import type { TestDevice } from './test-device';
import { startBench, type VaultBench } from './vault-bench';

const password = 'correct horse battery';
/** So little that a busy machine cannot earn much while a test runs: what is told is told by counts, not by time. */
const few = { COFFER_ACCOUNT_REQUESTS: '30,1', COFFER_ADDRESS_REQUESTS: '30,1', COFFER_BULK_REQUESTS: '90,1' };
const flood = 120;

let bench: VaultBench;
/** Believes nobody. */
let direct: ApiProcess;
/** Believes what a proxy on this machine says of its clients. */
let behindProxy: ApiProcess;
beforeAll(async () => {
  bench = await startBench(1, { ...few, COFFER_GUESS_DELAYS: '0', COFFER_OPAQUE_THREADS: '0' });
  direct = bench.apis[0]!;
  behindProxy = await bench.start({ COFFER_TRUSTED_PROXIES: '127.0.0.1' });
}, 180_000);
afterAll(() => bench.stop());

async function registered(): Promise<TestDevice> {
  const device = bench.device(direct);
  expect((await device.setPassword(password)).status).toBe(201);
  device.isOwner = true;
  return device;
}

const together = <Result>(times: number, ask: (index: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: times }, (_, index) => ask(index)));
const refusals = (answers: readonly { readonly status: number }[]): number =>
  answers.filter(({ status }) => status === 429).length;
const secondsSince = (beganMs: number): number => Math.ceil((performance.now() - beganMs) / 1000);

/** A request of a client behind the proxy, without an account. */
const from = (address: string, path = '/v1/claims', init: RequestInit = {}): Promise<Response> =>
  fetch(`${behindProxy.url}${path}`, {
    ...init,
    headers: { ...(init.headers as Record<string, string>), 'x-forwarded-for': address },
  });

async function guessesOf(device: TestDevice): Promise<number> {
  const { accountId } = await device.account();
  const counted = `SELECT count(*)::int AS n FROM ledger_events WHERE account_id = $1::uuid AND kind = 'guess'`;
  return (await bench.sql<{ n: number }>(counted, [accountId]))[0]!.n;
}

describe('a victim of guesses', () => {
  it('A20: loses none to whoever has no token of the account', async () => {
    const victim = await registered();
    const { accountId } = await victim.account();
    const { loginId, ke1 } = await victim.beginAttempt('wrong');
    const headers: Record<string, string>[] = [
      {},
      { authorization: 'Bearer a.b.c' },
      { authorization: `Bearer ${await bench.issuer.token(victim.subject, { exp: 1_000_000 })}` },
      { 'x-account-id': accountId, cookie: `account=${accountId}` },
    ];
    for (const more of headers) {
      const answer = await fetch(`${direct.url}/v1/logins?account=${accountId}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: JSON.stringify({ loginId, ke1 }),
      });
      expect(answer.status).toBe(401);
    }
    // Another account's token spends that account's guesses, whatever the body says.
    const other = bench.device(direct);
    expect((await other.call('POST', '/v1/logins', { loginId, ke1, accountId })).status).toBe(400);
    await other.startLogin({ loginId, ke1 });
    expect(await victim.budget()).toEqual({ attemptsRemaining: 10, nextAttemptAt: null });
    expect(await guessesOf(victim)).toBe(0);
  });

  it('A20: loses to a flood with a stolen token what protocol.md says; what is turned away counts nothing', async () => {
    const victim = await registered();
    const attempts = await together(flood, (n) => victim.beginAttempt(`wrong ${n}`));
    const thief = bench.device(behindProxy, victim.subject);
    const beganMs = performance.now();
    const answers = await Promise.all(attempts.map((attempt) => thief.startLogin(attempt)));
    const grown = secondsSince(beganMs);
    expect(refusals(answers)).toBeGreaterThanOrEqual(flood - 30 - grown);
    const evaluated = answers.filter(({ status }) => status === 201).length;
    expect(evaluated).toBeLessThanOrEqual(10);
    expect(await guessesOf(victim)).toBe(evaluated);
    expect(await victim.budget()).toMatchObject({ attemptsRemaining: 10 - evaluated });

    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    const problem = problemDetails.parse(refused.body);
    expect(problem).toMatchObject({ code: 'rate-limited', requestId: refused.headers.get('x-request-id') });
    expect(refused.headers.get('retry-after')).toBe(String(problem.retryAfterSeconds));
    expect(problem.attemptsRemaining).toBeUndefined();
    const known = `SELECT count(*)::int AS n FROM logins WHERE login_id = $1::uuid`;
    const turnedAway = attempts[answers.indexOf(refused)]!.loginId;
    expect(await bench.sql(known, [turnedAway])).toEqual([{ n: 0 }]);
  });
});

describe('while one floods', () => {
  it('D17: another account is answered each time, from the same address', async () => {
    const [flooder, other] = [bench.device(behindProxy), bench.device(behindProxy)];
    const flooding = together(flood, () => flooder.call('GET', '/v1/account'));
    const answers = await together(20, () => other.call('GET', '/v1/account'));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(refusals(await flooding)).toBeGreaterThan(0);
    expect((await other.call('GET', '/v1/account')).status).toBe(200);
  });

  it('D17: another address is answered, and so is an account behind the one that floods', async () => {
    const device = bench.device(behindProxy);
    const beganMs = performance.now();
    const answers = await together(flood, () => from('192.0.2.1'));
    expect(refusals(answers)).toBeGreaterThanOrEqual(flood - 30 - secondsSince(beganMs));
    // On a busy machine one more may have been allowed meanwhile, so a single request would not do.
    const elsewhere = await together(10, () => from('192.0.2.1', '/v1/account'));
    expect(refusals(elsewhere)).toBeGreaterThan(0);
    expect((await from('192.0.2.2')).status).toBe(200);
    const behind = await device.call('GET', '/v1/claims', undefined, { 'x-forwarded-for': '192.0.2.1' });
    expect(behind.status).toBe(200);
  });

  it('D17: an address of IPv6 is its network, so that nobody has as many as they like', async () => {
    const answers = await together(flood, (n) => from(`2001:db8::${n.toString(16)}`));
    expect(refusals(answers)).toBeGreaterThan(0);
    expect((await from('2001:db8:0:1::1')).status).toBe(200);
  });

  it('A20: guessing at tokens counts for the address, and turns nobody else away', async () => {
    const victim = await registered();
    const forged = { authorization: `Bearer ${(await bench.issuer.token(victim.subject)).slice(0, -4)}AAAA` };
    const answers = await together(flood, () => from('192.0.2.3', '/v1/account', { headers: forged }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]));
    victim.api = behindProxy;
    expect((await victim.call('GET', '/v1/account')).status).toBe(200);
  });

  it('D17: health and metrics are answered, and metrics count what was refused without saying whom', async () => {
    await together(flood, () => from('192.0.2.4', '/no/such/route'));
    expect((await from('192.0.2.4', '/no/such/route')).status).toBe(429);
    const health = await together(40, () => from('192.0.2.4', '/health/live'));
    expect(refusals(health)).toBe(0);
    expect((await from('192.0.2.4', '/health/ready')).status).toBe(200);
    const metrics = await (await fetch(`${behindProxy.metricsUrl}/metrics`)).text();
    const lines = metrics.split('\n').filter((line) => line.startsWith('coffer_requests_refused_total'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(/\{party="(?:account|address)",kind="(?:requests|bulk)",service="vault-api"\} \d+$/);
    }
  });

  it('keeps the allowance for objects apart, so that a backup and an unlock do not slow each other', async () => {
    const device = bench.device(behindProxy);
    const path = `/v1/repositories/${newUuid()}/objects/packs/1`;
    const objects = await together(80, () => device.fetch('GET', path, { 'coffer-grant': 'g'.repeat(16) }));
    expect(refusals(objects)).toBe(0);
    expect((await device.call('GET', '/v1/account')).status).toBe(200);
  });
});

describe('without a proxy that is trusted', () => {
  it('D17: nobody names their own address', async () => {
    const answers = await together(flood, (n) =>
      fetch(`${direct.url}/v1/claims`, {
        headers: { 'x-forwarded-for': `192.0.2.${n % 250}`, forwarded: 'for=192.0.2.9' },
      }),
    );
    expect(refusals(answers)).toBeGreaterThan(0);
  });
});

describe('claims', () => {
  it('show what is answered', async () => {
    const claims = (await bench.device(direct).call<Claims>('GET', '/v1/claims')).body;
    expect(claims.requests).toEqual({
      account: { burst: 30, perSecond: 1 },
      address: { burst: 30, perSecond: 1 },
      bulk: { burst: 90, perSecond: 1 },
    });
  });
});
