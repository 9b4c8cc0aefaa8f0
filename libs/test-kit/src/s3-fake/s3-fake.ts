import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@coffer/foundation';

import { HttpFaults, type HttpFault } from '../http-fake/http-faults';
import type { S3Bucket } from './s3-bucket';
import { refusalOf, S3Refusal } from './s3-fault';
import { S3Journal } from './s3-journal';
import { operationOf, runOperation, type S3OperationName } from './s3-operations';
import { readBody, readHead, type S3Answer, type S3World } from './s3-request';
import { xmlDocument } from './s3-xml';

/** How a fake behaves. */
export interface S3FakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Where buckets are kept; without it they are gone with the process. */
  readonly folder?: string;
  /** Buckets that exist from the start. */
  readonly buckets?: readonly string[];
  /** Time of versions and locks; the machine's unless told. */
  readonly nowMs?: () => number;
  /** Removed versions stay listed for so long. */
  readonly listLagMs?: number;
  /** Beyond it writes get 507. */
  readonly capacityBytes?: number;
  /** What a part has at least that is not the last one; 5 MiB unless told, as S3 has it. */
  readonly smallestPartBytes?: number;
  /** Where `If-None-Match` is taken and not obeyed, as with older servers: by CompleteMultipartUpload, or always. */
  readonly overwrites?: S3World['overwrites'];
  /** Requests that name another access key are refused; without it all are served. Signatures are not verified. */
  readonly accessKeyId?: string;
}

/** A running fake. */
export interface S3Fake {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  readonly port: number;
  readonly faults: HttpFaults;
  /** Every request since the start, as `<operation> <bucket>/<key>[?versionId]`; of parts `…?partNumber=N`, which faults may name too. */
  readonly requests: readonly string[];
  /** The bucket as it is, for assertions and arrangements; made where it does not exist. */
  bucket(name: string): S3Bucket;
  close(): Promise<void>;
}

/** Starts a fake of S3 on loopback: versions, markers, multipart uploads, object lock, conditional writes, faults to order. */
export async function startS3Fake(options: S3FakeOptions = {}): Promise<S3Fake> {
  const buckets = new Map<string, S3Bucket>();
  const journal = options.folder === undefined ? undefined : new S3Journal(options.folder);
  journal?.load(buckets);
  let ids = 0;
  const start = process.hrtime.bigint().toString(36);
  const newId = (): string => `${start}.${(ids++).toString(36).padStart(6, '0')}`;
  const world: S3World = {
    buckets,
    nowMs: options.nowMs ?? (() => systemClock.nowMs()),
    newId,
    listLagMs: options.listLagMs ?? 0,
    capacityBytes: options.capacityBytes ?? Number.POSITIVE_INFINITY,
    smallestPartBytes: options.smallestPartBytes ?? 5 * 1024 * 1024,
    overwrites: options.overwrites ?? 'nowhere',
    changed: (bucket, key) => journal?.record(bucket, key, newId),
  };
  const faults = new HttpFaults();
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void serve(world, faults, requests, options.accessKeyId, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const fake: S3Fake = {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    faults,
    requests,
    bucket: (name) => {
      if (!buckets.has(name)) runOperation('CreateBucket', world, bareRequest(name));
      return buckets.get(name)!;
    },
    close: () => close(server),
  };
  for (const name of options.buckets ?? []) fake.bucket(name);
  return fake;
}

async function serve(
  world: S3World,
  faults: HttpFaults,
  requests: string[],
  accessKeyId: string | undefined,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.setHeader('x-amz-request-id', world.newId());
  let fault: HttpFault | undefined;
  let answer: S3Answer;
  try {
    const head = readHead(incoming);
    const operation: S3OperationName = operationOf(head);
    const detail =
      operation === 'UploadPart' ? `partNumber=${head.query.get('partNumber')}` : head.query.get('versionId');
    const key = `${head.key}${detail === null ? '' : `?${detail}`}`;
    requests.push(`${operation} ${head.bucketName}/${key}`);
    const named = /Credential=([^/]+)\//.exec(head.header('authorization') ?? '')?.[1];
    const isKnown = accessKeyId === undefined || named === accessKeyId;
    if (isKnown) fault = faults.strike(operation, key, Math.random);
    const body = await readBody(incoming, fault?.kind === 'cut-upload' ? (fault.afterBytes ?? 0) : undefined);
    if (!isKnown) throw new S3Refusal(403, 'InvalidAccessKeyId', 'the access key is not known');
    if (fault?.kind === 'drop' || fault?.kind === 'cut-upload') return void incoming.socket.destroy();
    if (fault?.kind === 'stall') return;
    if (fault?.kind === 'refuse') throw refusalOf(fault);
    answer = runOperation(operation, world, { ...head, body });
    if (fault?.kind === 'lose-answer') return void incoming.socket.destroy();
  } catch (error) {
    const refusal = refusalAnswer(error);
    answer = { ...refusal, body: fault?.body ?? refusal.body };
  }
  write(answer, fault, incoming.method === 'HEAD', outgoing);
}

function refusalAnswer(error: unknown): S3Answer & { readonly body: string } {
  const refusal =
    error instanceof S3Refusal
      ? error
      : new S3Refusal(500, 'InternalError', error instanceof Error ? error.message : '');
  return {
    status: refusal.status,
    headers: { 'content-type': 'application/xml', ...refusal.headers },
    body: xmlDocument('Error', [
      ['Code', refusal.code],
      ['Message', refusal.message],
    ]),
  };
}

function write(answer: S3Answer, fault: HttpFault | undefined, isHead: boolean, outgoing: ServerResponse): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body;
  outgoing.writeHead(answer.status, {
    ...(body === undefined || isHead ? {} : { 'content-length': String(body.length) }),
    ...answer.headers,
  });
  if (body === undefined || isHead) return void outgoing.end();
  if (fault?.kind !== 'cut-body') return void outgoing.end(body);
  outgoing.write(body.subarray(0, fault.afterBytes ?? 0), () => outgoing.socket?.destroy());
}

function bareRequest(bucketName: string): Parameters<typeof runOperation>[2] {
  return {
    method: 'PUT',
    bucketName,
    key: '',
    query: new URLSearchParams(),
    header: () => undefined,
    body: new Uint8Array(0),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
  });
}
