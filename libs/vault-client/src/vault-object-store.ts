import { contentSha256HeaderName, grantHeaderName, limits, type GrantPermission } from '@coffer/contracts';
import { sha256 } from '@coffer/crypto';
import {
  concatBytes,
  equalBytes,
  fromBase64Url,
  fromHex,
  systemClock,
  toBase64Url,
  toHex,
  type Clock,
} from '@coffer/foundation';
import {
  ObjectStoreError,
  requireKeyPrefix,
  requireObjectKey,
  type ByteRange,
  type ListOptions,
  type ObjectContent,
  type ObjectEntry,
  type ObjectInfo,
  type ObjectStore,
  type ObjectStoreCapabilities,
  type ObjectStream,
  type PutOptions,
} from '@coffer/object-store';

import { piecesOf } from './answer';
import type { VaultClient } from './call';
import { VaultClientError } from './client-error';
import { exactly, extentOf, mismatch, rangeHeader, sizeOf, wholeContent } from './object-transfer';
import { StorageGrants, type SignCreateGrant } from './storage-grants';
import { toStoreError } from './store-error';

/** What a store behind a vault's gateway is made of. */
export interface VaultObjectStoreOptions {
  readonly client: VaultClient;
  /** Signs `create-grant` statements; without it the store is for reading. */
  readonly signCreateGrant?: SignCreateGrant;
  readonly clock?: Clock;
}

/** More than any object has: the answer holds the whole, and names its size. */
const wholeRange = `bytes=0-${limits.objectBytes}`;

/** Repository ids are hexadecimal in keys (docs/format/v1.md) and base64url in the vault's routes. */
const folderCharacters = 32;

/**
 * The object store that a vault grants (`vault:`). Keys start with the repository id, as in every store:
 * `<repository id, 32 hexadecimal digits>/<path>`. Objects have at most 32 MiB; deleting needs an owner-signed statement of its own
 * (`deleteObjects` of the client) and is refused here.
 */
export class VaultObjectStore implements ObjectStore {
  readonly #client: VaultClient;
  readonly #grants: StorageGrants;
  /** A gateway in between takes Content-Length away, as the portal's server does: from then on ranges are asked for, which name it. */
  #isLengthLost = false;

