import { parentPort } from 'node:worker_threads';

import { checkPack } from '../check-pack';
import { BackupEngineError } from '../errors';
import { PackSink } from './pack-sink';
import { nodePlatform } from './platform';
import { packError } from './portable-error';
import { readChats, type OpenChats } from './read-chats';
import { FileReader } from './read-file';
import { finishFiles, restorePack } from './restore-pack';
import type { BackupSetup, FromWorker, ToWorker, WorkerCall, WorkerCalls } from './worker-messages';

/** What the program gives to its worker threads. */
export interface EngineWorkerOptions {
  readonly openChats: OpenChats;
}

const progressGapBytes = 4 * 1024 * 1024;

/**
 * Serves the engine in a worker thread: the whole content of a program's worker entry.
 *
 * @throws BackupEngineError `worker-failed` where it is not called in a worker thread
 */
export function serveEngineWorker(options: EngineWorkerOptions): void {
  const port = parentPort;
  if (port === null) throw new BackupEngineError('worker-failed', 'this program runs in worker threads only');
  const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const work = new EngineWork(options, send);
  port.on('message', (message: ToWorker) => {
    if (message.type === 'stored') {
      work.sink?.stored();
      return;
    }
    const { number, call, request } = message;
    work.answer(call, request).then(
      (answer) => send({ type: 'answer', number, answer }),
      (error: unknown) => send({ type: 'failure', number, failure: packError(error) }),
    );
  });
}

class EngineWork {
  sink: PackSink | undefined;
  #files: FileReader | undefined;
  #bytes = 0;
  #filesDone = 0;

  constructor(
    private readonly options: EngineWorkerOptions,
    private readonly send: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void,
  ) {}

  async answer(call: WorkerCall, request: unknown): Promise<unknown> {
    // The main thread is of the same program: its requests are of the types of WorkerCalls.
    const of = <Call extends WorkerCall>(_call: Call) => request as WorkerCalls[Call]['request'];
    switch (call) {
      case 'setUp':
        return this.#setUp(of('setUp'));
      case 'readFiles':
        return this.#readFiles(of('readFiles'));
      case 'readChats':
        return readChats(of('readChats'), this.options.openChats, this.#readySink());
      case 'flush':
        await this.#readySink().flush();
        return null;
      case 'checkPack':
        return checkPack(nodePlatform, of('checkPack'));
      case 'restorePack':
        await restorePack(of('restorePack'));
        return null;
      case 'finishFiles':
        finishFiles(of('finishFiles'));
        return null;
    }
  }

  #setUp(setup: BackupSetup): null {
    this.sink = new PackSink(setup, (pack) => this.send(pack, [pack.sealed.buffer]));
    this.#files = new FileReader(setup.gearTable, this.sink, (bytes) => {
      this.#bytes += bytes;
      if (this.#bytes >= progressGapBytes) this.#tell();
    });
    return null;
  }

  async #readFiles(files: WorkerCalls['readFiles']['request']): Promise<WorkerCalls['readFiles']['answer']> {
    const reader = this.#files;
    if (reader === undefined) throw notReady();
    const results: WorkerCalls['readFiles']['answer'][number][] = [];
    for (const { path } of files) {
      results.push(await reader.read(path));
      this.#filesDone += 1;
    }
    this.#tell();
    return results;
  }

  #tell(): void {
    this.send({ type: 'progress', bytes: this.#bytes, files: this.#filesDone });
    this.#bytes = 0;
    this.#filesDone = 0;
  }

  #readySink(): PackSink {
    if (this.sink === undefined) throw notReady();
    return this.sink;
  }
}

function notReady(): BackupEngineError {
  return new BackupEngineError('worker-failed', 'a worker was not set up');
}
