import { parentPort, type MessagePort } from 'node:worker_threads';

import { ReusedCompressor } from '@coffer/backup-format/node';
import type { ChatSource } from '@coffer/chat-model';
import { sealChunkedSync } from '@coffer/device-crypto/node';

import { BackupEngineError } from '../errors';
import { serveEngine } from '../workers/engine-work';
import type { WorkerPlatform } from '../workers/worker-platform';
import { FileWriter, finishFiles } from './file-writer';
import { openFile } from './opened-file';
import { newWorkerPlatform } from './platform';

/** Reads the conversations of a file; undefined where it is no chat history. Given by the program, since it depends on formats. */
export type OpenChats = (path: string) => Promise<ChatSource | undefined>;

/** What the program gives to its worker threads. */
export interface EngineWorkerOptions {
  readonly openChats: OpenChats;
}

/**
 * Serves the engine in a worker thread: the whole content of a program's worker entry.
 *
 * @param port - to the thread that gives the work; of a worker thread, the one to its parent
 * @throws BackupEngineError `worker-failed` where no port is given outside a worker thread
 */
export function serveEngineWorker(options: EngineWorkerOptions, port: MessagePort | null = parentPort): void {
  if (port === null) throw new BackupEngineError('worker-failed', 'this program runs in worker threads only');
  serveEngine(threadPlatform(options), {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (listener) => port.on('message', listener),
  });
}

/** Files, OpenSSL and zstd of Node, all of it in the worker's own thread. */
export function threadPlatform({ openChats }: EngineWorkerOptions): WorkerPlatform {
  return {
    newEngine: newWorkerPlatform,
    newCompressor: () => new ReusedCompressor(),
    chunksAtOnce: 1,
    sealPack: sealChunkedSync,
    openFile,
    openChats: ({ path }) => openChats(path),
    newChunkWriter: (parts) => new FileWriter(parts),
    finishFiles,
  };
}
