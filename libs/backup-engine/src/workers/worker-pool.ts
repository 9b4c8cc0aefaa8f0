import { BackupEngineError } from '../errors';
import type { MaybePromise } from '../maybe-promise';
import type { LentMemory } from './pack-memory';
import { packError, unpackError } from './portable-error';
import type {
  AnsweredCall,
  FromWorker,
  PartWrite,
  SealedPackMessage,
  ToWorker,
  WorkerCall,
  WorkerCalls,
  WorkerQuestion,
  WorkerQuestions,
} from './worker-messages';
import type { StartWorker, WorkerThread } from './worker-thread';

interface PendingCall {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly lent: LentMemory | undefined;
}

/** What workers say besides their answers. */
export interface WorkerListener {
  /** A pack to be stored; the worker fills the next one once `goOn` is called on it. */
  onPack?(pack: SealedPackMessage, worker: PoolWorker): void;
  onProgress?(bytes: number, files: number): void;
  /** See {@link WorkerQuestions}. */
  onClaim?(ids: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>;
  onWrite?(write: PartWrite): MaybePromise<void>;
}

/** One worker and the calls that it has not answered. */
export class PoolWorker {
  readonly #thread: WorkerThread;
  readonly #pending = new Map<number, PendingCall>();
  #lastNumber = 0;
  #failure: Error | undefined;

  constructor(thread: WorkerThread, listener: WorkerListener) {
    this.#thread = thread;
    // The worker is of the same program: what it sends are messages of these types.
    thread.on('message', (message) => this.#receive(message as FromWorker, listener));
    thread.on('error', (cause) => {
      this.#fail(new BackupEngineError('worker-failed', 'a worker thread ended by a fault', { cause }));
    });
    thread.on('exit', () => this.#fail(new BackupEngineError('worker-failed', 'a worker thread ended')));
  }

  /** @param lent - memory in the request that the worker gives back with its answer, or with its failure */
  call<Call extends WorkerCall>(
    call: Call,
    request: WorkerCalls[Call]['request'],
    lent?: LentMemory,
  ): Promise<WorkerCalls[Call]['answer']> {
    return new Promise<unknown>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const number = ++this.#lastNumber;
      this.#pending.set(number, { resolve, reject, lent });
      this.#send({ type: 'call', number, call, request }, lent === undefined ? [] : [lent.memory]);
    }) as Promise<WorkerCalls[Call]['answer']>;
  }

  /** @param memory - for the next pack; the worker has it now */
  goOn(memory: ArrayBuffer): void {
    this.#send({ type: 'memory', memory }, [memory]);
  }

  async stop(): Promise<void> {
    await this.#thread.terminate();
  }

  #send(message: ToWorker, transfer: readonly ArrayBuffer[]): void {
    this.#thread.postMessage(message, transfer);
  }

  #receive(message: FromWorker, listener: WorkerListener): void {
    switch (message.type) {
      case 'answer':
        this.#take(message)?.resolve(message.answer);
        return;
      case 'failure':
        this.#take(message)?.reject(unpackError(message.failure));
        return;
      case 'pack':
        listener.onPack?.(message, this);
        return;
      case 'progress':
        listener.onProgress?.(message.bytes, message.files);
        return;
      case 'ask':
        void this.#tell(message.number, listener, message.ask, message.question);
        return;
    }
  }

  /** Answers a question of the worker. */
  async #tell(number: number, listener: WorkerListener, ask: WorkerQuestion, question: unknown): Promise<void> {
    try {
      this.#send({ type: 'told', number, answer: await answerTo(listener, ask, question) }, []);
    } catch (error) {
      this.#send({ type: 'not-told', number, failure: packError(error) }, []);
    }
  }

  #take({ number, lent }: AnsweredCall): PendingCall | undefined {
    const pending = this.#pending.get(number);
    this.#pending.delete(number);
    if (pending?.lent !== undefined && lent !== undefined) pending.lent.memory = lent;
    return pending;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#failure);
    this.#pending.clear();
  }
}

async function answerTo(listener: WorkerListener, ask: WorkerQuestion, question: unknown): Promise<unknown> {
  // The worker is of the same program: its questions are of the types of WorkerQuestions.
  const of = <Ask extends WorkerQuestion>(_ask: Ask) => question as WorkerQuestions[Ask]['question'];
  const answer = ask === 'claim' ? listener.onClaim?.(of('claim')) : await listener.onWrite?.(of('write'));
  return answer ?? null;
}

/** A few workers; a job goes to the first that is free. */
export class WorkerPool {
  readonly #workers: PoolWorker[];
  readonly #free: PoolWorker[];
  readonly #waiting: ((worker: PoolWorker) => void)[] = [];

  constructor(start: StartWorker, count: number, listener: WorkerListener = {}) {
    this.#workers = Array.from({ length: count }, () => new PoolWorker(start(), listener));
    this.#free = [...this.#workers];
  }

  get size(): number {
    return this.#workers.length;
  }

  /**
   * Runs a job on a worker of its own.
   *
   * @param turn - `first`: before the jobs that wait already
   */
  async run<T>(job: (worker: PoolWorker) => Promise<T>, turn: 'first' | 'last' = 'last'): Promise<T> {
    const worker = this.#free.pop() ?? (await this.#next(turn));
    try {
      return await job(worker);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(worker);
      else next(worker);
    }
  }

  #next(turn: 'first' | 'last'): Promise<PoolWorker> {
    return new Promise((take) => {
      if (turn === 'first') this.#waiting.unshift(take);
      else this.#waiting.push(take);
    });
  }

  /** Runs a job on every worker, beside what they do. */
  async onAll(job: (worker: PoolWorker) => Promise<unknown>): Promise<void> {
    await Promise.all(this.#workers.map(job));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
