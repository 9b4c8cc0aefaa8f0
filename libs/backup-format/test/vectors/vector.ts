import type { Conversation, Message } from '@coffer/chat-model';

/** Why a reader must refuse a repository; the codes of libs/backup-engine. README.md of the vectors explains each. */
export type RefusalCode =
  'damaged' | 'missing-object' | 'unsupported-version' | 'unsupported-feature' | 'wrong-key' | 'head-rolled-back';

/** What a device remembers of a repository, as vector.json has it. */
export interface Seen {
  readonly generation: number;
  readonly keyringVersion: number;
  readonly epoch: number;
  /** SHA-256 of the head body, 64 lower-case digits. */
  readonly headSha256: string;
}

export interface ExpectedFile {
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly sizeBytes: number;
  /** 64 lower-case digits. */
  readonly sha256: string;
}

export interface ExpectedConversation {
  readonly source: string;
  readonly format: string;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly conversation: Conversation;
  readonly segments: readonly { readonly messages: number; readonly sha256: string }[];
  /** All of them, from the oldest; absent where they would be long. */
  readonly messages?: readonly Message[];
}

export interface ExpectedHead {
  readonly generation: number;
  readonly keyringVersion: number;
  readonly epoch: number;
  readonly snapshotId: string;
  readonly sha256: string;
}

/** What a reader finds. */
export interface Expected {
  /** Null where there is no backup yet. */
  readonly head: ExpectedHead | null;
  /** Ids of what is or was current, newest first. */
  readonly snapshots: readonly string[];
  /** In the order of the paths. The rest is of the current snapshot. */
  readonly files: readonly ExpectedFile[];
  readonly folders: readonly { readonly path: string; readonly mode: number; readonly mtimeMs: number }[];
  readonly links: readonly { readonly path: string; readonly mtimeMs: number; readonly target: string }[];
  /** In the order of the snapshot. */
  readonly conversations: readonly ExpectedConversation[];
}

/** vector.json. */
export interface VectorFile {
  readonly what: string;
  /** 64 digits. */
  readonly backupKey: string;
  /** 32 digits. */
  readonly repositoryId: string;
  readonly seen?: Seen;
  /** What is found; beside `refused` what a reader may find that fetches only what it needs. */
  readonly opens?: Expected;
  /** At which object a reader that reads everything must stop, and why. */
  readonly refused?: { readonly code: RefusalCode; readonly object: string };
  /** Of `two-keys-one-ciphertext`: the other key that opens the first piece. */
  readonly twin?: { readonly inputKey: string; readonly context: string; readonly firstPieceSha256: string };
}

/** A vector in memory. */
export interface Vector {
  readonly file: VectorFile;
  /** By path within the repository. */
  readonly objects: ReadonlyMap<string, Uint8Array>;
}

/** A vector by its name, and how to make it. */
export interface VectorRecipe {
  /** Name of its folder. */
  readonly name: string;
  readonly make: () => Vector;
}
