import type { Compressor } from '@coffer/backup-format';
import type { ChatSource } from '@coffer/chat-model';
import type { ChunkedKey } from '@coffer/device-crypto';

import type { MaybePromise } from '../maybe-promise';
import type { EnginePlatform } from '../platform';
import type { FileToFinish, FileToRead } from './worker-messages';

/** What is known of a file without its content. */
export interface FileFacts {
  readonly sizeBytes: number;
  readonly mode: number;
  readonly mtimeMs: number;
  /** Decimal nanoseconds: what the cache compares. */
  readonly mtimeNs: string;
  readonly inode: string;
}

/** A file that a worker reads from its start to its end. */
export interface OpenedFile {
  readonly facts: FileFacts;
  /**
   * Fills memory from `from` to its end with the next bytes of the file.
   *
   * @returns where what was filled ends: before the end of the memory only where the file ends
   * @throws FileFault
   */
  fill(memory: Uint8Array<ArrayBuffer>, from: number): MaybePromise<number>;
  /** Its facts as they are now. @throws FileFault */
  factsNow(): MaybePromise<FileFacts>;
  close(): void;
}

/** A file cannot be read: a fault of the file, not of the run. */
export class FileFault extends Error {
  /** `EACCES` and the like. */
  readonly systemCode: string;

  constructor(systemCode: string, cause: unknown) {
    super(`a file cannot be read (${systemCode})`, { cause });
    this.systemCode = systemCode;
  }
}

/** Reads the conversations of a file; undefined where it is no chat history. Given by the program, since it depends on formats. */
export type OpenChatsOf = (file: FileToRead) => Promise<ChatSource | undefined>;

/** Where a worker puts the bytes of files that are restored. */
export interface ChunkWriter {
  /**
   * @param part - number of the file in the list that the writer was made for
   * @param bytes - may change once this has resolved
   */
  write(part: number, position: number, bytes: Uint8Array): MaybePromise<void>;
  /** Resolves when everything is written. */
  settled(): MaybePromise<void>;
  close(): void;
}

/** What a worker of the engine takes from where it runs. */
export interface WorkerPlatform {
  /** For a worker that opens chunk after chunk: what is decompressed may be valid until the next chunk is. */
  newEngine(): EnginePlatform;
  /** What it gives may be valid until it is called again. Undefined where the platform cannot: chunks are stored as they are. */
  newCompressor(): Pick<Compressor, 'compress'> | undefined;
  /** Chunks that are cut and identified together, before the first of them is stored: where hashing is done elsewhere, all at once. */
  readonly chunksAtOnce: number;
  /** Seals a pack to the start of its memory. @param plaintext - at the end of the memory; it is gone afterwards */
  sealPack(
    key: ChunkedKey,
    plaintext: Uint8Array<ArrayBuffer>,
    salt: Uint8Array,
    memory: Uint8Array<ArrayBuffer>,
  ): MaybePromise<Uint8Array<ArrayBuffer>>;
  /** @throws FileFault */
  openFile(file: FileToRead): MaybePromise<OpenedFile>;
  readonly openChats: OpenChatsOf;
  /** Writes to files themselves. Undefined where a worker cannot: the thread that gives the work writes. */
  readonly newChunkWriter?: (parts: readonly string[]) => ChunkWriter;
  /** Gives complete files their names, where workers write to files. */
  readonly finishFiles?: (files: readonly FileToFinish[]) => void;
}
