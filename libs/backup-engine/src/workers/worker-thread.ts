import type { ToWorker } from './worker-messages';

/** What the engine asks of a worker, be it a thread of Node or a web worker. */
export interface WorkerThread {
  on(event: 'message' | 'error' | 'exit', listener: (value: unknown) => void): unknown;
  postMessage(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  terminate(): Promise<unknown>;
}

/** Starts one worker whose entry calls `serveEngineWorker`. */
export type StartWorker = () => WorkerThread;

/** The workers of a run. */
export interface EngineWorkers {
  readonly startWorker: StartWorker;
  /** How many at most. */
  readonly workers: number;
}

/** Whether workers can be given memory that all of them see: not in a page that is not isolated from other origins. */
export function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer === 'function' &&
    (!('crossOriginIsolated' in globalThis) || globalThis.crossOriginIsolated)
  );
}
