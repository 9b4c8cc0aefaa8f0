import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify, type ECDH } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer as readBytes } from 'node:stream/consumers';

/** One request that a push service got. */
export interface TakenPush {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service on loopback that keeps what it gets. */
export interface PushService {
  readonly origin: string;
  readonly taken: TakenPush[];
  /** Its next answers, the last of which repeats. */
  answers: { readonly status: number; readonly headers?: Readonly<Record<string, string>> }[];
  close(): Promise<void>;
}

export async function startPushService(): Promise<PushService> {
  const taken: TakenPush[] = [];
  const server = createServer((request, response) => {
    void readBytes(request).then((body) => {
      taken.push({ path: request.url ?? '', headers: request.headers, body });
      const { status, headers } = (service.answers.length > 1 ? service.answers.shift() : service.answers[0])!;
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const service: PushService = {
    origin: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    taken,
    answers: [{ status: 201 }],
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}

/** A browser's half of a subscription (RFC 8291), read with Node's own primitives and nothing of the sender's library. */
export class Subscriber {
  readonly #pair: ECDH = createECDH('prime256v1');
  readonly p256dh: Uint8Array;
  readonly auth: Uint8Array = new Uint8Array(randomBytes(16));

  constructor() {
    this.p256dh = new Uint8Array(this.#pair.generateKeys());
  }

  /** RFC 8188 with the keys of RFC 8291, section 3.4: one record. @throws where it does not open */
  decrypt(body: Uint8Array): string {
    const bytes = Buffer.from(body);
    const salt = bytes.subarray(0, 16);
    const idLength = bytes[20]!;
    const senderKey = bytes.subarray(21, 21 + idLength);
    const secret = this.#pair.computeSecret(senderKey);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.p256dh, senderKey]);
    const input = Buffer.from(hkdfSync('sha256', secret, this.auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', input, salt, 'Content-Encoding: nonce\0', 12));
    const record = bytes.subarray(21 + idLength);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(record.subarray(-16));
    const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0))
      throw new Error('the padding is not that of RFC 8188');
    return padded.subarray(0, end).toString('utf8');
  }
}

/** Claims of a VAPID header (RFC 8292) whose signature holds under the key that it names. @throws where it does not */
export function verifyVapid(authorization: string): { readonly key: string; readonly claims: Record<string, unknown> } {
  const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(authorization) ?? [];
  const [head, claims, signature] = (token ?? '').split('.');
  const point = Buffer.from(key ?? '', 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      ...{ kty: 'EC', crv: 'P-256' },
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const signed = Buffer.from(`${head}.${claims}`);
  const raw = Buffer.from(signature ?? '', 'base64url');
  if (!verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw))
    throw new Error('the signature does not hold');
  return {
    key: key!,
    claims: JSON.parse(Buffer.from(claims!, 'base64url').toString('utf8')) as Record<string, unknown>,
  };
}
