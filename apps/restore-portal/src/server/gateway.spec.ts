import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { limits, problemDetails, type ProblemDetails } from '@coffer/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { passOn, type GatewayAccess } from './gateway';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  bytes: number;
  sha256: string;
}

const object = Buffer.alloc(17 * 1024 * 1024 + 3, 'coffer');
const objectPath = '/v1/repositories/AAAAAAAAAAAAAAAAAAAAAA/objects/packs/1/ab/abcd';
const access: GatewayAccess = { hasCsrfToken: true, accessToken: async () => 'the-token' };
const own = { 'sec-fetch-site': 'same-origin' };
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('passOn', () => {
  let server: Server;
  let apiUrl: string;
  let seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const hash = createHash('sha256');
      const entry: Seen = { method: request.method, url: request.url, headers: request.headers, bytes: 0, sha256: '' };
      seen.push(entry);
      request.on('data', (piece: Buffer) => {
        entry.bytes += piece.length;
        hash.update(piece);
      });
      request.on('end', () => {
        entry.sha256 = hash.digest('hex');
        if (request.method === 'GET' && request.url === objectPath) {
          response.writeHead(206, {
            'content-type': 'application/octet-stream',
            'content-length': object.length,
            'content-range': `bytes 0-${object.length - 1}/${object.length}`,
            etag: '"e"',
            'set-cookie': 'upstream=1',
            server: 'upstream',
          });
          response.end(object);
        } else {
          response.writeHead(201, { 'content-type': 'application/json', 'x-request-id': 'r' }).end('{}');
        }
      });
      request.on('error', () => undefined);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((closed) => server.close(closed)));
  beforeEach(() => {
    seen = [];
  });

  const send = (path: string, init: RequestInit = {}, given: GatewayAccess | null = access): Promise<Response> => {
    const headers = new Headers({ ...own, ...(init.headers as Record<string, string> | undefined) });
    return passOn({
      apiUrl,
      access: given,
      request: new Request(`http://localhost:4300${path}`, { ...init, headers }),
    });
  };
  const problemOf = async (answer: Response): Promise<ProblemDetails> => problemDetails.parse(await answer.json());

  it('brings an object of 17 MiB down byte for byte, with the headers that mean something and no others', async () => {
    const answer = await send(objectPath, { headers: { range: 'bytes=0-', 'coffer-grant': 'g'.repeat(16) } });
    expect(answer.status).toBe(206);
    expect(sha256(new Uint8Array(await answer.arrayBuffer()))).toBe(sha256(object));
    expect(answer.headers.get('content-range')).toBe(`bytes 0-${object.length - 1}/${object.length}`);
    expect(answer.headers.get('etag')).toBe('"e"');
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('server')).toBeNull();
    expect(answer.headers.get('cache-control')).toBe('no-store, no-transform');
    expect(seen[0]?.headers).toMatchObject({ range: 'bytes=0-', 'coffer-grant': 'g'.repeat(16) });
  });

  it('brings an object of 17 MiB up byte for byte with its length, so that nothing is chunked', async () => {
    const answer = await send(objectPath, {
      method: 'PUT',
      body: new Blob([object]).stream(),
      duplex: 'half',
      headers: { 'content-length': String(object.length), 'coffer-content-sha256': 'h', 'if-none-match': '*' },
    } as RequestInit);
    expect(answer.status).toBe(201);
    expect(seen[0]).toMatchObject({ method: 'PUT', bytes: object.length, sha256: sha256(object) });
    expect(seen[0]?.headers['content-length']).toBe(String(object.length));
    expect(seen[0]?.headers['transfer-encoding']).toBeUndefined();
    expect(seen[0]?.headers['coffer-content-sha256']).toBe('h');
  });

  it('adds the bearer token and keeps cookies, origin and own headers of the page away from the vault', async () => {
    await send('/v1/account', {
      headers: { cookie: 'session=secret', origin: 'http://x', 'coffer-csrf': 'c', 'x-a': 'b' },
    });
    const { headers } = seen[0]!;
    expect(headers.authorization).toBe('Bearer the-token');
    for (const name of ['cookie', 'origin', 'coffer-csrf', 'x-a']) expect(headers[name]).toBeUndefined();
  });

  it('passes query, conditions, idempotency key and statement on', async () => {
    const names = {
      'if-match': '"1"',
      'idempotency-key': 'k',
      'coffer-statement': 's',
      'content-type': 'application/json',
    };
    await send('/v1/registrations?x=1', { method: 'POST', body: '{}', headers: names });
    expect(seen[0]?.url).toBe('/v1/registrations?x=1');
    expect(seen[0]?.headers).toMatchObject(names);
  });

  it.each([undefined, 'cross-site', 'same-site', 'none'])('D04: refuses when Sec-Fetch-Site is %s', async (site) => {
    const headers: Record<string, string> = site === undefined ? {} : { 'sec-fetch-site': site };
    const request = new Request('http://localhost:4300/v1/account', { headers });
    const answer = await passOn({ apiUrl, access, request });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([403, 'forbidden']);
    expect(seen).toEqual([]);
  });

  it('D04: refuses without the CSRF token, also what only reads', async () => {
    const answer = await send('/v1/account', {}, { ...access, hasCsrfToken: false });
    expect((await problemOf(answer)).code).toBe('forbidden');
    expect(seen).toEqual([]);
  });

  it('says unauthenticated when nobody is signed in', async () => {
    const answer = await send('/v1/account', {}, null);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([401, 'unauthenticated']);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it.each(['/v1/ops/vault', '/v1/../health/ready', '/v1/%2e%2e/metrics', '/v1/none'])(
    'does not pass %s on',
    async (path) => {
      expect((await problemOf(await send(path))).code).toBe('not-found');
      expect(seen).toEqual([]);
    },
  );

  it('refuses a body that announces more than 32 MiB, before the vault hears of it', async () => {
    const answer = await send(objectPath, {
      method: 'PUT',
      body: 'x',
      headers: { 'content-length': String(limits.objectBytes + 1) },
    });
    expect([answer.status, (await problemOf(answer)).code]).toEqual([413, 'too-large']);
    expect(seen).toEqual([]);
  });

  it('cuts a body off that becomes longer than 32 MiB without having said so', async () => {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    const answer = await send(objectPath, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    expect([answer.status, (await problemOf(answer)).code]).toEqual([413, 'too-large']);
    expect(sent).toBeLessThan(limits.objectBytes + 8 * 1024 * 1024);
    expect(seen[0]?.sha256 ?? '').toBe('');
  });

  it('says that the service is away, and nothing else, when the vault is', async () => {
    const request = new Request('http://localhost:4300/v1/account', { headers: own });
    const answer = await passOn({ apiUrl: 'http://127.0.0.1:9', access, request });
    const problem = await problemOf(answer);
    expect([answer.status, problem.code, answer.headers.get('retry-after')]).toEqual([503, 'service-unavailable', '5']);
    expect(JSON.stringify(problem)).not.toMatch(/127\.0\.0\.1|the-token/);
  });
});
