/** What kind of copy it is. Each copy is a found object of its own. */
export const CopyKind = {
  current: 'current',
  oldVersion: 'old-version',
  /** Says that an object is gone while its versions stay; holds no bytes. */
  deleteMarker: 'delete-marker',
  /** Parts of an upload that was never completed; no backup. */
  multipart: 'multipart',
  trash: 'trash',
  /** An older file beside the current one, e.g. msgstore-2026-01-31.1.db. */
  rotated: 'rotated',
  /** A left-over of a writer, or of a delete that was interrupted. */
  temporary: 'temporary',
  /** A copy that the provider keeps in another place, where the connector cannot delete it. */
  replica: 'replica',
} as const;
export type CopyKind = (typeof CopyKind)[keyof typeof CopyKind];

/** What the operator's rules say about an object, from its name, folder and first bytes. */
export type RuleVerdict =
  | 'plaintext-backup'
  /** Named like a backup, but its first bytes are not those of one: kept, and reported. */
  | 'unrecognised';

/** One copy of a plaintext backup, as a connector saw it. */
export interface FoundObject {
  /** Name of the connector, e.g. `disk`, `s3`. */
  readonly provider: string;
  /** The place that was listed, as the operator's configuration names it, e.g. `bucket/folder`. Never a credential. */
  readonly location: string;
  /** The provider's own id of the object: a key, a file id, a path. */
  readonly providerObjectId: string;
  /** Which copy of the object: S3 VersionId or upload id; empty where the provider keeps one copy. Names the row. */
  readonly copyId: string;
  /** Changes whenever the bytes change: VersionId, ETag, or inode, size and time of a file. Exactly this one is proven. */
  readonly version: string;
  readonly kind: CopyKind;
  /** For people and for grouping the copies of one object: path below the location. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** 0 for a delete marker; what the provider says for unfinished uploads. */
  readonly sizeBytes: number;
  /** When it was last written, by the provider's clock. */
  readonly modifiedMs: number;
  /** As the provider gives it; null where it gives none. */
  readonly etag: string | null;
  readonly verdict: RuleVerdict;
  /** End of a lock (retention), where there is one; `Number.MAX_SAFE_INTEGER` for a hold without an end. */
  readonly lockedUntilMs?: number;
  /** Kind `replica`: where the provider keeps it. */
  readonly retainedElsewhere?: string;
}

/** Names one copy, and with it one row of an account. Two listings give the same text for the same copy. */
export function copyKey(
  found: Pick<FoundObject, 'provider' | 'location' | 'providerObjectId' | 'copyId' | 'kind'>,
): string {
  const isReplica = found.kind === CopyKind.replica;
  return JSON.stringify([found.provider, found.location, found.providerObjectId, found.copyId, isReplica]);
}

/** Names the path that copies share: markers and unfinished uploads wait for all others of it. */
export function pathKey(found: Pick<FoundObject, 'provider' | 'location' | 'path'>): string {
  return JSON.stringify([found.provider, found.location, found.path]);
}

/** Whether the copy holds bytes of a backup, which must be proven before it goes. */
export function holdsBackup(kind: CopyKind): boolean {
  return kind !== CopyKind.deleteMarker && kind !== CopyKind.multipart;
}
