import { readChats } from '../backup/read-chats';
import { FileReader } from '../backup/read-file';
import { PackSink } from '../backup/pack-sink';
import { checkPack } from '../check-pack';
import { BackupEngineError } from '../errors';
import type { EnginePlatform } from '../platform';
import { restorePack } from '../restore/restore-pack';
import { packError, unpackError } from './portable-error';
import type {
  BackupSetup,
  FromWorker,
  ToWorker,
  WorkerCall,
  WorkerCalls,
  WorkerQuestion,
  WorkerQuestions,
} from './worker-messages';
import { AskingWriter } from './asking-writer';
import type { WorkerPlatform } from './worker-platform';

const progressGapBytes = 4 * 1024 * 1024;

/** The way from a worker to the thread that gives it work. */
export interface WorkerPort {
  post(message: FromWorker, transfer: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: ToWorker) => void): void;
}

/** Does the engine's work in a worker, as it is asked to. */
export function serveEngine(platform: WorkerPlatform, port: WorkerPort): void {
  const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.post(message, transfer);
  const questions = new Questions(send);
  const work = new EngineWork(platform, questions, send);
  port.onMessage((message) => {
    if (message.type === 'memory') work.sink?.goOn(message.memory);
    else if (message.type === 'call') answer(work, message, send);
    else questions.take(message);
  });
}

function answer(
  work: EngineWork,
  { number, call, request }: Extract<ToWorker, { type: 'call' }>,
  send: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void,
): void {
  const lent = sealedMemoryIn(request);
  const back = lent === undefined ? [] : [lent];
  work.answer(call, request).then(
    (answer) => send({ type: 'answer', number, lent, answer }, back),
    (error: unknown) => send({ type: 'failure', number, lent, failure: packError(error) }, back),
  );
}

/** What the worker has asked and was not told yet. */
class Questions {
  readonly #open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  #lastNumber = 0;

  constructor(private readonly send: (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void) {}

  ask<Ask extends WorkerQuestion>(
    ask: Ask,
    question: WorkerQuestions[Ask]['question'],
    transfer: readonly ArrayBuffer[],
  ): Promise<WorkerQuestions[Ask]['answer']> {
    return new Promise<unknown>((resolve, reject) => {
      const number = ++this.#lastNumber;
      this.#open.set(number, { resolve, reject });
      this.send({ type: 'ask', number, ask, question }, transfer);
    }) as Promise<WorkerQuestions[Ask]['answer']>;
  }

  take(message: Extract<ToWorker, { type: 'told' | 'not-told' }>): void {
    const asked = this.#open.get(message.number);
    this.#open.delete(message.number);
    if (message.type === 'told') asked?.resolve(message.answer);
    else asked?.reject(unpackError(message.failure));
  }
}

class EngineWork {
  sink: PackSink | undefined;
  #files: FileReader | undefined;
  #engine: EnginePlatform | undefined;
  #bytes = 0;
  #filesDone = 0;

  constructor(
    private readonly platform: WorkerPlatform,
    private readonly questions: Questions,
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
        await this.#readySink().flush();
        return null;
      case 'checkPack':
        return this.#checkPack(of('checkPack'));
      case 'restorePack':
        return this.#restorePack(of('restorePack'));
      case 'finishFiles':
        this.platform.finishFiles?.(of('finishFiles'));
        return null;
    }
  }

  #setUp(setup: BackupSetup): null {
    this.sink = new PackSink(setup, this.platform, {
      send: (pack) => this.send(pack, [pack.sealed.buffer]),
      claim: (ids) => this.questions.ask('claim', ids, [ids.buffer]),
    });
    this.#files = new FileReader(setup.gearTable, this.sink, this.platform, (bytes) => {
      this.#bytes += bytes;
      if (this.#bytes >= progressGapBytes) this.#tell();
    });
    return null;
  }

  #openEngine(): EnginePlatform {
    return (this.#engine ??= this.platform.newEngine());
  }

  async #readChats(file: WorkerCalls['readChats']['request']): Promise<WorkerCalls['readChats']['answer']> {
    const platform = this.#openEngine();
    const reading = { openChats: this.platform.openChats, sink: this.#readySink(), platform };
    const chats = await readChats(file, reading);
    // A large history leaves a large heap behind, which the next files have no use for.
    if (chats !== null) platform.collectGarbage('major');
    return chats;
  }

  async #checkPack(check: WorkerCalls['checkPack']['request']): Promise<WorkerCalls['checkPack']['answer']> {
    const engine = this.#openEngine();
    try {
      return await checkPack(engine, check);
    } finally {
      engine.collectGarbage('minor');
    }
  }

  async #restorePack(job: WorkerCalls['restorePack']['request']): Promise<null> {
    const engine = this.#openEngine();
    const { parts } = job;
    const writer =
      this.platform.newChunkWriter?.(parts) ??
      new AskingWriter((part, position, bytes) =>
        this.questions.ask('write', { part: parts[part]!, position, bytes }, [bytes.buffer]),
      );
    try {
      await restorePack(engine, job, writer);
      return null;
    } finally {
      writer.close();
      engine.collectGarbage('minor');
    }
  }

  async #readFiles(files: WorkerCalls['readFiles']['request']): Promise<WorkerCalls['readFiles']['answer']> {
    const reader = this.#files;
    if (reader === undefined) throw notReady();
    const results: WorkerCalls['readFiles']['answer'][number][] = [];
    for (const file of files) {
      results.push(await reader.read(file));
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
