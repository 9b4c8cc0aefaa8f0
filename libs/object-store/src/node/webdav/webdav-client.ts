import { toBase64 } from '../base64';
import { ObjectStoreError } from '../../errors';
import { HttpService, type HttpAnswer, type HttpPolicy } from '../http/http-service';
import { parseMultistatus, propfindBody, type DavResource } from './multistatus';
import { davError } from './webdav-error';

/** What a WebDAV server knows a person by. Never in a URL, never logged. */
export type WebDavCredentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/** Where a folder on a WebDAV server is, and how it is reached. */
export interface WebDavOptions extends HttpPolicy {
  /** `https://host[:port]/path`, without a slash at the end; http on this machine alone. */
  readonly url: string;
  /** Asked once for each request; undefined where the server wants none. */
  readonly credentials: () => Promise<WebDavCredentials | undefined>;
}

/** A request below the folder. */
interface DavRequest {
  readonly method: string;
  /** Path below the folder, without a slash at its start; one at the end names a collection. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Throws where it must not be sent (any more). */
  readonly beforeEachTry?: () => void;
}

/** The methods of WebDAV (RFC 4918) below one folder of a server. Keys are made of characters that stand in a URL as they are. */
export class WebDavClient {
  readonly #options: WebDavOptions;
  readonly #service: HttpService;
  readonly #basePath: string;

  constructor(options: WebDavOptions) {
    this.#options = options;
    // 423: another request has a lock, for as long as it runs (Nextcloud).
    this.#service = new HttpService({ isBusy: ({ status }) => status === 423, ...options });
    this.#basePath = decodeURIComponent(new URL(options.url).pathname).replace(/\/+$/, '');
  }

  async send(request: DavRequest): Promise<HttpAnswer> {
    return this.#service.send(async () => {
      request.beforeEachTry?.();
      return {
        method: request.method,
        url: this.#url(request.path),
        headers: { ...authorization(await this.#options.credentials()), ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
      };
    });
  }

  /** As `send`, with the body read and the status alone of interest. */
  async status(request: DavRequest): Promise<Pick<HttpAnswer, 'status' | 'attempts' | 'headers'>> {
    const answer = await this.send(request);
    await answer.discard();
    return answer;
  }

  /** MOVE that never replaces anything (`Overwrite: F`). @param beforeEachTry - throws where it must not be sent any more */
  move(from: string, to: string, beforeEachTry?: () => void): Promise<Pick<HttpAnswer, 'status' | 'attempts'>> {
    return this.status({
      method: 'MOVE',
      path: from,
      headers: { destination: this.#url(to), overwrite: 'F' },
      ...(beforeEachTry === undefined ? {} : { beforeEachTry }),
    });
  }

  /** Makes a collection, and those above it that are missing, those of the folder itself among them. @throws ObjectStoreError */
  async makeCollection(path: string): Promise<void> {
    const above = path.replace(/[^/]+\/$/, '');
    const { status } = await this.status({ method: 'MKCOL', path });
    if (isDone(status) || status === 405) return;
    if (status !== 409 && status !== 404) throw davError(status);
    // The folder of the store itself may be missing; above that, who set the store up makes folders.
    if (path === '') throw new ObjectStoreError('invalid-url', 'the folder above that of the store does not exist');
    await this.makeCollection(above);
    const again = await this.status({ method: 'MKCOL', path });
    if (!isDone(again.status) && again.status !== 405) throw davError(again.status);
  }

  /** A resource; undefined where there is none. @throws ObjectStoreError */
  async find(path: string): Promise<DavResource | undefined> {
    return (await this.#propfind(path, '0'))?.[0];
  }

  /** What is in a collection; undefined where there is none. @throws ObjectStoreError */
  async members(path: string): Promise<readonly (DavResource & { readonly name: string })[] | undefined> {
    const own = this.#basePath + (path === '' ? '' : `/${path.replace(/\/$/, '')}`);
    const found = await this.#propfind(path, '1');
    return found?.flatMap((resource) => {
      const name = resource.path.startsWith(`${own}/`) ? resource.path.slice(own.length + 1) : '';
      return name === '' || name.includes('/') ? [] : [{ ...resource, name }];
    });
  }

  async #propfind(path: string, depth: '0' | '1'): Promise<readonly DavResource[] | undefined> {
    const answer = await this.send({
      method: 'PROPFIND',
      path,
      headers: { depth, 'content-type': 'application/xml; charset=utf-8' },
      body: propfindBody,
    });
    if (answer.status === 404 || answer.status === 410) {
      await answer.discard();
      return undefined;
    }
    if (answer.status === 207) {
      const resources = parseMultistatus(await answer.text());
      if (resources !== undefined) return resources;
    } else {
      await answer.discard();
      // Apache sends who asks for a collection as if it were a file to its proper name: there is no such file.
      if (isOwnCollection(answer, path)) return undefined;
      if (!isDone(answer.status)) throw davError(answer.status);
    }
    throw new ObjectStoreError('invalid-url', 'what answers at this address does not speak WebDAV');
  }

  #url(path: string): string {
    return `${this.#options.url}/${path}`;
  }
}

/** Whether an answer leads from the name of a file to that of a collection, which ends in a slash. */
export function isOwnCollection({ status, headers }: Pick<HttpAnswer, 'status' | 'headers'>, path: string): boolean {
  if (status < 301 || status > 308) return false;
  return new URL(headers.get('location') ?? '', 'http://server/').pathname.endsWith(`${path}/`);
}

/** 2xx. */
export function isDone(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** RFC 7617 (in UTF-8) and RFC 6750. */
function authorization(credentials: WebDavCredentials | undefined): Readonly<Record<string, string>> {
  if (credentials === undefined) return {};
  if (credentials.kind === 'bearer') return { authorization: `Bearer ${credentials.token}` };
  return {
    authorization: `Basic ${toBase64(new TextEncoder().encode(`${credentials.user}:${credentials.password}`))}`,
  };
}
