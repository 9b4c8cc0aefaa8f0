import { createSha256 } from '@coffer/crypto/node';
import { randomBytes } from '@coffer/crypto';
import { toHex } from '@coffer/foundation';

import { collect, requireAnnounced, requireRange, resolveRange } from '../../content';
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
import { readResuming } from '../http/read-resuming';
import { keptContent } from '../kept-content';
import { readAsset, uploadAssets } from './assets';
import { CloudKitClient, type CloudKitOptions } from './cloudkit-client';
import { cloudKitError, failureOf } from './cloudkit-error';
import {
  describedFields,
  parseRecord,
  partBytes,
  recordNameOf,
  recordType,
  unusable,
  type ObjectRecord,
} from './object-record';

const recordsAtOnce = 200;

/**
 * A store in the private database that iCloud keeps for a person and an app: one record per object, its content as assets of at most
 * 8 MiB. An object's record has the one name that follows from its key, so creating is exclusive: CloudKit refuses the second one. It
 * comes to be with all of its assets or not at all.
 */
export class ICloudObjectStore implements ObjectStore {
  readonly #client: CloudKitClient;
  /** Records that were looked up, for their addresses. */
  readonly #seen = new Map<string, ObjectRecord>();
  /** What this store has put: looked up where the index of the listing does not show it yet. */
  readonly #own = new Set<string>();

  constructor(options: CloudKitOptions) {
    this.#client = new CloudKitClient(options);
  }

  async capabilities(): Promise<ObjectStoreCapabilities> {
    return { conditionalCreate: true };
  }

