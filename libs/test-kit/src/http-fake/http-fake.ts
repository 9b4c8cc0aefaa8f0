import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { HttpFaults, type HttpFault } from './http-faults';

/** A request, taken apart. */
export interface FakeRequest {
  readonly method: string;
  /** As it was sent: percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** A header's value; undefined where it is missing. */
  header(name: string): string | undefined;
  readonly body: Uint8Array;
  /** Whether the connection broke before all of the body had come. */
  readonly isCut: boolean;
}

/** An answer before it is written. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** A service that speaks HTTP. */
export interface FakeService {
  /** Name of what a request asks for, which faults and the list of requests go by. */
  operationOf(request: FakeRequest): string;
  /** What of a request is its key there. */
  keyOf(request: FakeRequest): string;
  serve(request: FakeRequest): FakeAnswer;
  /** The answer of an armed refusal, in the form of the service. */
  refuse(status: number, code: string): FakeAnswer;
}

/** A running fake. */
export interface HttpFake {
  /** `http://127.0.0.1:<port>`. */
  readonly origin: string;
  readonly port: number;
  readonly faults: HttpFaults;
  /** Every request since the start, as `<operation> <key>`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

const largestBodyBytes = 512 * 1024 * 1024;

/** Serves on loopback, with faults to order. @param port - 0 takes any free one */
export async function startHttpFake(service: FakeService, port = 0): Promise<HttpFake> {
  const faults = new HttpFaults();
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void serve(service, faults, requests, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const bound = (server.address() as AddressInfo).port;
  return { origin: `http://127.0.0.1:${bound}`, port: bound, faults, requests, close: () => close(server) };
}

async function serve(
  service: FakeService,
  faults: HttpFaults,
  requests: string[],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const request = await readRequest(incoming);
  const operation = service.operationOf(request);
  const key = service.keyOf(request);
  requests.push(`${operation} ${key}`);
  const fault = faults.strike(operation, key, Math.random);
  if (fault?.kind === 'drop') return void incoming.socket.destroy();
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'refuse') return write(refusal(service, fault), fault, request.method === 'HEAD', outgoing);
  if (fault?.kind === 'cut-upload') {
    service.serve({ ...request, body: request.body.subarray(0, fault.afterBytes ?? 0), isCut: true });
    return void incoming.socket.destroy();
  }
  const answer = service.serve(request);
  if (fault?.kind === 'lose-answer') return void incoming.socket.destroy();
  write(answer, fault, request.method === 'HEAD', outgoing);
}

function refusal(service: FakeService, fault: HttpFault): FakeAnswer {
  const answer = service.refuse(fault.status ?? 429, fault.code ?? '');
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
      ...(fault.location === undefined ? {} : { location: fault.location }),
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<FakeRequest> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > largestBodyBytes) throw new RangeError('the body is too large');
    pieces.push(piece);
  }
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    header: (name) => {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(',') : value;
    },
    body: new Uint8Array(Buffer.concat(pieces)),
    isCut: false,
  };
}

function write(answer: FakeAnswer, fault: HttpFault | undefined, isHead: boolean, outgoing: ServerResponse): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  const hasBody = body !== undefined && !isHead;
  const canHaveLength = answer.status !== 204 && answer.status !== 304;
  outgoing.writeHead(answer.status, {
    ...(canHaveLength ? { 'content-length': String(body?.length ?? 0) } : {}),
    ...answer.headers,
  });
  if (!hasBody) return void outgoing.end();
  if (fault?.kind !== 'cut-body') return void outgoing.end(body);
  outgoing.write(body.subarray(0, fault.afterBytes ?? 0), () => outgoing.socket?.destroy());
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}
