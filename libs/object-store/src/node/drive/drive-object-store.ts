import { collect, noPieces, requireAnnounced, requireRange, resolveRange } from '../../content';
import { ObjectStoreError } from '../../errors';
import { isObjectKey, requireKeyPrefix, requireObjectKey } from '../../object-key';
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
import { rangeAnswerOf, rangeHeader } from '../http/range-answer';
import { readResuming, type RangeAnswer } from '../http/read-resuming';
import { keptContent } from '../kept-content';
import { DriveClient, type DriveOptions } from './drive-client';
import { driveError } from './drive-error';
import { inOrder, type DriveFile } from './drive-file';
import { uploadFile } from './drive-upload';

const tiesAllowed = 4;

/**
 * A store in the hidden folder that Google Drive keeps for an app (`appDataFolder`): one file per object, the key its name.
 *
 * Names are not unique on Drive, and no create depends on one: so a writer looks first, creates, and looks again. Of several files of
 * one name all devices take the one that was created first for the object (`inOrder`); a writer that finds another one before its own
 * removes its own. That rests on listings that show at once what was created, which Google does not promise: so creating is not
 * exclusive, and `capabilities` says so.
 */
export class DriveObjectStore implements ObjectStore {
  readonly #client: DriveClient;
  /** Which file an object is, as far as it was seen; one that is gone is looked up again. */
  readonly #seen = new Map<string, DriveFile>();
  /** What this store has put: looked up by id where a listing does not show it yet. */
  readonly #own = new Map<string, DriveFile>();

  constructor(options: DriveOptions) {
    this.#client = new DriveClient(options);
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return { conditionalCreate: false };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    requireObjectKey(key);
    requireAnnounced(content, options);
    const bytes = await keptContent(content, options);
    for (let tries = 1; ; tries++) {
      if ((await this.#find(key)) !== undefined) throw alreadyExists();
      const own = await uploadFile(this.#client, key, bytes);
      const others = (await this.#client.named(key)).filter(({ id }) => id !== own.id);
      const isFirst = others.every(({ createdMs }) => createdMs > own.createdMs);
      if (isFirst) {
        this.#seen.set(key, own);
        this.#own.set(key, own);
        return;
      }
      await this.#client.remove(own.id);
      if (others.some(({ createdMs }) => createdMs < own.createdMs)) throw alreadyExists();
      // Created in the same millisecond: neither knows whether the other has looked before. Both give way.
      if (tries >= tiesAllowed) {
        throw new ObjectStoreError('unreachable', 'another device stores an object under this key; try again');
      }
      await this.#client.service.pauseAfter(tries);
    }
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    requireObjectKey(key);
    requireRange(range);
    const seen = this.#seen.get(key);
    try {
      return await this.#open(key, seen, range);
    } catch (error) {
      // What was seen under this key may have been replaced by another device since.
      if (seen === undefined || !(error instanceof ObjectStoreError) || error.code !== 'not-found') throw error;
      this.#seen.delete(key);
      return this.#open(key, undefined, range);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const file = await this.#find(requireObjectKey(key));
    if (file === undefined) return undefined;
    return { sizeBytes: file.sizeBytes, ...(file.sha256 === undefined ? {} : { sha256: file.sha256 }) };
  }

  /** Drive sorts by no bytes and finds no starts of names: all of the folder is read, a thousand names at a time. */
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    if ((options.limit ?? 1) <= 0) return;
    const byKey = new Map<string, DriveFile[]>();
    for await (const page of this.#client.all()) {
      for (const file of page) {
        if (isObjectKey(file.name)) byKey.set(file.name, [...(byKey.get(file.name) ?? []), file]);
      }
    }
    for (const [key, file] of this.#own) {
      if (!byKey.has(key) && key.startsWith(prefix) && (await this.#isThere(file))) byKey.set(key, [file]);
    }
    for (const [key, files] of byKey) this.#seen.set(key, inOrder(files)[0]!);
    const keys = [...byKey.keys()].filter((key) => key.startsWith(prefix) && key > (options.after ?? '')).sort();
    for (const key of keys.slice(0, options.limit)) yield { key, sizeBytes: this.#seen.get(key)?.sizeBytes ?? 0 };
  }

  async delete(key: string): Promise<void> {
    const files = inOrder(await this.#client.named(requireObjectKey(key)));
    this.#seen.delete(key);
    this.#own.delete(key);
    // The object itself goes last: with it gone, another file of the name would pass for it.
    let wasThere = false;
    for (const { id } of files.toReversed()) wasThere = await this.#client.remove(id);
    if (!wasThere) throw new ObjectStoreError('not-found', 'no object under this key');
  }

  async #isThere({ id }: DriveFile): Promise<boolean> {
    try {
      return (await this.#client.file(id)).id === id;
    } catch (error) {
      if (error instanceof ObjectStoreError && error.code === 'not-found') return false;
      throw error;
    }
  }

  async #find(key: string): Promise<DriveFile | undefined> {
    const [file] = inOrder(await this.#client.named(key));
    if (file === undefined) this.#seen.delete(key);
    else this.#seen.set(key, file);
    return file;
  }

  async #open(key: string, seen: DriveFile | undefined, range: ByteRange | undefined): Promise<ObjectStream> {
    const file = seen ?? (await this.#find(key));
    if (file === undefined) throw new ObjectStoreError('not-found', 'no object under this key');
    const { offset, length } = resolveRange(range, file.sizeBytes);
    if (length === 0) return { sizeBytes: 0, offset, length, content: noPieces() };
    return readResuming((from, count) => this.#ask(file.id, from, count), { offset, length });
  }

  async #ask(id: string, offset: number, length: number | undefined): Promise<RangeAnswer> {
    const answer = await this.#client.content(id, rangeHeader(offset, length));
    if (answer.status !== 200 && answer.status !== 206) throw await driveError(answer);
    const part = await rangeAnswerOf(answer, offset, length);
    if (part !== undefined) return part;
    throw new ObjectStoreError('invalid-range', 'the range starts past the end of the object');
  }
}

function alreadyExists(): ObjectStoreError {
  return new ObjectStoreError('already-exists', 'there is an object under this key already');
}