  async put(key: string, content: ObjectContent, options: PutOptions = {}): Promise<void> {
    const recordName = recordNameOf(requireObjectKey(key));
    requireAnnounced(content, options);
    const bytes = await keptContent(content, options);
    const state = createSha256();
    state.update(bytes);
    const writer = toHex(randomBytes(16));
    const fields = {
      ...describedFields({ key, sizeBytes: bytes.length, sha256: state.digest(), writer }),
      ...(await uploadAssets(this.#client, recordName, bytes)),
    };
    try {
      await this.#modify({ operationType: 'create', record: { recordName, recordType, fields } });
    } catch (error) {
      // The answer of a first try may have been lost: then the record there has the name of this very `put`.
      const isThere = error instanceof ObjectStoreError && error.code === 'already-exists';
      if (!isThere || (await this.#find(key))?.writer !== writer) throw error;
    }
    this.#own.add(key);
  }

  async get(key: string, range?: ByteRange): Promise<Uint8Array<ArrayBuffer>> {
    return collect((await this.getStream(key, range)).content);
  }

  async getStream(key: string, range?: ByteRange): Promise<ObjectStream> {
    requireObjectKey(key);
    requireRange(range);
    const record = this.#seen.get(key) ?? (await this.#find(key));
    if (record === undefined) throw notFound();
    const { offset, length } = resolveRange(range, record.sizeBytes);
    return { sizeBytes: record.sizeBytes, offset, length, content: this.#pieces(record, offset, length) };
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const record = await this.#find(requireObjectKey(key));
    if (record === undefined) return undefined;
    return { sizeBytes: record.sizeBytes, ...(record.sha256 === undefined ? {} : { sha256: record.sha256 }) };
  }

  /** CloudKit sorts text by rules of its own: what a prefix finds is sorted here. Its index may lag some seconds behind. */
  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectEntry, void> {
    requireKeyPrefix(prefix);
    if ((options.limit ?? 1) <= 0) return;
    const sizes = new Map<string, number>();
    for await (const { key, sizeBytes } of this.#query(prefix)) sizes.set(key, sizeBytes);
    for (const key of this.#own) {
      const missing = key.startsWith(prefix) && !sizes.has(key) ? await this.#find(key) : undefined;
      if (missing !== undefined) sizes.set(key, missing.sizeBytes);
    }
    const isWanted = (key: string): boolean =>
      key.startsWith(prefix) && key > (options.after ?? '') && isObjectKey(key);
    const keys = [...sizes.keys()].filter(isWanted).sort();
    for (const key of keys.slice(0, options.limit)) yield { key, sizeBytes: sizes.get(key) ?? 0 };
  }

  async delete(key: string): Promise<void> {
    const record = await this.#find(requireObjectKey(key));
    if (record === undefined) throw notFound();
    this.#seen.delete(key);
    this.#own.delete(key);
    const target = { recordName: recordNameOf(key), recordChangeTag: record.changeTag };
    try {
      await this.#modify({ operationType: 'delete', record: target });
    } catch (error) {
      const code = error instanceof ObjectStoreError ? error.code : undefined;
      // Gone by a try of ours whose answer was lost; or replaced by another device since it was looked up.
      if (code === 'not-found') return;
      if (code !== 'already-exists') throw error;
      throw new ObjectStoreError('unreachable', 'another device has changed this object; try again');
    }
  }

  async #find(key: string): Promise<ObjectRecord | undefined> {
    const { records } = await this.#client.call('records/lookup', { records: [{ recordName: recordNameOf(key) }] });
    const found: unknown = Array.isArray(records) ? (records as readonly unknown[])[0] : undefined;
    const failure = failureOf(found, 200);
    if (failure === undefined) {
      const record = parseRecord(found);
      if (record.key !== key) throw unusable();
      this.#seen.set(key, record);
      return record;
    }
    this.#seen.delete(key);
    const error = cloudKitError(failure);
    if (error.code === 'not-found') return undefined;
    throw error;
  }

  async #modify(operation: Readonly<Record<string, unknown>>): Promise<void> {
    const { records } = await this.#client.call('records/modify', { operations: [operation] });
    const done: unknown = Array.isArray(records) ? (records as readonly unknown[])[0] : undefined;
    if (done === undefined) throw unusable();
    const failure = failureOf(done, 200);
    if (failure !== undefined) throw cloudKitError(failure);
  }

  async *#query(prefix: string): AsyncGenerator<ObjectRecord, void> {
    // A query wants a field with an index; every object has a size.
    const filter =
      prefix === ''
        ? { fieldName: 'size', comparator: 'GREATER_THAN_OR_EQUALS', fieldValue: { value: 0 } }
        : { fieldName: 'key', comparator: 'BEGINS_WITH', fieldValue: { value: prefix } };
    let continuationMarker: string | undefined;
    do {
      const answer = await this.#client.call('records/query', {
        query: { recordType, filterBy: [filter] },
        desiredKeys: ['key', 'size'],
        resultsLimit: recordsAtOnce,
        ...(continuationMarker === undefined ? {} : { continuationMarker }),
      });
      if (!Array.isArray(answer['records'])) throw unusable();
      for (const record of answer['records'] as readonly unknown[]) yield parseRecord(record);
      continuationMarker = typeof answer['continuationMarker'] === 'string' ? answer['continuationMarker'] : undefined;
    } while (continuationMarker !== undefined);
  }

  async *#pieces(record: ObjectRecord, offset: number, length: number): AsyncGenerator<Uint8Array, void> {
    const end = offset + length;
    for (let at = offset; at < end;) {
      const part = Math.floor(at / partBytes);
      const from = at - part * partBytes;
      const count = Math.min(partBytes - from, end - at);
      const ask = (start: number, size: number | undefined) => this.#askForPart(record, part, start, size);
      yield* (await readResuming(ask, { offset: from, length: count })).content;
      at += count;
    }
  }

  async #askForPart(record: ObjectRecord, part: number, offset: number, length: number | undefined) {
    const seen = this.#seen.get(record.key);
    try {
      return await readAsset(this.#client, addressIn(seen ?? record, record, part), offset, length);
    } catch (error) {
      if (!(error instanceof ObjectStoreError) || error.code !== 'not-found') throw error;
      // Addresses are good for a while only.
      const fresh = await this.#find(record.key);
      if (fresh === undefined) throw notFound();
      return readAsset(this.#client, addressIn(fresh, record, part), offset, length);
    }
  }
}

/** Address of a part by what was seen last. @throws ObjectStoreError `unreachable` where that is another object than was opened */
function addressIn(seen: ObjectRecord, opened: ObjectRecord, part: number): string {
  const url = seen.parts[part];
  if (seen.writer === opened.writer && url !== undefined) return url;
  const message = 'the object changed in the store while it was read; try again';
  throw new ObjectStoreError('unreachable', message, { isRetryable: false });
}

function notFound(): ObjectStoreError {
  return new ObjectStoreError('not-found', 'no object under this key');
}
