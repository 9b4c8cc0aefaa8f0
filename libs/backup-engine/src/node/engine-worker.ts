import { parentPort, type MessagePort } from 'node:worker_threads';

import { checkPack, type PackCheck } from '../check-pack';
import { BackupEngineError } from '../errors';
import { collectGarbage } from './collect-garbage';
import { PackSink } from './pack-sink';
import { newWorkerPlatform } from './platform';
import type { EnginePlatform } from '../platform';
import { packError } from './portable-error';
import { readChats, type OpenChats } from './read-chats';
import { FileReader } from './read-file';
import { finishFiles, restorePack } from './restore-pack';
import type { BackupSetup, FromWorker, PackRestore, ToWorker, WorkerCall, WorkerCalls } from './worker-messages';

/** What the program gives to its worker threads. */
export interface EngineWorkerOptions {
  readonly openChats: OpenChats;
}

const progressGapBytes = 4 * 1024 * 1024;

/**
 * Serves the engine in a worker thread: the whole content of a program's worker entry.
 *
 * @param port - to the thread that gives the work; of a worker thread, the one to its parent
 * @throws BackupEngineError `worker-failed` where no port is given outside a worker thread
 */
export function serveEngineWorker(options: EngineWorkerOptions, port: MessagePort | null = parentPort): void {
  if (port === null) throw new BackupEngineError('worker-failed', 'this program runs in worker threads only');
  const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);
  const work = new EngineWork(options, send);
  port.on('message', (message: ToWorker) => {
    if (message.type === 'memory') {
      work.sink?.goOn(message.memory);
      return;
    }
    const { number, call, request } = message;
    const lent = sealedMemoryIn(request);
    const back = lent === undefined ? [] : [lent];
    work.answer(call, request).then(
      (answer) => send({ type: 'answer', number, lent, answer }, back),
      (error: unknown) => send({ type: 'failure', number, lent, failure: packError(error) }, back),
    );
  });
}

class EngineWork {
  sink: PackSink | undefined;
  #files: FileReader | undefined;
  #platform: EnginePlatform | undefined;
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
        return this.#readChats(of('readChats'));
      case 'flush':
        this.#readySink().flush();
        return null;
      case 'checkPack':
        return this.#checkPack(of('checkPack'));
      case 'restorePack':
        return this.#restorePack(of('restorePack'));
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

  async #readChats(path: string): Promise<WorkerCalls['readChats']['answer']> {
    const chats = await readChats(path, this.options.openChats, this.#readySink());
    // A large history leaves a large heap behind, which the next files have no use for.
    if (chats !== null) collectGarbage('major');
    return chats;
  }

  async #checkPack(check: PackCheck): Promise<WorkerCalls['checkPack']['answer']> {
    try {
      return await checkPack((this.#platform ??= newWorkerPlatform()), check);
    } finally {
      collectGarbage();
    }
  }

  async #restorePack(job: PackRestore): Promise<null> {
    try {
      await restorePack((this.#platform ??= newWorkerPlatform()), job);
      return null;
    } finally {
      collectGarbage();
    }
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

/** The memory of the sealed pack that a request is about: it goes back whatever comes of the request. */
function sealedMemoryIn(request: unknown): ArrayBuffer | undefined {
  if (typeof request !== 'object' || request === null || !('sealed' in request)) return undefined;
  const { sealed } = request;
  return sealed instanceof Uint8Array && sealed.buffer instanceof ArrayBuffer ? sealed.buffer : undefined;
}

function notReady(): BackupEngineError {
  return new BackupEngineError('worker-failed', 'a worker was not set up');
}
