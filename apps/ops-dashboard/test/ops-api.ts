import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import {
  opsPurgeObjectsQuery,
  opsRetry,
  problemKinds,
  problemMediaType,
  problemType,
  type ProblemCode,
} from '@coffer/contracts';

import * as figures from './ops-figures';

/** The ops routes of a vault API with figures of its own, on loopback. */
export interface OpsApi {
  readonly url: string;
  /** Refuses every request with this code; `gone` cuts the connection. */
  refusal: ProblemCode | 'gone' | undefined;
  readonly retries: { objectId: string; reason: string }[];
  /** Roles of the last access token. */
  roles: unknown;
  close(): Promise<void>;
}

/** Starts it; it asks for a bearer token with the staff role, as the vault does (which also verifies it). */
export async function startOpsApi(): Promise<OpsApi> {
  const server = createServer((request, response) => void answer(api, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: OpsApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    refusal: undefined,
    retries: [],
    roles: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return api;
}

async function answer(api: OpsApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', api.url);
  if (api.refusal === 'gone') {
    response.destroy();
    return;
  }
  if (api.refusal !== undefined) return refuse(response, api.refusal);
  if (url.pathname === '/v1/claims') return give(response, figures.claimFigures);
  if (url.pathname === '/health/ready') return give(response, figures.healthFigures);
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) return refuse(response, 'unauthenticated');
  api.roles = (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { roles?: unknown }).roles;
  const retry = /^\/v1\/ops\/purge\/objects\/([0-9a-f-]+)\/retry$/.exec(url.pathname);
  if (retry !== null && request.method === 'POST') {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { reason } = opsRetry.parse(JSON.parse(Buffer.concat(parts).toString()));
    api.retries.push({ objectId: retry[1]!, reason });
    const object = figures.purgeObjects.objects.find(({ objectId }) => objectId === retry[1]);
    return object === undefined ? refuse(response, 'not-found') : give(response, object);
  }
  switch (url.pathname) {
    case '/v1/ops/vault':
      return give(response, { ...figures.vaultFigures, window: url.searchParams.get('window') ?? '24h' });
    case '/v1/ops/purge':
      return give(response, figures.purgeFigures);
    case '/v1/ops/purge/objects': {
      const { state, bucket, provider, account } = opsPurgeObjectsQuery.parse(Object.fromEntries(url.searchParams));
      const objects = figures.purgeObjects.objects.filter(
        (object) =>
          (state ?? object.state) === object.state &&
          (bucket ?? object.bucket) === object.bucket &&
          (provider ?? object.provider) === object.provider &&
          (account ?? object.account) === object.account,
      );
      return give(response, { objects, nextCursor: null });
    }
    case '/v1/ops/jobs':
      return give(response, figures.jobFigures);
    case '/v1/ops/storage':
      return give(response, figures.storageFigures);
    case '/v1/ops/ledger':
      return give(response, figures.ledgerFigures);
    default:
      return refuse(response, 'not-found');
  }
}

function give(response: ServerResponse, data: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(data));
}

function refuse(response: ServerResponse, code: ProblemCode): void {
  const { status, title } = problemKinds[code];
  response.writeHead(status, { 'content-type': problemMediaType });
  response.end(JSON.stringify({ type: problemType(code), title, status, code, requestId: 'request-1' }));
}
