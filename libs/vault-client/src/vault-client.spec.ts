import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { routes } from '@coffer/contracts';
import { fakeClock } from '@coffer/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { startContractServer, type ContractServer, type Handlers } from '../test/contract-server';
import { createVaultClient, VaultClientError, type VaultClientOptions } from './index';

const uuid = '0198a5b0-0000-7000-8000-000000000000';
const repositoryId = 'A'.repeat(22);
const statement = { statement: 'AAAA', signature: 'A'.repeat(86), body: 'AQ' };
const budget = { attemptsRemaining: 9, nextAttemptAt: null };
const challenge = { challenge: 'A'.repeat(43), expiresAt: '2026-11-23T10:05:00.000Z' };

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function serve(handlers: Handlers, options: Partial<VaultClientOptions> = {}) {
  const server: ContractServer = await startContractServer(handlers);
  running.push(server);
  const waits: number[] = [];
  const client = createVaultClient({
    baseUrl: server.baseUrl,
    token: async () => 'token-1',
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
    },
    random: () => 0.5,
    ...options,
  });
  return { server, client, waits };
}

async function failure(call: Promise<unknown>): Promise<VaultClientError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VaultClientError);
  return error as VaultClientError;
}

describe('createVaultClient', () => {
  describe('the methods', () => {
    it('are exactly the routes of the contract', () => {
      const client = createVaultClient({ baseUrl: '' });
      expect(Object.keys(client)).toEqual(Object.keys(routes));
    });

    it('send params, query, headers and body and give back checked data when the vault answers', async () => {
      const { client, server } = await serve({
        finishLogin: ({ params, body }) => {
          expect(params).toEqual({ loginId: uuid });
          expect(body).toEqual({ ke3: 'A'.repeat(86) });
          const ksf = { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 };
          const keyId = '00ff00ff00ff00ff';
          return { data: { sealedBackupKey: 'A'.repeat(96), serial: 7, keyId, ksf, attemptsRemaining: 10 } };
        },
        getConsistencyProof: ({ query }) => {
          expect(query).toEqual({ from: '3', to: '7' });
          return { data: { proof: ['A'.repeat(43)] } };
        },
        getCheckpoint: () => ({ data: 'coffer.ledger/x\n3\nroot\n\n— sig\n' }),
        removeKeyslot: ({ headers }) => {
          expect(headers['coffer-statement']).toBe(`AAAA.${'A'.repeat(86)}.AQ`);
          return {};
        },
      });
      const finished = await client.finishLogin({ params: { loginId: uuid }, body: { ke3: 'A'.repeat(86) } });
      expect(finished.attemptsRemaining).toBe(10);
      expect(await client.getConsistencyProof({ query: { from: 3, to: 7 } })).toEqual({ proof: ['A'.repeat(43)] });
      expect(await client.getCheckpoint()).toContain('— sig');
      expect(await client.removeKeyslot({ params: { keyslotId: uuid }, statement })).toBeUndefined();
      expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer token-1',
        undefined,
        undefined,
        'Bearer token-1',
      ]);
    });

    it('give meaningful headers together with the data when the route has some', async () => {
      const { client } = await serve({
        putHead: ({ headers }) => {
          expect(headers['if-match']).toBe('"4"');
          return { data: { head: statement }, headers: { etag: '"5"' } };
        },
      });
      const answer = await client.putHead({
        params: { repositoryId },
        headers: { 'if-match': '"4"' },
        body: statement,
      });
      expect(answer).toEqual({ data: { head: statement }, status: 200, headers: { etag: '"5"' } });
    });

    it('send extra headers and no token when a proxy adds it', async () => {
      const { client, server } = await serve(
        { getClaims: () => ({ problem: 'not-found' }) },
        { headers: () => ({ 'x-csrf-token': 'c' }) },
      );
      await failure(client.getClaims());
      expect(server.requests[0]!.headers['x-csrf-token']).toBe('c');
      expect(server.requests[0]!.headers.authorization).toBeUndefined();
    });
  });

  describe('idempotency keys', () => {
    it('stay the same over the tries of one call and differ between calls', async () => {
      let isFirst = true;
      const { client, server } = await serve({
        openRegistration: () => {
          if (!isFirst) return { problem: 'too-many-registrations' };
          isFirst = false;
          return { problem: 'service-unavailable' };
        },
      });
      const body = { registrationRequest: 'A'.repeat(43) };
      expect((await failure(client.openRegistration({ body }))).code).toBe('too-many-registrations');
      await failure(client.openRegistration({ body }));
      await failure(client.openRegistration({ body, idempotencyKey: 'chosen-by-the-caller' }));
      const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
      expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
      expect(keys[1]).toBe(keys[0]);
      expect(keys[2]).not.toBe(keys[0]);
      expect(keys[3]).toBe('chosen-by-the-caller');
    });
  });

  describe('refusals', () => {
    it('carry code, status and fields when the answer is a problem', async () => {
      const nextAttemptAt = '2026-11-23T10:05:00.000Z';
      const { client, server } = await serve({
        startLogin: () => ({
          problem: 'attempt-too-early',
          more: { detail: 'Wait until 10:05.', attemptsRemaining: 7, nextAttemptAt, retryAfterSeconds: 300 },
        }),
      });
      const error = await failure(client.startLogin({ body: { loginId: uuid, ke1: 'A'.repeat(128) } }));
      expect(error).toMatchObject({
        code: 'attempt-too-early',
        message: 'Wait until 10:05.',
        status: 429,
        requestId: 'request-1',
        attemptsRemaining: 7,
        nextAttemptAt,
        retryAfterSeconds: 300,
        isRetryable: false,
      });
      expect(error.fields).toEqual({
        status: 429,
        requestId: 'request-1',
        attemptsRemaining: 7,
        nextAttemptAt,
        retryAfterSeconds: 300,
      });
      expect(server.requests).toHaveLength(1);
    });

    it('are told by the status alone when the request is a HEAD', async () => {
      const { client } = await serve({ headObject: () => ({ problem: 'not-found' }) });
      const input = { params: { repositoryId, path: 'config' }, headers: { 'coffer-grant': 'g'.repeat(16) } };
      expect((await failure(client.headObject(input))).code).toBe('not-found');
    });

    it.each([
      ['another body', { data: { attemptsRemaining: 'many', nextAttemptAt: null } }, 'attemptsRemaining'],
      ['an unknown field', { data: { ...budget, extra: 1 } }, 'its body'],
      ['another status', { data: budget, status: 202 }, 'its status'],
    ])('are unexpected-response when the answer has %s', async (_, answer, place) => {
      const { client } = await serve({ getBudget: () => answer });
      const error = await failure(client.getBudget());
      expect(error.code).toBe('unexpected-response');
      expect(error.message).toContain(place);
      expect(error.message).not.toContain('many');
    });

    it('are unexpected-response when a page of HTML stands in for the vault', async () => {
      const { client } = await serve({
        getBudget: ({ response }) => {
          response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>');
          return undefined;
        },
      });
      const error = await failure(client.getBudget());
      expect(error).toMatchObject({ code: 'unexpected-response', status: 502, isRetryable: true });
    });

    it('are unexpected-response when a body never ends', async () => {
      const { client } = await serve({
        getBudget: async ({ response }) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          const piece = Buffer.alloc(1024 * 1024, 0x20);
          for (let sent = 0; sent < 64 && response.writable; sent++) {
            if (!response.write(piece))
              await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
          }
          response.end();
          return undefined;
        },
      });
      const error = await failure(client.getBudget());
      expect(error.message).toContain('the size of its body');
    });

    it('follow no redirect when the vault sends one', async () => {
      const { client, server } = await serve({
        getBudget: ({ response }) => {
          response.writeHead(302, { location: '/v1/account' }).end();
          return undefined;
        },
      });
      expect((await failure(client.getBudget())).code).toBe('unreachable');
      expect(server.requests.every(({ name }) => name === 'getBudget')).toBe(true);
    });

    it('are invalid-request and nothing is sent when the input does not follow the contract', async () => {
      const { client, server } = await serve({ startLogin: () => ({ data: {} }) });
      const error = await failure(client.startLogin({ body: { loginId: uuid, ke1: 'secret' } }));
      expect(error.code).toBe('invalid-request');
      expect(error.message).toContain('body.ke1');
      expect(error.message).not.toContain('secret');
      await failure(client.getHead({ params: { repositoryId: '../account' } }));
      expect(server.requests).toHaveLength(0);
    });
  });

  describe('tries', () => {
    it('go on with doubled waits and stop after four when an idempotent call meets 503', async () => {
      const { client, server, waits } = await serve({ getBudget: () => ({ problem: 'service-unavailable' }) });
      const error = await failure(client.getBudget());
      expect(error).toMatchObject({ code: 'service-unavailable', isRetryable: true });
      expect(server.requests).toHaveLength(4);
      expect(waits).toEqual([125, 250, 500]);
    });

    it('wait as long as Retry-After asks, in seconds or as a date', async () => {
      const clock = fakeClock();
      const date = new Date(clock.nowMs() + 5000).toUTCString();
      const asked = ['2', date];
      const { client, waits } = await serve(
        {
          getBudget: () => {
            const next = asked.shift();
            if (next === undefined) return { data: budget };
            return { problem: 'anchor-behind', headers: { 'retry-after': next } };
          },
        },
        { clock },
      );
      expect(await client.getBudget()).toEqual(budget);
      expect(waits).toEqual([2125, 5125]);
    });

    it('end at once when Retry-After asks for longer than the caller would wait', async () => {
      const { client, server } = await serve({
        getBudget: () => ({ problem: 'service-unavailable', headers: { 'retry-after': '3600' } }),
      });
      expect((await failure(client.getBudget())).retryAfterSeconds).toBe(3600);
      expect(server.requests).toHaveLength(1);
    });

    it('are one when the act is not idempotent and may have been done', async () => {
      const { client, server } = await serve({
        createRepository: ({ response }) => {
          response.destroy();
          return undefined;
        },
      });
      const error = await failure(client.createRepository({ body: statement }));
      expect(error.code).toBe('unreachable');
      expect(error.message).toContain('look before trying again');
      expect(server.requests).toHaveLength(1);
    });

    it('go on when an act that is not idempotent was turned away unseen', async () => {
      let calls = 0;
      const created = { repositoryId, keyId: '00ff00ff00ff00ff', createdAt: '2026-11-23T10:00:00.000Z' };
      const { client } = await serve({
        createRepository: () => (++calls === 1 ? { problem: 'rate-limited' } : { data: created }),
      });
      expect(await client.createRepository({ body: statement })).toEqual(created);
    });

    it('go on when the first try meets no server at all', async () => {
      const server = await startContractServer({ getBudget: () => ({ data: budget }) });
      running.push(server);
      let calls = 0;
      const client = createVaultClient({
        baseUrl: server.baseUrl,
        token: async () => 't',
        sleep: async () => undefined,
        fetch: (...request) => (++calls === 1 ? Promise.reject(new TypeError('fetch failed')) : fetch(...request)),
      });
      expect(await client.getBudget()).toEqual(budget);
      expect(calls).toBe(2);
    });
  });

  describe('tokens', () => {
    it('are asked for anew once when the vault calls one expired', async () => {
      const refused: (string | undefined)[] = [];
      const { client, server } = await serve(
        {
          createChallenge: ({ headers }) =>
            headers['authorization'] === 'Bearer old' ? { problem: 'token-expired' } : { data: challenge },
        },
        {
          token: async (last) => {
            refused.push(last);
            return last === undefined ? 'old' : 'new';
          },
        },
      );
      expect(await client.createChallenge()).toEqual(challenge);
      expect(refused).toEqual([undefined, 'old']);
      expect(server.requests).toHaveLength(2);
    });

    it('are not asked for a third time when the new one is refused too', async () => {
      const { client, server } = await serve({ createChallenge: () => ({ problem: 'token-expired' }) });
      expect((await failure(client.createChallenge())).code).toBe('token-expired');
      expect(server.requests).toHaveLength(2);
    });

    it('let the error of their provider through when there is none to be had', async () => {
      const { client } = await serve(
        { getBudget: () => ({ data: budget }) },
        { token: () => Promise.reject(new RangeError('sign in first')) },
      );
      await expect(client.getBudget()).rejects.toThrow('sign in first');
    });
  });

  describe('ends', () => {
    it('are timed-out when no answer comes in time', async () => {
      const { client } = await serve({ getBudget: () => undefined }, { timeoutMs: 50, retry: { tries: 1 } });
      expect(await failure(client.getBudget())).toMatchObject({ code: 'timed-out', isRetryable: true });
    });

    it('are aborted when the caller says so, also while waiting', async () => {
      const controller = new AbortController();
      const { client } = await serve({ getBudget: () => undefined });
      const call = client.getBudget({}, { signal: controller.signal });
      setTimeout(() => controller.abort(), 20);
      expect(await failure(call)).toMatchObject({ code: 'aborted', isRetryable: false });

      const waiting = new AbortController();
      const server = await startContractServer({ getBudget: () => ({ problem: 'service-unavailable' }) });
      running.push(server);
      const patient = createVaultClient({
        baseUrl: server.baseUrl,
        token: async () => 't',
        random: () => 0.9,
        retry: { firstWaitMs: 60_000, longestWaitMs: 60_000 },
      });
      setTimeout(() => waiting.abort(), 50);
      expect((await failure(patient.getBudget({}, { signal: waiting.signal }))).code).toBe('aborted');
    });

    it('come to a stream that stalls, not to one that is slow', async () => {
      const send = async (
        pieces: number,
        pauseMs: number,
        isLast: boolean,
        response: import('node:http').ServerResponse,
      ) => {
        response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': '5' });
        for (let sent = 0; sent < pieces; sent++) {
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
          response.write('x');
        }
        if (isLast) response.end();
        return undefined;
      };
      let isSlow = true;
      const { client } = await serve(
        { getObject: ({ response }) => (isSlow ? send(5, 60, true, response) : send(2, 0, false, response)) },
        { timeoutMs: 200 },
      );
      const input = { params: { repositoryId, path: 'config' }, headers: { 'coffer-grant': 'g'.repeat(16) } };
      const slow = await client.getObject(input);
      expect(await new Response(slow.data).text()).toBe('xxxxx');
      isSlow = false;
      const stalled = await client.getObject(input);
      await expect(new Response(stalled.data).text()).rejects.toThrow();
    });
  });

  it('speaks of the server alone when it cannot be reached', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const client = createVaultClient({
      baseUrl: `http://127.0.0.1:${port}`,
      token: async () => 'very-secret',
      retry: { tries: 1 },
    });
    const error = await failure(client.listNotices({ query: { cursor: 'cursor-secret' } }));
    expect(error.code).toBe('unreachable');
    expect(error.message).not.toContain('secret');
  });
});
