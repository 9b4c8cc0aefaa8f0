import { fromHex } from '@coffer/foundation';

/** What a reader finds. */
export interface Expected {
  readonly head: object | null;
  readonly snapshots: readonly string[];
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly folders: readonly { readonly path: string }[];
  readonly links: readonly { readonly path: string; readonly target: string }[];
  readonly conversations: readonly { readonly messages?: readonly object[] }[];
}

/** vector.json (libs/backup-format/vectors/README.md). */
export interface VectorFile {
  readonly what: string;
  readonly backupKey: string;
  readonly repositoryId: string;
  readonly seen?: {
    readonly generation: number;
    readonly keyringVersion: number;
    readonly epoch: number;
    readonly headSha256: string;
  };
  readonly opens?: Expected;
  readonly refused?: { readonly code: string; readonly object: string };
  readonly twin?: { readonly inputKey: string; readonly context: string; readonly firstPieceSha256: string };
}

/** A vector of the format, as it is committed. */
export interface CommittedVector {
  readonly name: string;
  readonly file: VectorFile;
  /** By path within the repository. */
  readonly objects: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly backupKey: Uint8Array<ArrayBuffer>;
  readonly repositoryId: Uint8Array<ArrayBuffer>;
}

/** A vector as it lies on disk: the same in Node and in a page. */
export interface StoredVector {
  readonly name: string;
  readonly file: VectorFile;
  /** Base64 by path within the repository. */
  readonly objects: Readonly<Record<string, string>>;
}

export function decodeVector({ name, file, objects }: StoredVector): CommittedVector {
  const decoded = Object.entries(objects).map(([path, text]) => [path, fromBase64(text)] as const);
  const { backupKey, repositoryId } = file;
  return {
    name,
    file,
    objects: new Map(decoded),
    backupKey: fromHex(backupKey),
    repositoryId: fromHex(repositoryId),
  };
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
