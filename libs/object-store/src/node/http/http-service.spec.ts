import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer as readBytes } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { fakeClock } from '@coffer/test-kit';

import { largeBytes } from '../../../test/large-bytes';
import { HttpService, retryAfterMs } from './http-service';

let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    // One that answers before it has read what it was sent, and one that says what came.
    if (request.url === '/full') return void response.writeHead(413, { connection: 'close' }).end('full');
    void readBytes(request).then((body) => {
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
      response.end(JSON.stringify([length, encoding ?? null, body.equals(content)]));
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const content = largeBytes('content', 1_000_001);

describe('HttpService', () => {
  it('sends bytes piece by piece, with their length in advance', async () => {
    const answer = await new HttpService().send(() => ({ method: 'PUT', url: origin, body: content }));
    expect(JSON.parse(await answer.text())).toEqual(['1000001', null, true]);
  });

  it('reads no more of them once it was answered, although the server took none', async () => {
    const bytes = largeBytes('large', 32_000_000);
    let reads = 0;
    const watched = new Proxy(bytes, {
      get: (target, name) => {
        if (name === 'slice') reads += 1;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const answer = await new HttpService().send(() => ({ method: 'PUT', url: `${origin}/full`, body: watched }));
    const before = reads;
    expect(answer.status).toBe(413);
    await new Promise((later) => setTimeout(later, 50));
    expect(reads).toBe(before);
    expect(reads).toBeLessThan(32_000_000 / 65_536);
    await answer.discard();
  });
});

describe('retryAfterMs', () => {
  const clock = fakeClock(Date.parse('Sun, 06 Nov 1994 08:49:37 GMT'));

  it.each([
    ['120', 120_000],
    ['Sun, 06 Nov 1994 08:49:47 GMT', 10_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
  ])('reads %j', (text, milliseconds) => {
    expect(retryAfterMs(new Headers({ 'retry-after': text }), clock)).toBe(milliseconds);
  });
});
