import { compareKeys, SortedKeys } from './sorted-keys';

/** When bytes of a version may not be deleted. */
export interface S3Lock {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  readonly untilMs: number;
}

/** One version of an object, or a delete marker. */
export interface S3Version {
  readonly key: string;
  /** `null` (the text) where it was written without versioning. */
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
  readonly bytes: Uint8Array;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
  /** Base64 of SHA-256, where the writer announced it. */
  readonly checksumSha256: string | undefined;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>>;
  lock: S3Lock | undefined;
  hasLegalHold: boolean;
}

/** An upload in parts that was neither completed nor aborted. */
export interface S3Upload {
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  /** Access key that began it. */
  readonly initiator: string;
  readonly parts: Map<number, UploadPart>;
}

/** One part of such an upload. */
export interface UploadPart {
  readonly bytes: Uint8Array;
  /** With its quotes. */
  readonly etag: string;
  readonly modifiedMs: number;
}

/** A replication rule: what starts with `prefix` is copied to another bucket. */
export interface S3ReplicationRule {
  readonly prefix: string;
  readonly destinationBucket: string;
  readonly isEnabled: boolean;
}

/** A version that was removed and is still listed for a while where listings lag. */
interface Removed {
  readonly version: S3Version;
  readonly atMs: number;
}

/** A bucket in memory: versions of each key, newest first. */
export class S3Bucket {
  readonly name: string;
  versioning: 'Enabled' | 'Suspended' | undefined;
  hasObjectLock = false;
  replication: readonly S3ReplicationRule[] = [];
  readonly uploads = new Map<string, S3Upload>();
  readonly #versions = new Map<string, S3Version[]>();
  readonly #keys = new SortedKeys();
  readonly #listLagMs: number;
  #removed: Removed[] = [];

  /** @param listLagMs - how long listings go on showing what was removed */
  constructor(name: string, listLagMs = 0) {
    this.name = name;
    this.#listLagMs = listLagMs;
  }

  /** The newest version or marker of a key. */
  current(key: string): S3Version | undefined {
    return this.#versions.get(key)?.[0];
  }

  find(key: string, versionId: string): S3Version | undefined {
    return this.versionsOf(key).find((version) => version.versionId === versionId);
  }

  /** Versions and markers of a key, newest first. */
  versionsOf(key: string): readonly S3Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** Puts a version on top; one with the id `null` replaces an earlier one of that id. */
  add(version: S3Version): void {
    const others = this.versionsOf(version.key).filter(({ versionId }) => versionId !== version.versionId);
    this.#versions.set(version.key, [version, ...others]);
    this.#keys.add(version.key);
  }

  /** Takes one version away for good. */
  remove(version: S3Version, atMs: number): void {
    const left = this.versionsOf(version.key).filter((other) => other !== version);
    if (left.length > 0) this.#versions.set(version.key, left);
    else {
      this.#versions.delete(version.key);
      this.#keys.delete(version.key);
    }
    if (this.#listLagMs > 0) this.#removed.push({ version, atMs });
  }

  /** All versions and markers, by key and newest first. */
  all(): readonly S3Version[] {
    return this.#keys.startingWith('').flatMap((key) => this.versionsOf(key));
  }

  /** What a listing shows, by key and newest first: also what was removed a moment ago, where listings lag. */
  listed(prefix: string, nowMs: number): readonly { readonly version: S3Version; readonly isLatest: boolean }[] {
    this.#removed = this.#removed.filter(({ atMs }) => atMs + this.#listLagMs > nowMs);
    const ghosts = this.#removed.map(({ version }) => version).filter(({ key }) => key.startsWith(prefix));
    const keys = [...this.#keys.startingWith(prefix)];
    if (ghosts.length > 0) {
      keys.splice(0, keys.length, ...new Set([...keys, ...ghosts.map(({ key }) => key)]));
      keys.sort(compareKeys);
    }
    return keys.flatMap((key) =>
      [...this.versionsOf(key), ...ghosts.filter((ghost) => ghost.key === key)].map((version, index) => ({
        version,
        isLatest: index === 0,
      })),
    );
  }

  isEmpty(): boolean {
    return this.#versions.size === 0;
  }
}
