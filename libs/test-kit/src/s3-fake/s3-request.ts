import type { IncomingMessage } from 'node:http';

import type { S3Bucket } from './s3-bucket';
import { S3Refusal } from './s3-fault';

/** A request, taken apart. */
export interface S3Request {
  readonly method: string;
  readonly bucketName: string;
  /** Empty where the bucket itself is meant. */
  readonly key: string;
  readonly query: URLSearchParams;
  /** A header's value; undefined where it is missing. */
  header(name: string): string | undefined;
  readonly body: Uint8Array;
}

/** An answer before it is written. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** What an operation works on. */
export interface S3World {
  readonly buckets: Map<string, S3Bucket>;
  nowMs(): number;
  /** A new version, upload or request id. */
  newId(): string;
  /** How long listings go on showing what was removed. */
  readonly listLagMs: number;
  /** Most bytes that all buckets hold together. */
  readonly capacityBytes: number;
  /** What a part has at least that is not the last one. */
  readonly smallestPartBytes: number;
  /** Where `If-None-Match` is taken and not obeyed, as with older servers. */
  readonly overwrites: 'nowhere' | 'in-parts' | 'always';
  /** Called after each change, with what changed. */
  changed(bucket: S3Bucket, key: string): void;
}

/** Most bytes of one request. */
const largestBody = 512 * 1024 * 1024;

/** Reads the head of a request. @throws S3Refusal where it is not one of S3 */
export function readHead(incoming: IncomingMessage): Omit<S3Request, 'body'> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const [bucketName = '', ...rest] = url.pathname.slice(1).split('/');
  const header = (name: string): string | undefined => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  };
  if (header('content-encoding')?.includes('aws-chunked') === true) {
    throw new S3Refusal(
      501,
      'NotImplemented',
      'aws-chunked bodies are not taken: requestChecksumCalculation WHEN_REQUIRED',
    );
  }
  return {
    method: incoming.method ?? 'GET',
    bucketName: decodeURIComponent(bucketName),
    key: decodeURIComponent(rest.join('/')),
    query: url.searchParams,
    header,
  };
}

/** Reads the body of a request. @param cutAt - closes the connection after so many bytes @throws S3Refusal where it is too large */
export async function readBody(incoming: IncomingMessage, cutAt = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of incoming as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > largestBody) throw new S3Refusal(400, 'EntityTooLarge', 'the body is too large');
    pieces.push(piece);
    if (length < cutAt) continue;
    incoming.socket.destroy();
    break;
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** @throws S3Refusal `NoSuchBucket` */
export function requireBucket(world: S3World, request: S3Request): S3Bucket {
  const bucket = world.buckets.get(request.bucketName);
  if (bucket === undefined) throw new S3Refusal(404, 'NoSuchBucket', 'the bucket does not exist');
  return bucket;
}

/** Text of the instant as S3 writes it. */
export function isoTime(instantMs: number): string {
  return new Date(instantMs).toISOString();
}
