import { sealChunked } from '@coffer/device-crypto/browser';

import { serveEngine } from '../workers/engine-work';
import type { FromWorker, ToWorker } from '../workers/worker-messages';
import type { OpenChatsOf, WorkerPlatform } from '../workers/worker-platform';
import { openBlob } from './opened-blob';
import { browserPlatform } from './platform';

/** What the program gives to its web workers. */
export interface WebWorkerOptions {
  /** Reads the conversations of a file; none are looked for unless given. */
  readonly openChats?: OpenChatsOf;
}

/** What the engine asks of the scope of a web worker. */
export interface WorkerScope {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
}

/** Chunks that are identified at once: hashes are made on the browser's own threads. */
const chunksAtOnce = 16;

/**
 * Serves the engine in a web worker: the whole content of a program's worker entry.
 *
 * @param scope - `self` of the worker
 */
export function serveEngineWorker(scope: WorkerScope, options: WebWorkerOptions = {}): void {
  serveEngine(webPlatform(options), {
    post: (message, transfer) => scope.postMessage(message, [...transfer]),
    onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
  });
}

/** Blobs and Web Crypto. A worker writes no files: the thread that gives the work does. */
function webPlatform({ openChats = async () => undefined }: WebWorkerOptions): WorkerPlatform {
  return {
    newEngine: () => browserPlatform,
    newCompressor: () => undefined,
    chunksAtOnce,
    sealPack: sealChunked,
    openFile: openBlob,
    openChats,
  };
}