  constructor({ client, signCreateGrant, clock = systemClock }: VaultObjectStoreOptions) {
    this.#client = client;
    this.#grants = new StorageGrants(client, signCreateGrant, clock);
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return { conditionalCreate: true };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    const params = splitKey(key);
    if (!this.#grants.canCreate) {
      throw new ObjectStoreError('access-denied', 'this store was opened for reading; nothing was stored');
    }
    const body = await wholeContent(content, options);
    const hash = sha256(body);
    if (options.sha256 !== undefined && !equalBytes(hash, options.sha256)) throw mismatch('its SHA-256');
    await this.#granted(params.repositoryId, 'create', (grant) =>
      this.#client.putObject({
        params,
        headers: { [grantHeaderName]: grant, [contentSha256HeaderName]: toBase64Url(hash) },
        body,
      }),
    );
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    const { content } = await this.getStream(key, range);
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    return concatBytes(...parts);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    const header = rangeHeader(range);
    // `bytes=0-` of an empty object cannot be satisfied (RFC 9110, section 14.1.1): the whole is asked for instead.
    if (header !== undefined && header !== 'bytes=0-') return this.#getRange(key, header, range?.offset ?? 0);
    const whole = this.#isLengthLost ? undefined : await this.#getWhole(key);
    return whole ?? this.#getRange(key, wholeRange, 0).catch(emptyIfUnsatisfiable);
  }

  /** @returns undefined where a gateway in between took the length away: then the whole is asked for as a range */
  async #getWhole(key: string): Promise<ObjectStream | undefined> {
    const answer = await this.#getObject(key, {});
    const extent = extentOf(answer.status, answer.headers);
    if (extent !== undefined && extent.offset === 0) {
      return { ...extent, content: exactly(piecesOf(answer.data), extent.length) };
    }
    await answer.data.cancel();
    if (answer.status === 206) throw anotherRange();
    this.#isLengthLost = true;
    return undefined;
  }

  async #getRange(key: string, range: string, offset: number): Promise<ObjectStream> {
    const answer = await this.#getObject(key, { range });
    const extent = extentOf(answer.status, answer.headers);
    if (extent !== undefined && answer.status === 206 && extent.offset === offset) {
      return { ...extent, content: exactly(piecesOf(answer.data), extent.length) };
    }
    await answer.data.cancel();
    throw anotherRange();
  }

  #getObject(key: string, headers: { readonly range?: string }) {
    const params = splitKey(key);
    return this.#granted(params.repositoryId, 'read', (grant) =>
      this.#client.getObject({ params, headers: { [grantHeaderName]: grant, ...headers } }),
    );
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const sizeBytes = this.#isLengthLost ? undefined : await this.#sizeByHead(key);
      return { sizeBytes: sizeBytes ?? (await this.#sizeByRange(key)) };
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  /** @returns undefined where a gateway in between takes the length away */
  async #sizeByHead(key: string): Promise<number | undefined> {
    const params = splitKey(key);
    const answer = await this.#granted(params.repositoryId, 'read', (grant) =>
      this.#client.headObject({ params, headers: { [grantHeaderName]: grant } }),
    );
    const sizeBytes = sizeOf(answer.headers['content-length']);
    this.#isLengthLost = sizeBytes === undefined;
    return sizeBytes;
  }

  /** The answer to a range of one byte names the size of the whole. */
  async #sizeByRange(key: string): Promise<number> {
    try {
      const { sizeBytes, content } = await this.getStream(key, { offset: 0, length: 1 });
      for await (const _ of content) break;
      return sizeBytes;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'invalid-range') return 0;
      throw error;
    }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    for (const folder of await this.#foldersOf(prefix)) {
      for await (const entry of this.#listFolder(folder, prefix.slice(folderCharacters + 1))) {
        if (left === 0) return;
        if (entry.key <= (options.after ?? '')) continue;
        yield entry;
        left--;
      }
    }
  }

  async delete(key: string): Promise<void> {
    requireObjectKey(key);
    throw new ObjectStoreError(
      'access-denied',
      'a vault deletes objects only by an owner-signed statement that names them; nothing was deleted',
    );
  }

  async #foldersOf(prefix: string): Promise<readonly string[]> {
    if (prefix.length > folderCharacters) {
      return prefix[folderCharacters] === '/' ? [prefix.slice(0, folderCharacters)] : [];
    }
    const { repositories } = await this.#client.listRepositories().catch((error: unknown) => {
      throw toStoreError(error);
    });
    const folders = repositories.map(({ repositoryId }) => toHex(fromBase64Url(repositoryId)));
    return folders.filter((folder) => folder.startsWith(prefix)).sort();
  }

  async *#listFolder(folder: string, prefix: string): AsyncGenerator<ObjectEntry, void> {
    const repositoryId = toRepositoryId(folder);
    let cursor: string | undefined;
    do {
      const query = { ...(prefix === '' ? {} : { prefix }), ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#granted(repositoryId, 'read', (grant) =>
        this.#client.listObjects({ params: { repositoryId }, query, headers: { [grantHeaderName]: grant } }),
      );
      for (const { path, sizeBytes } of page.objects) yield { key: `${folder}/${path}`, sizeBytes };
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /** Runs a call with a grant; one that the vault turns away is replaced once, for nothing was done under it. */
  async #granted<Result>(
    repositoryId: string,
    permission: GrantPermission,
    act: (grant: string) => Promise<Result>,
  ): Promise<Result> {
    try {
      const grant = await this.#grants.get(repositoryId, permission);
      try {
        return await act(grant);
      } catch (error) {
        if (!(error instanceof VaultClientError) || error.code !== 'grant-invalid') throw error;
        return await act(await this.#grants.get(repositoryId, permission, grant));
      }
    } catch (error) {
      throw toStoreError(error);
    }
  }
}

function splitKey(key: string): { repositoryId: string; path: string } {
  requireObjectKey(key);
  if (key[folderCharacters] !== '/') {
    throw new ObjectStoreError('invalid-key', 'keys in a vault start with a repository id and a slash');
  }
  return { repositoryId: toRepositoryId(key.slice(0, folderCharacters)), path: key.slice(folderCharacters + 1) };
}

function toRepositoryId(folder: string): string {
  if (!/^[0-9a-f]{32}$/.test(folder)) {
    throw new ObjectStoreError('invalid-key', 'keys in a vault start with 32 hexadecimal digits and a slash');
  }
  return toBase64Url(fromHex(folder));
}

function anotherRange(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'the vault answered with another range than was asked for');
}

/** No byte of an empty object can be asked for. */
function emptyIfUnsatisfiable(error: unknown): ObjectStream {
  if (!(error instanceof ObjectStoreError) || error.code !== 'invalid-range') throw error;
  return { sizeBytes: 0, offset: 0, length: 0, content: exactly(nothing(), 0) };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
