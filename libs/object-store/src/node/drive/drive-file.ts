import { fromHex } from '@coffer/foundation';

import { ObjectStoreError } from '../../errors';

/** A file of the app's folder, as this store needs it. */
export interface DriveFile {
  readonly id: string;
  readonly name: string;
  /** In bytes. */
  readonly sizeBytes: number;
  /** By the clock of Drive. */
  readonly createdMs: number;
  /** SHA-256 of the content, 32 bytes, where Drive has counted it. */
  readonly sha256: Uint8Array | undefined;
}

/** What Drive is asked to say of a file. */
export const fileFields = 'id,name,size,createdTime,sha256Checksum';

/** @throws ObjectStoreError `unreachable` where it is no file as Drive describes them */
export function parseFile(value: unknown): DriveFile {
  const { id, name, size, createdTime, sha256Checksum } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const createdMs = typeof createdTime === 'string' ? Date.parse(createdTime) : Number.NaN;
  const isSize = typeof size === 'string' && /^\d{1,15}$/.test(size);
  if (typeof id !== 'string' || typeof name !== 'string' || !isSize || Number.isNaN(createdMs)) throw unusable();
  return {
    ...{ id, name, createdMs, sizeBytes: Number(size) },
    sha256:
      typeof sha256Checksum === 'string' && /^[0-9a-f]{64}$/.test(sha256Checksum) ? fromHex(sha256Checksum) : undefined,
  };
}

/** One page of a listing. @throws ObjectStoreError `unreachable` */
export function parsePage(text: string): { readonly files: readonly DriveFile[]; readonly next: string | undefined } {
  const { files, nextPageToken } = parseJson(text);
  if (!Array.isArray(files)) throw unusable();
  return {
    files: (files as readonly unknown[]).map(parseFile),
    next: typeof nextPageToken === 'string' && nextPageToken !== '' ? nextPageToken : undefined,
  };
}

/** @throws ObjectStoreError `unreachable` where it is no JSON object */
export function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw unusable();
}

/**
 * Which of several files of one name is the object: the one that was created first, by the clock of Drive; of those created in the same
 * millisecond the one whose id comes first. So all devices choose the same one.
 */
export function inOrder(files: readonly DriveFile[]): readonly DriveFile[] {
  return [...files].sort((left, right) => left.createdMs - right.createdMs || (left.id < right.id ? -1 : 1));
}

export function unusable(): ObjectStoreError {
  return new ObjectStoreError('unreachable', 'what answers is not Google Drive as this program knows it', {
    isRetryable: false,
  });
}
