import { MessageChannel } from 'node:worker_threads';

import { openChatSource } from '@coffer/chat-formats/node';

import { serveEngineWorker, type OpenChats } from '../src/node/engine-worker';
import type { WorkerThread } from '../src/workers/worker-thread';

/**
 * The engine's worker beside the test, in its own thread: the same code and the same messages, without a program to bundle and without
 * a thread to start for each backup. Threads themselves are what `back-up.spec.ts` and `worker-pool.spec.ts` try.
 */
export function workerInThisThread(openChats: OpenChats = (path) => openChatSource(path)): WorkerThread {
  const { port1: ours, port2: its } = new MessageChannel();
  serveEngineWorker({ openChats }, its);
  return {
    on: (event, listener) => ours.on(event, listener),
    postMessage: (message, transfer) => ours.postMessage(message, transfer),
    terminate: () => {
      ours.close();
      return Promise.resolve();
    },
  };
}
