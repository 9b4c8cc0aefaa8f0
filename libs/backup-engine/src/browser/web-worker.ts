import type { ToWorker } from '../workers/worker-messages';
import type { StartWorker, WorkerThread } from '../workers/worker-thread';

/** How many web workers work unless told. */
export function defaultWorkers(): number {
  return Math.min(2, navigator.hardwareConcurrency);
}

/** Runs a web worker whose script calls `serveEngineWorker`. @param url - of the script, as the page's policy allows it */
export function workerFromUrl(url: string | URL, options?: WorkerOptions): StartWorker {
  return () => new WebWorker(new Worker(url, options));
}

/** A web worker as the engine's pool takes one. */
class WebWorker implements WorkerThread {
  readonly #worker: Worker;
  readonly #onExit: ((value: unknown) => void)[] = [];

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): void {
    if (event === 'exit') this.#onExit.push(listener);
    else if (event === 'message') this.#worker.addEventListener('message', ({ data }) => listener(data));
    else {
      this.#worker.addEventListener('error', ({ error, message }) => listener(error ?? message));
      this.#worker.addEventListener('messageerror', () => listener('a message could not be read'));
    }
  }

  postMessage(message: ToWorker, transfer: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  /** A web worker does not tell of its end. */
  terminate(): Promise<void> {
    this.#worker.terminate();
    for (const listener of this.#onExit) listener(0);
    return Promise.resolve();
  }
}
