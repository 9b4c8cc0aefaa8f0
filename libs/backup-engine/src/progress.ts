import type { EngineEvent, EngineStage, ProgressEvent } from './events';

const leastGapMs = 100;
const windowMs = 5000;

/** Counts what a run does and tells it at a bearable rate. */
export class Progress {
  readonly #onEvent: ((event: EngineEvent) => void) | undefined;
  readonly #marks: { readonly atMs: number; readonly bytes: number }[] = [];
  #stage: EngineStage;
  #lastMs = Number.NEGATIVE_INFINITY;
  bytesDone = 0;
  bytesTotal = 0;
  filesDone = 0;
  filesTotal = 0;
  storedBytes = 0;

  constructor(stage: EngineStage, onEvent: ((event: EngineEvent) => void) | undefined) {
    this.#stage = stage;
    this.#onEvent = onEvent;
  }

  /** Ends the stage with an event of its own and starts the next. */
  enter(stage: EngineStage): void {
    this.tell(true);
    this.#stage = stage;
  }

  /** Adds, and tells it if the last event is long enough ago. */
  add(bytes: number, files = 0): void {
    this.bytesDone += bytes;
    this.filesDone += files;
    this.tell();
  }

  tell(isForced = false): void {
    if (this.#onEvent === undefined) return;
    const nowMs = performance.now();
    if (!isForced && nowMs - this.#lastMs < leastGapMs) return;
    this.#lastMs = nowMs;
    this.#onEvent(this.#event(nowMs));
  }

  #event(nowMs: number): ProgressEvent {
    this.#marks.push({ atMs: nowMs, bytes: this.bytesDone });
    while (this.#marks.length > 2 && nowMs - this.#marks[0]!.atMs > windowMs) this.#marks.shift();
    const first = this.#marks[0]!;
    const seconds = (nowMs - first.atMs) / 1000;
    const bytesPerSecond = seconds > 0 ? Math.round((this.bytesDone - first.bytes) / seconds) : 0;
    const left = this.bytesTotal - this.bytesDone;
    const { bytesDone, bytesTotal, filesDone, filesTotal, storedBytes } = this;
    return {
      type: 'progress',
      stage: this.#stage,
      bytesDone,
      bytesTotal,
      filesDone,
      filesTotal,
      storedBytes,
      bytesPerSecond,
      secondsLeft: bytesPerSecond > 0 && left >= 0 ? Math.ceil(left / bytesPerSecond) : null,
    };
  }
}
