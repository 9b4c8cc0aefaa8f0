import { cpuSeconds, residentBytes } from './cpu-clock';

/** Processes whose work is told apart. */
export interface Measured {
  readonly api: number;
  readonly postgres: number;
}

/** What a load cost and how long its pieces took. */
export interface LoadFigures {
  readonly done: number;
  readonly errors: number;
  readonly seconds: number;
  /** Pieces in a second. */
  readonly rate: number;
  /** CPU milliseconds of a piece: the API process, PostgreSQL, and the generator with whatever it waits in. */
  readonly cpuMs: { readonly api: number; readonly postgres: number; readonly generator: number };
  /** Pieces for a CPU second of the API process. */
  readonly perApiCpuSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  /** Resident memory of the API process after each tenth of the load, in bytes. */
  readonly memory: readonly number[];
}

/**
 * Runs `piece` so often, `abreast` at a time. With `perSecond` each begins at its own moment whether earlier ones have ended
 * or not, so that a slow answer is not hidden by the wait that it causes.
 */
export async function load(
  pids: Measured,
  count: number,
  how: { readonly abreast: number; readonly perSecond?: number },
  piece: (index: number) => Promise<boolean>,
): Promise<LoadFigures> {
  const durations: number[] = [];
  const memory: number[] = [];
  let errors = 0;
  let begun = 0;
  const before = cpuNow(pids);
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (begun < count) {
      const index = begun++;
      const due = how.perSecond === undefined ? performance.now() : started + (index / how.perSecond) * 1000;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      const isGood = await piece(index).catch(() => false);
      durations.push(performance.now() - due);
      if (!isGood) errors++;
      if (durations.length % Math.ceil(count / 10) === 0) memory.push(residentBytes(pids.api));
    }
  };
  await Promise.all(Array.from({ length: how.abreast }, lane));
  const seconds = (performance.now() - started) / 1000;
  const after = cpuNow(pids);
  const cpuMs = (of: keyof typeof before): number => ((after[of] - before[of]) * 1000) / count;
  const sorted = durations.sort((left, right) => left - right);
  const percentile = (share: number): number => sorted[Math.min(count - 1, Math.floor(count * share))]!;
  return {
    ...{ done: count, errors, seconds, rate: count / seconds, memory },
    cpuMs: { api: cpuMs('api'), postgres: cpuMs('postgres'), generator: cpuMs('generator') },
    perApiCpuSecond: 1000 / cpuMs('api'),
    latencyMs: { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99) },
  };
}

function cpuNow({ api, postgres }: Measured) {
  const { user, system } = process.cpuUsage();
  return { api: cpuSeconds(api), postgres: cpuSeconds(postgres), generator: (user + system) / 1e6 };
}
