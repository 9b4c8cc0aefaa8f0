import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { S3Bucket, type S3Version } from './s3-bucket';

type StoredVersion = Omit<S3Version, 'bytes' | 'lock'> & {
  readonly blob: string;
  readonly lock: S3Version['lock'] | null;
};

/** One line: how a bucket, or all versions of one key, stood after a change. */
interface JournalLine {
  readonly bucket: string;
  readonly versioning: 'Enabled' | 'Suspended' | null;
  readonly hasObjectLock: boolean;
  readonly replication: S3Bucket['replication'];
  readonly key: string;
  /** Oldest first. */
  readonly versions: readonly StoredVersion[];
}

/**
 * Keeps buckets in a folder: bytes as files, versions as lines of a journal in which the last line of a key wins. Unfinished
 * uploads, and buckets that were deleted, are not kept.
 */
export class S3Journal {
  readonly #folder: string;
  readonly #blobs = new WeakMap<Uint8Array, string>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'blobs'), { recursive: true });
  }

  /** Reads what an earlier fake kept. */
  load(buckets: Map<string, S3Bucket>): void {
    const path = join(this.#folder, 'journal.jsonl');
    if (!existsSync(path)) return;
    const last = new Map<string, JournalLine>();
    for (const text of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
      const line = JSON.parse(text) as JournalLine;
      last.set(`${line.bucket}/${line.key}`, line);
      const bucket = buckets.get(line.bucket) ?? new S3Bucket(line.bucket);
      bucket.versioning = line.versioning ?? undefined;
      bucket.hasObjectLock = line.hasObjectLock;
      bucket.replication = line.replication;
      buckets.set(line.bucket, bucket);
    }
    for (const line of last.values()) {
      for (const { blob, lock, ...version } of line.versions) {
        const bytes = blob === '' ? new Uint8Array(0) : new Uint8Array(readFileSync(join(this.#folder, 'blobs', blob)));
        this.#blobs.set(bytes, blob);
        buckets.get(line.bucket)?.add({ ...version, bytes, lock: lock ?? undefined });
      }
    }
  }

  record(bucket: S3Bucket, key: string, newId: () => string): void {
    const versions = bucket.versionsOf(key);
    const line: JournalLine = {
      bucket: bucket.name,
      versioning: bucket.versioning ?? null,
      hasObjectLock: bucket.hasObjectLock,
      replication: bucket.replication,
      key,
      versions: versions.toReversed().map(({ bytes, lock, ...version }) => ({
        ...version,
        lock: lock ?? null,
        blob: this.#blob(bytes, newId),
      })),
    };
    appendFileSync(join(this.#folder, 'journal.jsonl'), `${JSON.stringify(line)}\n`);
  }

  #blob(bytes: Uint8Array, newId: () => string): string {
    if (bytes.length === 0) return '';
    const known = this.#blobs.get(bytes);
    if (known !== undefined) return known;
    const name = newId();
    writeFileSync(join(this.#folder, 'blobs', name), bytes);
    this.#blobs.set(bytes, name);
    return name;
  }
}
