import { systemClock } from '@coffer/foundation';
import { rangedAnswer } from '../http-fake/byte-range';
import { startHttpFake, type FakeAnswer, type FakeRequest, type HttpFake } from '../http-fake/http-fake';
import { DavTree } from './webdav-tree';

/** How a fake behaves. */
export interface WebDavFakeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Requests with another `Authorization` are refused; without it all are served. */
  readonly authorization?: string;
  /** Time of files and answers; the machine's unless told. */
  readonly nowMs?: () => number;
  /** Beyond it PUT gets 507. */
  readonly capacityBytes?: number;
  /** ETags as some servers have them, which compare weakly only. */
  readonly hasWeakEtags?: boolean;
  /** Range is passed over, as RFC 9110 allows. */
  readonly hasNoRanges?: boolean;
  /** `Overwrite: F` is passed over, which no server may do and some did. */
  readonly overwritesAlways?: boolean;
  /** What MOVE into a folder that is missing is answered with; 409 unless told. */
  readonly lacksFolderStatus?: number;
  /** An upload that broke off stays as far as it came, as on servers that write in place. */
  readonly keepsCutUploads?: boolean;
}

/** A running fake. */
export interface WebDavFake extends HttpFake {
  /** Address of its one share, `http://127.0.0.1:<port>/dav`. */
  readonly url: string;
  readonly tree: DavTree;
}

const base = '/dav';

/** Starts a fake of a WebDAV server (RFC 4918, class 1) on loopback, with one share at `/dav`. */
export async function startWebDavFake(options: WebDavFakeOptions = {}): Promise<WebDavFake> {
  const nowMs = options.nowMs ?? (() => systemClock.nowMs());
  const tree = new DavTree(nowMs, options.hasWeakEtags ?? false);
  const server = new WebDavServer(tree, options);
  const fake = await startHttpFake(
    {
      operationOf: ({ method }) => method,
      keyOf: pathOf,
      serve: (request) => {
        const answer = server.serve(request);
        return { ...answer, headers: { date: new Date(nowMs()).toUTCString(), ...answer.headers } };
      },
      refuse: (status) => ({ status }),
    },
    options.port,
  );
  return { ...fake, url: fake.origin + base, tree };
}

class WebDavServer {
  constructor(
    private readonly tree: DavTree,
    private readonly options: WebDavFakeOptions,
  ) {}

  serve(request: FakeRequest): FakeAnswer {
    const { authorization } = this.options;
    if (authorization !== undefined && request.header('authorization') !== authorization) {
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="fake", charset="UTF-8"' } };
    }
    if (!request.path.startsWith(base)) return { status: 404 };
    const path = pathOf(request);
    switch (request.method) {
      case 'OPTIONS':
        return { status: 200, headers: { dav: '1', allow: 'OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, MOVE, PROPFIND' } };
      case 'GET':
      case 'HEAD':
        return this.#get(request, path);
      case 'PUT':
        return this.#put(request, path);
      case 'DELETE':
        return this.#delete(path);
      case 'MKCOL':
        return this.#makeCollection(request, path);
      case 'MOVE':
        return this.#move(request, path);
      case 'PROPFIND':
        return this.#propfind(request, path);
      default:
        return { status: 405 };
    }
  }

