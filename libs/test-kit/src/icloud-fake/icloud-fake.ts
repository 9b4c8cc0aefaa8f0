import { rangedAnswer } from '../http-fake/byte-range';
import { startHttpFake, type FakeAnswer, type FakeRequest, type HttpFake } from '../http-fake/http-fake';
import { CloudKitDatabase } from './cloudkit-database';
import { WebAuthTokens } from './web-auth-tokens';

/** How a fake behaves. */
export interface ICloudFakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly container?: string;
  /** Beyond it a create gets `QUOTA_EXCEEDED`. */
  readonly capacityBytes?: number;
  /** So many of the records that were made last are in no query's index yet. */
  readonly unindexed?: number;
}

/** A running fake: CloudKit's web services, and the host of the assets, at one origin. */
export interface ICloudFake extends HttpFake {
  readonly container: string;
  readonly database: CloudKitDatabase;
  readonly tokens: WebAuthTokens;
}

const apiToken = 'fake-api-token';
const nextTokenHeader = 'x-apple-cloudkit-web-auth-token';

/** Starts a fake of CloudKit Web Services on loopback: the private database of one person, assets, web-auth tokens of one use. */
export async function startICloudFake(options: ICloudFakeOptions = {}): Promise<ICloudFake> {
  const container = options.container ?? 'iCloud.org.example.coffer';
  const database = new CloudKitDatabase(options.capacityBytes ?? Number.POSITIVE_INFINITY, options.unindexed ?? 0);
  const tokens = new WebAuthTokens();
  const service = new ICloudService(container, database, tokens);
  const fake = await startHttpFake(
    {
      operationOf: ({ method, path }) =>
        path.startsWith('/asset/') ? `asset ${method}` : path.split('/').slice(-2).join('/'),
      keyOf: ({ path }) => path.split('/').at(-1) ?? '',
      serve: (request) => service.serve(request),
      refuse: (status, code) => failure(status, code === '' ? 'INTERNAL_ERROR' : code),
    },
    options.port,
  );
  database.assetOrigin = fake.origin;
  return { ...fake, container, database, tokens };
}

class ICloudService {
  constructor(
    private readonly container: string,
    private readonly database: CloudKitDatabase,
    private readonly tokens: WebAuthTokens,
  ) {}

  serve(request: FakeRequest): FakeAnswer {
    if (request.path.startsWith('/asset/')) return this.#asset(request);
    const match = /^\/database\/1\/([^/]+)\/(development|production)\/(public|private)\/(\w+\/\w+)$/.exec(request.path);
    if (match?.[1] !== this.container) return failure(404, 'NOT_FOUND');
    if (request.query.get('ckAPIToken') !== apiToken) return failure(401, 'AUTHENTICATION_FAILED');
    const token = request.query.get('ckWebAuthToken');
    const next = token === null ? undefined : this.tokens.use(token);
    if (next === undefined) {
      const redirectURL = 'https://idmsa.apple.com/appleauth/auth/oauth/signin?fake=1';
      return json(421, {
        serverErrorCode: 'AUTHENTICATION_REQUIRED',
        reason: 'request needs authorization',
        redirectURL,
      });
    }
    const answer = this.#operation(match[4] ?? '', request);
    return { ...answer, headers: { ...answer.headers, [nextTokenHeader]: next } };
  }

  #operation(operation: string, { body, method }: FakeRequest): FakeAnswer {
    if (operation === 'users/current') return json(200, { userRecordName: '_fake' });
    if (method !== 'POST') return failure(400, 'BAD_REQUEST');
    const content = JSON.parse(Buffer.from(body).toString('utf8')) as Readonly<Record<string, unknown>>;
    switch (operation) {
      case 'records/lookup':
        return json(200, { records: this.database.lookup(content) });
      case 'records/modify':
        return json(200, { records: this.database.modify(content) });
      case 'records/query':
        return json(200, this.database.query(content));
      case 'assets/upload':
        return json(200, { tokens: this.database.assetTokens(content) });
      default:
        return failure(404, 'NOT_FOUND');
    }
  }

  #asset(request: FakeRequest): FakeAnswer {
    const id = request.path.split('/')[2] ?? '';
    if (request.method === 'GET') {
      const bytes = this.database.assetBytes(id);
      return bytes === undefined ? { status: 404 } : rangedAnswer(request, bytes);
    }
    if (request.isCut) return { status: 400 };
    const singleFile = this.database.takeAsset(id, request.body);
    return singleFile === undefined ? { status: 400 } : json(200, { singleFile });
  }
}

function failure(status: number, serverErrorCode: string): FakeAnswer {
  return json(status, { uuid: 'fake', serverErrorCode, reason: 'fake' });
}

function json(status: number, value: unknown): FakeAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=UTF-8' }, body: JSON.stringify(value) };
}
