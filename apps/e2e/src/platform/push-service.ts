import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a push service was asked to deliver: headers and sealed bytes (RFC 8030, 8188). */
export interface DeliveredPush {
  readonly path: string;
  readonly encoding: string;
  readonly authorization: string;
  readonly sizeBytes: number;
}

/** A push service on loopback: takes every message, and lists to GET what it took. It can read none of them. */
export async function startPushService(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const delivered: DeliveredPush[] = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(delivered));
      return;
    }
    let sizeBytes = 0;
    request.on('data', (piece: Buffer) => (sizeBytes += piece.length));
    request.on('end', () => {
      const { authorization = '', 'content-encoding': encoding = '' } = request.headers;
      delivered.push({ path: request.url ?? '', encoding, authorization, sizeBytes });
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((stopped) => {
        server.closeAllConnections();
        server.close(() => stopped());
      }),
  };
}
