import { formatBytes, formatDuration } from './format';
import type { DescribedError } from './describe-error';

/** How far long work has come. */
export interface Progress {
  /** What is being done now, e.g. `reading`. */
  readonly phase: string;
  readonly doneBytes: number;
  /** Undefined while it is not known. */
  readonly totalBytes?: number;
  readonly doneItems?: number;
  readonly totalItems?: number;
  /** Sealed bytes that went to the store. */
  readonly storedBytes?: number;
  /** Over the last seconds; absent where nobody measured it. */
  readonly bytesPerSecond?: number;
  /** null while it cannot be told; absent where nobody reckoned it. */
  readonly secondsLeft?: number | null;
}

/** A flat record of figures; what `--json` prints as the line of type `summary`. */
export type SummaryFields = Readonly<Record<string, string | number | boolean | null | readonly (string | number)[]>>;

/** Where a command says what it does. With `--json` every call is one JSON line on standard output. */
export interface Reporter {
  readonly json: boolean;
  /** Whether a person can be asked: a terminal on both ends and no `--json`. */
  readonly isInteractive: boolean;
  progress(progress: Progress): void;
  warn(code: string, message: string): void;
  /** For people only: nothing with `--json`. */
  note(text: string): void;
  /** A JSON line of a type of the command's own (with `--json`), and text for people (without). */
  event(type: string, fields: Readonly<Record<string, unknown>>, text: string): void;
  /** The last thing that a command says when it succeeds. */
  summary(fields: SummaryFields, text: string): void;
  error(error: Pick<DescribedError, 'code' | 'message' | 'fields'>): void;
}

/** The part of a stream that a reporter writes to. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

const redrawMs = 100;
const plainLineMs = 5000;

/** JSON lines, or a progress line that redraws itself on a terminal, or plain lines now and then elsewhere. */
export function createReporter(options: {
  readonly json: boolean;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}): Reporter {
  return options.json ? jsonReporter(options.stdout) : textReporter(options.stdout, options.stderr);
}

function jsonReporter(stdout: TextSink): Reporter {
  const line = (fields: object): void => void stdout.write(`${JSON.stringify(fields)}\n`);
  let lastMs = Number.NEGATIVE_INFINITY;
  let endedPhase: string | undefined;
  return {
    json: true,
    isInteractive: false,
    progress: (progress) => {
      const nowMs = performance.now();
      // The end of a phase is told however soon it comes, once.
      const isEnd = progress.doneBytes === progress.totalBytes && progress.phase !== endedPhase;
      if (!isEnd && nowMs - lastMs < redrawMs) return;
      if (isEnd) endedPhase = progress.phase;
      lastMs = nowMs;
      line({ type: 'progress', ...progress });
    },
    warn: (code, message) => line({ type: 'warning', code, message }),
    note: () => undefined,
    event: (type, fields) => line({ type, ...fields }),
    summary: (fields) => line({ type: 'summary', ...fields }),
    error: ({ code, message, fields }) => line({ type: 'error', code, message, ...fields }),
  };
}

function textReporter(stdout: TextSink, stderr: TextSink): Reporter {
  const isTerminal = stderr.isTTY === true;
  let drawn = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  let started: { readonly phase: string; readonly atMs: number; readonly doneBytes: number } | undefined;
  const clear = (): void => {
    if (drawn) stderr.write('\r\u001b[K');
    drawn = false;
  };
  const say = (sink: TextSink, text: string): void => {
    clear();
    sink.write(`${text}\n`);
  };
  return {
    json: false,
    isInteractive: isTerminal && process.stdin.isTTY,
    progress: (progress) => {
      const nowMs = performance.now();
      if (started?.phase !== progress.phase)
        started = { phase: progress.phase, atMs: nowMs, doneBytes: progress.doneBytes };
      if (nowMs - lastMs < (isTerminal ? redrawMs : plainLineMs)) return;
      lastMs = nowMs;
      const text = progressText(progress, (nowMs - started.atMs) / 1000, progress.doneBytes - started.doneBytes);
      if (!isTerminal) return say(stderr, text);
      stderr.write(`\r\u001b[K${text}`);
      drawn = true;
    },
    warn: (_code, message) => say(stderr, `coffer: warning: ${message}`),
    note: (text) => say(stderr, text),
    event: (_type, _fields, text) => say(stdout, text),
    summary: (_fields, text) => say(stdout, text),
    error: ({ message }) => say(stderr, `coffer: ${message}`),
  };
}

/** `reading 12.3 MB of 1.0 GB, 45.0 MB/s, 22 s left`. Rate and time left are those of the phase where the work itself told none. */
export function progressText(progress: Progress, seconds: number, bytesSinceStart: number): string {
  const { phase, doneBytes, totalBytes, doneItems, totalItems } = progress;
  const rate = progress.bytesPerSecond ?? (seconds > 0.5 ? bytesSinceStart / seconds : 0);
  // Work that counts items alone has no bytes to speak of.
  const isCounted = doneBytes === 0 && totalBytes === undefined;
  const bytes = `${formatBytes(doneBytes)}${totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`}`;
  const parts = [isCounted ? phase : `${phase} ${bytes}`];
  if (doneItems !== undefined) parts.push(`${doneItems}${totalItems === undefined ? '' : ` of ${totalItems}`} items`);
  if (rate > 0) parts.push(`${formatBytes(rate)}/s`);
  const left = progress.secondsLeft ?? (totalBytes === undefined ? 0 : (totalBytes - doneBytes) / rate);
  if (rate > 0 && left > 0) parts.push(`${formatDuration(left)} left`);
  return parts.join(', ');
}
