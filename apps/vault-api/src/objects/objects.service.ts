import { limits, objectPathText, type CreatedObject, type GrantPermission, type ObjectList } from '@coffer/contracts';
import { sha256 } from '@coffer/crypto';
import { fromBase64Url, toHex, utf8 } from '@coffer/foundation';
import type { AccountRow } from '@coffer/key-vault';
import type { ObjectContent, ObjectStream } from '@coffer/object-store';
import { Injectable } from '@nestjs/common';
import { GrantsService } from '../grants/grants.service';
import { ProblemError } from '../platform/problem';
import { RepositoryAccess } from '../storage/repository-access';
import { storeProblem } from '../storage/store-problem';
import { parseRange } from './range';

/** Which object of whom, under which grant. */
export interface ObjectRequest {
  readonly account: AccountRow;
  readonly repositoryId: string;
  readonly path: string;
  readonly grant: string;
}

/** What an upload announces; the object comes to be only if both are true of its bytes. */
export interface AnnouncedContent {
  readonly contentLength: number;
  /** base64url, 32 bytes. */
  readonly sha256: string;
}

/** The gateway to the operator's store: whoever holds a grant reads ranges and creates objects, and nothing else. */
@Injectable()
export class ObjectsService {
  readonly #access: RepositoryAccess;
  readonly #grants: GrantsService;

  constructor(access: RepositoryAccess, grants: GrantsService) {
    this.#access = access;
    this.#grants = grants;
  }

  /** @throws ProblemError `not-found`, `grant-invalid`, `range-invalid`, `store-unreachable` */
  async read(request: ObjectRequest, range: string | undefined): Promise<ObjectStream> {
    const key = await this.#key(request, 'read');
    return this.#onStore(async () => {
      if (range === undefined) return this.#access.store.getStream(key);
      const parsed = await parseRange(range, () => this.#size(key));
      if (parsed === undefined) throw new ProblemError('range-invalid', 'The range lies outside the object.');
      return this.#access.store.getStream(key, parsed);
    });
  }

  /** @returns the size in bytes @throws ProblemError as `read` */
  async size(request: ObjectRequest): Promise<number> {
    const key = await this.#key(request, 'read');
    return this.#onStore(() => this.#size(key));
  }

  /** @throws ProblemError `already-exists`, `checksum-mismatch`, `too-large`, … as `read`; then nothing is under the path */
  async create(request: ObjectRequest, announced: AnnouncedContent, content: ObjectContent): Promise<CreatedObject> {
    const { contentLength } = announced;
    if (contentLength > limits.objectBytes) {
      throw new ProblemError('too-large', `An object has at most ${limits.objectBytes} bytes.`);
    }
    const key = await this.#key(request, 'create');
    const hash = fromBase64Url(announced.sha256);
    await this.#onStore(() => this.#access.store.put(key, content, { contentLength, sha256: hash }));
    return { path: request.path, sizeBytes: contentLength, sha256: announced.sha256 };
  }

  /** One page of the objects whose paths begin with `prefix`. The cursor is the last path of the page before. */
  async list(request: Omit<ObjectRequest, 'path'>, prefix: string, cursor: string | undefined): Promise<ObjectList> {
    if (cursor !== undefined && !objectPathText.safeParse(cursor).success) {
      throw new ProblemError('malformed', 'The cursor is not one that a former page gave.');
    }
    const row = await this.#grants.requireGrant(request.account, request.repositoryId, 'read', request.grant);
    const folder = this.#access.key(row.repositoryId, '');
    const after = cursor === undefined ? {} : { after: folder + cursor };
    const objects: { path: string; sizeBytes: number }[] = [];
    return this.#onStore(async () => {
      const entries = this.#access.store.list(folder + prefix, { ...after, limit: limits.pageEntries + 1 });
      for await (const { key, sizeBytes } of entries) objects.push({ path: key.slice(folder.length), sizeBytes });
      const page = objects.slice(0, limits.pageEntries);
      return { objects: page, nextCursor: objects.length > page.length ? (page.at(-1)?.path ?? null) : null };
    });
  }

  /** Names the object under its path: it is never rewritten, so its name stands for its bytes. */
  etag({ repositoryId, path }: ObjectRequest): string {
    return `"${toHex(sha256(utf8(`${repositoryId}/${path}`)).subarray(0, 16))}"`;
  }

  async #key(request: ObjectRequest, permission: GrantPermission): Promise<string> {
    const row = await this.#grants.requireGrant(request.account, request.repositoryId, permission, request.grant);
    return this.#access.key(row.repositoryId, request.path);
  }

  async #size(key: string): Promise<number> {
    const info = await this.#access.store.head(key);
    if (info === undefined) throw new ProblemError('not-found', 'The repository has no object of this path.');
    return info.sizeBytes;
  }

  async #onStore<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeProblem(error);
    }
  }
}
