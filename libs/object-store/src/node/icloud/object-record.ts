import { sha256 } from '@coffer/crypto';
import { fromHex, toHex, utf8 } from '@coffer/foundation';

import { ObjectStoreError } from '../../errors';

/** Name of the record type that the container's owner deploys (docs/stores.md). */
export const recordType = 'CofferObject';

/** One asset holds at most so many bytes: CloudKit's own limit is 15 MB, a pack has 16 MiB. */
export const partBytes = 8 * 1024 * 1024;

/** Fields for assets: `content0` and on. */
export const largestParts = 16;

/** An object as its record says it. */
export interface ObjectRecord {
  readonly key: string;
  /** In bytes. */
  readonly sizeBytes: number;
  /** Of the content, 32 bytes. */
  readonly sha256: Uint8Array | undefined;
  /** Random name of the `put` that made it. */
  readonly writer: string;
  readonly changeTag: string;
  /** Addresses of the parts, in order; they are good for a while. */
  readonly parts: readonly string[];
}

/** The one record that an object can have: so of several creates one wins. Record names end at 255 characters, keys do not. */
export function recordNameOf(key: string): string {
  return `object-${toHex(sha256(utf8(key)))}`;
}

/** Name of the field of a part, from 0. */
export function fieldOf(part: number): string {
  return `content${part}`;
}

/** Fields other than assets, as a create sends them. */
export function describedFields(
  record: Pick<ObjectRecord, 'key' | 'sizeBytes' | 'writer'> & { readonly sha256: Uint8Array },
): Readonly<Record<string, unknown>> {
  return {
    key: { value: record.key },
    size: { value: record.sizeBytes },
    sha256: { value: toHex(record.sha256) },
    writer: { value: record.writer },
  };
}

/** @throws ObjectStoreError `unreachable` where it is no record of this program */
export function parseRecord(value: unknown): ObjectRecord {
  const { fields, recordChangeTag } = (value ?? {}) as {
    readonly fields?: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
    readonly recordChangeTag?: unknown;
  };
  const key = fields?.['key']?.value;
  const sizeBytes = fields?.['size']?.value;
  const hash = fields?.['sha256']?.value;
  const writer = fields?.['writer']?.value;
  if (typeof key !== 'string' || !Number.isSafeInteger(sizeBytes)) throw unusable();
  const parts: string[] = [];
  for (let part = 0; part < largestParts; part++) {
    const asset = fields?.[fieldOf(part)]?.value as { readonly downloadURL?: unknown } | undefined;
    if (typeof asset?.downloadURL === 'string') parts.push(asset.downloadURL);
  }
  return {
    ...{ key, sizeBytes: sizeBytes as number, parts },
    sha256: typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? fromHex(hash) : undefined,
    writer: typeof writer === 'string' ? writer : '',
    changeTag: typeof recordChangeTag === 'string' ? recordChangeTag : '',
  };
}

export function unusable(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'what answers is not iCloud as this program knows it', {
    isRetryable: false,
  });
}
