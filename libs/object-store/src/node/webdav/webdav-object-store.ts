import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { collect, requireAnnounced, requireRange } from '../../content';
import { ObjectStoreError } from '../../errors';
import { walkFolders } from '../../folder-walk';
import { requireObjectKey } from '../../object-key';
import type {
  ByteRange,
  ListOptions,
  ObjectContent,
  ObjectEntry,
  ObjectInfo,
  ObjectStore,
  ObjectStoreCapabilities,
  ObjectStream,
  PutOptions,
} from '../../object-store';
import { readResuming } from '../http/read-resuming';
import { keptContent } from '../kept-content';
import { claimKey, type Claim } from './exclusive-claim';
import { probeExclusiveCreate } from './probe-exclusive-create';
import { askForRange } from './read-range';
import { deleted, scaffoldFolder, sweepScaffold } from './scaffold';
import { isDone, WebDavClient, type WebDavOptions } from './webdav-client';
import { davError } from './webdav-error';

/**
 * A store in a folder of a WebDAV server (RFC 4918): one file per object, the key its path. An object is uploaded under a name that
 * nobody reads and moved to its own when it is whole, by the one writer that holds the claim to it (exclusive-claim.ts).
 */
export class WebDavObjectStore implements ObjectStore {
  readonly #client: WebDavClient;
  readonly #options: WebDavOptions;
  /** Folders that this store has made or found. */
  readonly #folders = new Map<string, Promise<void>>();
  #sweep: Promise<void> | undefined;
  #exclusive: Promise<boolean> | undefined;

  constructor(options: WebDavOptions) {
    this.#options = options;
    this.#client = new WebDavClient(options);
  }

  /** Asks by trying it once, with names of its own that are removed again (probe-exclusive-create.ts). */
  async capabilities(): Promise<ObjectStoreCapabilities> {
    this.#exclusive ??= probeExclusiveCreate(this.#client);
    return { conditionalCreate: await this.#exclusive };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    requireObjectKey(key);
    requireAnnounced(content, options);
    const body = await keptContent(content, options);
    // What the sweep meets, the upload meets as well, and says so.
    await (this.#sweep ??= sweepScaffold(this.#client, this.#options.clock).catch(() => undefined));
    const upload = `${scaffoldFolder}put-${toHex(randomBytes(12))}`;
    await this.#ensureFolder(upload);
    try {
      await this.#upload(upload, body);
      await this.#ensureFolder(key);
      const claim = await claimKey(this.#client, key, this.#options);
      await this.#publish(upload, key, claim);
    } catch (error) {
      // What cannot be removed now is swept a day later.
      await deleted(this.#client, upload).catch(() => undefined);
      throw error;
    }
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    requireObjectKey(key);
    requireRange(range);
    return readResuming(askForRange(this.#client, key), range);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = await this.#client.find(requireObjectKey(key));
    return found === undefined || found.isCollection ? undefined : { sizeBytes: sizeOf(found.sizeBytes) };
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    const read = async (folder: string): Promise<readonly { name: string; sizeBytes: number | undefined }[]> =>
      ((await this.#client.members(folder)) ?? []).map(({ name, isCollection, sizeBytes }) => ({
        name: isCollection ? `${name}/` : name,
        sizeBytes,
      }));
    for await (const { key, entry } of walkFolders(read, prefix, options)) {
      yield { key, sizeBytes: sizeOf(entry.sizeBytes) };
      if (--left <= 0) return;
    }
  }

  async delete(key: string): Promise<void> {
    // DELETE of a collection takes along all that is in it: a key must never name one.
    if ((await this.head(key)) === undefined) throw davError(404);
    const status = await deleted(this.#client, key);
    if (!isDone(status)) throw davError(status);
  }

  async #upload(path: string, body: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    const { status } = await this.#client.status({ method: 'PUT', path, headers, body });
    if (!isDone(status)) throw davError(status);
  }

  async #publish(upload: string, key: string, claim: Claim): Promise<void> {
    // Without an answer the MOVE may still be under way: then the claim is not given back, but goes stale.
    const { status, attempts } = await this.#client.move(upload, key, () => claim.requireFresh());
    // The answer of a first try was lost: where the upload is gone, it was moved, and nobody else holds the claim.
    const isMoved = isDone(status) || (attempts > 1 && (await this.#client.find(upload)) === undefined);
    await claim.release();
    if (!isMoved) throw davError(status);
  }

  /** Makes the folder of an object, once: what servers answer where it is missing differs (403, 404, 409, 500). */
  #ensureFolder(path: string): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const making = this.#folders.get(folder) ?? this.#client.makeCollection(folder);
    this.#folders.set(folder, making);
    making.catch(() => this.#folders.delete(folder));
    return making;
  }
}

function sizeOf(sizeBytes: number | undefined): number {
  if (sizeBytes !== undefined) return sizeBytes;
  throw new ObjectStoreError('unreachable', 'the store does not tell the size of an object', { isRetryable: false });
}
