import type { PackCheck, PackFindings } from '../check-pack';
import type { ChunkTableMemory } from '../chunk-table';
import type { FileFacts } from './worker-platform';

/** What a worker needs before it can back up. Keys go to workers of this program only. */
export interface BackupSetup {
  readonly repositoryId: Uint8Array;
  readonly epoch: number;
  /** Sealing key of packs in this epoch, 32 bytes. */
  readonly packKey: Uint8Array;
  readonly chunkIdKey: Uint8Array;
  readonly gearTable: Int32Array;
  /** Shared by all workers: what is stored or taken already. Undefined where they share no memory: then they ask (`claim`). */
  readonly table: ChunkTableMemory | undefined;
  /** For the first pack; the worker is given other memory for each pack that it sends. */
  readonly memory: ArrayBuffer;
}

export interface FileToRead {
  /** On a file system; in a browser the name that it goes by. */
  readonly path: string;
  /** A browser's handle to the file. */
  readonly blob?: Blob | undefined;
}

/** What became of one file. */
export type FileRead =
  | (FileFacts & {
      readonly status: 'read';
      readonly chunkIds: Uint8Array<ArrayBuffer>;
      /** Size or time changed while it was read. */
      readonly isChanged: boolean;
      /** Whether it is worth asking the chat readers. */
      readonly mayHoldChats: boolean;
    })
  | { readonly status: 'unreadable'; readonly systemCode: string };

/** The conversations of one file. */
export interface ChatsRead {
  readonly format: string;
  readonly count: number;
  /** For `readNewConversations`. */
  readonly conversations: Uint8Array<ArrayBuffer>;
  /** Why reading ended early; code of the reader's error. */
  readonly failure?: string;
}

/** One chunk and where it goes. All arrays have one entry a chunk, `targets` apart. */
export interface PackRestore {
  readonly key: PackCheck['key'];
  readonly chunkIdKey: Uint8Array;
  readonly sealed: Uint8Array<ArrayBuffer>;
  /** 32 bytes a chunk. */
  readonly ids: Uint8Array;
  /** Offset, stored length, raw length of each chunk. */
  readonly places: Uint32Array;
  /** For each write: number of the chunk, number of the file in `parts`, offset in the file. */
  readonly writes: Float64Array;
  /** Files that are not complete yet, by what the target calls them. */
  readonly parts: readonly string[];
}

/** A file whose content is complete. */
export interface FileToFinish {
  readonly temporary: string;
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
}

/** What can be asked of a worker: request and answer of each. */
export interface WorkerCalls {
  readonly setUp: { readonly request: BackupSetup; readonly answer: null };
  readonly readFiles: { readonly request: readonly FileToRead[]; readonly answer: readonly FileRead[] };
  readonly readChats: { readonly request: FileToRead; readonly answer: ChatsRead | null };
  readonly flush: { readonly request: null; readonly answer: null };
  readonly checkPack: { readonly request: PackCheck; readonly answer: PackFindings };
  readonly restorePack: { readonly request: PackRestore; readonly answer: null };
  readonly finishFiles: { readonly request: readonly FileToFinish[]; readonly answer: null };
}

export type WorkerCall = keyof WorkerCalls;

/** What a worker asks of the thread that gives the work, where it has neither shared memory nor files: question and answer of each. */
export interface WorkerQuestions {
  /** Ids of chunks, 32 bytes each; the answer has a 1 for each that is the worker's to add. */
  readonly claim: { readonly question: Uint8Array<ArrayBuffer>; readonly answer: Uint8Array<ArrayBuffer> };
  readonly write: { readonly question: PartWrite; readonly answer: null };
}

export type WorkerQuestion = keyof WorkerQuestions;

/** Bytes of a file that is being restored. */
export interface PartWrite {
  readonly part: string;
  readonly position: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** From the thread that gives the work to a worker. */
export type ToWorker =
  | { readonly type: 'call'; readonly number: number; readonly call: WorkerCall; readonly request: unknown }
  /** For the next pack, after one was sent. */
  | { readonly type: 'memory'; readonly memory: ArrayBuffer }
  | { readonly type: 'told'; readonly number: number; readonly answer: unknown }
  | { readonly type: 'not-told'; readonly number: number; readonly failure: PortableError };

/** A sealed pack on its way to the store. */
export interface SealedPackMessage {
  readonly type: 'pack';
  readonly packId: Uint8Array<ArrayBuffer>;
  readonly sealed: Uint8Array<ArrayBuffer>;
  readonly table: Uint8Array<ArrayBuffer>;
}

/** Which call is answered, and the memory that came with its request. */
export interface AnsweredCall {
  readonly number: number;
  readonly lent: ArrayBuffer | undefined;
}

/** From a worker to the thread that gives the work. */
export type FromWorker =
  | (AnsweredCall & { readonly type: 'answer'; readonly answer: unknown })
  | (AnsweredCall & { readonly type: 'failure'; readonly failure: PortableError })
  | SealedPackMessage
  | { readonly type: 'ask'; readonly number: number; readonly ask: WorkerQuestion; readonly question: unknown }
  | { readonly type: 'progress'; readonly bytes: number; readonly files: number };

/** An error as it crosses between threads and workers. */
export interface PortableError {
  readonly kind: 'damaged' | 'disk-full' | 'system' | 'other';
  /** Code of the error, or of the operating system. */
  readonly code: string;
  readonly message: string;
}