  #get(request: FakeRequest, path: string): FakeAnswer {
    const node = this.tree.nodes.get(path);
    if (node === undefined) return { status: 404 };
    // As Apache does: a collection has its name with a slash.
    if (node.bytes === undefined) return { status: 301, headers: { location: `${base}/${encodeURI(path)}/` } };
    const headers = { etag: node.etag, 'last-modified': new Date(node.modifiedMs).toUTCString() };
    if (this.options.hasNoRanges === true) return { status: 200, headers, body: node.bytes };
    return rangedAnswer(request, node.bytes, { ...headers, 'accept-ranges': 'bytes' });
  }

  #put(request: FakeRequest, path: string): FakeAnswer {
    const there = this.tree.nodes.get(path);
    if (path === '' || request.path.endsWith('/') || (there !== undefined && there.bytes === undefined)) {
      return { status: 405 };
    }
    if (!this.tree.hasParent(path)) return { status: 409 };
    if (request.header('if-none-match') === '*' && there !== undefined) return { status: 412 };
    const match = request.header('if-match');
    if (match !== undefined && match !== there?.etag && !(match === '*' && there !== undefined)) return { status: 412 };
    if (this.tree.usedBytes() + request.body.length > (this.options.capacityBytes ?? Number.POSITIVE_INFINITY)) {
      return { status: 507 };
    }
    if (request.isCut && this.options.keepsCutUploads !== true) return { status: 400 };
    this.tree.put(path, request.body);
    return { status: there === undefined ? 201 : 204, headers: { etag: this.tree.nodes.get(path)!.etag } };
  }

  #delete(path: string): FakeAnswer {
    if (path === '') return { status: 403 };
    if (!this.tree.nodes.has(path)) return { status: 404 };
    for (const each of this.tree.subtree(path)) this.tree.nodes.delete(each);
    return { status: 204 };
  }

  #makeCollection(request: FakeRequest, path: string): FakeAnswer {
    if (request.body.length > 0) return { status: 415 };
    if (this.tree.nodes.has(path)) return { status: 405 };
    if (!this.tree.hasParent(path)) return { status: 409 };
    this.tree.put(path, undefined);
    return { status: 201 };
  }

  #move(request: FakeRequest, path: string): FakeAnswer {
    const destination = new URL(request.header('destination') ?? '', 'http://fake').pathname;
    if (!destination.startsWith(`${base}/`)) return { status: 502 };
    const to = relative(destination);
    if (!this.tree.nodes.has(path)) return { status: 404 };
    if (to === path || to.startsWith(`${path}/`)) return { status: 403 };
    // RFC 4918 wants 409; Apache answers 500, Go's server 403, and nginx makes the folder.
    if (!this.tree.hasParent(to)) return { status: this.options.lacksFolderStatus ?? 409 };
    const isThere = this.tree.nodes.has(to);
    if (isThere && request.header('overwrite')?.toUpperCase() === 'F' && this.options.overwritesAlways !== true) {
      return { status: 412 };
    }
    this.tree.move(path, to);
    return { status: isThere ? 204 : 201 };
  }

  #propfind(request: FakeRequest, path: string): FakeAnswer {
    const node = this.tree.nodes.get(path);
    if (node === undefined) return { status: 404 };
    // As Apache does: a collection has its name with a slash.
    if (node.bytes === undefined && !request.path.endsWith('/') && path !== '') {
      return { status: 301, headers: { location: `${base}/${encodeURI(path)}/` } };
    }
    const depth = request.header('depth') ?? 'infinity';
    if (depth === 'infinity') {
      const error = '<D:error xmlns:D="DAV:"><D:propfind-finite-depth/></D:error>';
      return { status: 403, headers: { 'content-type': 'application/xml' }, body: error };
    }
    const paths = depth === '0' || node.bytes !== undefined ? [path] : [path, ...this.tree.members(path)];
    const responses = paths.map((each) => this.#response(each)).join('');
    const body = `<?xml version="1.0" encoding="utf-8"?>\n<d:multistatus xmlns:d="DAV:">${responses}</d:multistatus>\n`;
    return { status: 207, headers: { 'content-type': 'application/xml; charset=utf-8' }, body };
  }

  #response(path: string): string {
    const { bytes, etag, modifiedMs } = this.tree.nodes.get(path)!;
    const isCollection = bytes === undefined;
    const href = `${base}/${encodeURI(path)}${isCollection && path !== '' ? '/' : ''}`;
    const known =
      `<d:resourcetype>${isCollection ? '<d:collection/>' : ''}</d:resourcetype>` +
      `<d:getlastmodified>${new Date(modifiedMs).toUTCString()}</d:getlastmodified>` +
      (isCollection ? '' : `<d:getcontentlength>${bytes.length}</d:getcontentlength>`) +
      `<d:getetag>${escaped(etag)}</d:getetag>`;
    const missing = isCollection ? propstat('<d:getcontentlength/>', '404 Not Found') : '';
    return `<d:response><d:href>${escaped(href)}</d:href>${propstat(known, '200 OK')}${missing}</d:response>`;
  }
}

function propstat(properties: string, status: string): string {
  return `<d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 ${status}</d:status></d:propstat>`;
}

function pathOf({ path }: Pick<FakeRequest, 'path'>): string {
  return relative(path);
}

/** Path below the share, decoded, without slashes at its ends. */
function relative(path: string): string {
  return decodeURIComponent(path.slice(base.length)).replace(/^\/+|\/+$/g, '');
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
