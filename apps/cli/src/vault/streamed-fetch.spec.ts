import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { seed } from '@coffer/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import { streamedFetch } from './streamed-fetch';

let server: Server | undefined;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => server?.close(closed) ?? closed(undefined));
});

/** @returns address of a server that answers so */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const block = seed('block', 64 * 1024);
/** Bytes whose every block is another one, so that an order or a gap shows. */
function bytesOf(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += block.length) {
    bytes.set(block.subarray(0, Math.min(block.length, length - at)), at);
    bytes[at] = (at / block.length) % 251;
  }
  return bytes;
}

describe('streamedFetch', () => {
  it.each([0, 1000, 1_048_576, 1_048_577, 5_000_000])('sends %i bytes with their length in front', async (length) => {
    const body = bytesOf(length);
    const url = await serve((request, response) => {
      void bodyOf(request).then((got) =>
        response.end(JSON.stringify([request.headers['content-length'], got.equals(body), request.headers['x-own']])),
      );
    });
    for (let round = 0; round < 2; round++) {
      const answer = await streamedFetch(url, { method: 'PUT', body, headers: { 'x-own': 'kept' } });
      expect(await answer.json()).toEqual([String(length), true, 'kept']);
    }
  });

  it('gives the answer of a server that turns a body away unread, whatever it says', async () => {
    const url = await serve((_request, response) => {
      response.statusCode = 401;
      response.end('turned away');
    });
    const answer = await streamedFetch(url, { method: 'PUT', body: bytesOf(20_000_000) });
    expect([answer.status, await answer.text()]).toEqual([401, 'turned away']);
  });

  it('sends nothing that comes into the memory after the answer', async () => {
    const read = Promise.withResolvers<Buffer>();
    let received: IncomingMessage | undefined;
    const url = await serve((request, response) => {
      received = request;
      // The answer is whole before the body is read: what is under way stays under way.
      response.writeHead(201, { 'content-length': '2' });
      response.write('o');
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('close', () => read.resolve(Buffer.concat(pieces)));
      request.pause();
    });
    const body = bytesOf(20_000_000);
    const answer = await streamedFetch(url, { method: 'PUT', body });
    expect(answer.status).toBe(201);
    body.fill(0xee);
    const secret = Buffer.alloc(1000, 0xee);
    received!.resume();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await answer.body!.cancel();
    const got = await read.promise;
    expect(got.length).toBeLessThan(body.length);
    expect(got.includes(secret)).toBe(false);
  });

  it('ends with its signal', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    await expect(
      streamedFetch(url, { method: 'PUT', body: bytesOf(20_000_000), signal: stop.signal }),
    ).rejects.toThrow();
  });
});
