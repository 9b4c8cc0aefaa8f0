import {
  BackupEngineError,
  handInProof,
  verifySnapshot,
  type OpenedSnapshot,
  type Repository,
  type RunOptions,
  type VerifyReport,
} from '@coffer/backup-engine';
import { verifyWithWorkers, type StartWorker } from '@coffer/backup-engine/browser';
import {
  DeviceError,
  mostNamed,
  type DeviceRequestContext,
  type DeviceResult,
  type DrilledBackup,
} from '@coffer/device-protocol';
import { toRfc3339 } from '@coffer/foundation';
import { toDeviceError } from './to-device-error';

export interface FireDrillOptions extends DeviceRequestContext {
  /** Its proof taker is the vault. */
  readonly repository: Repository;
  readonly samplePercent: number;
  /** Packs are opened and checked in workers of their own; in this thread where there are none. */
  readonly startWorker: StartWorker | undefined;
}

/**
 * Reads a sample of the newest snapshot back, and proves to the vault what was sound.
 *
 * @throws what the engine and the store throw, but for damage; DeviceError `signed-out`, `unavailable`
 */
export async function runFireDrill(options: FireDrillOptions): Promise<DeviceResult<'runFireDrill'>> {
  const { repository, progress, signal } = options;
  progress({ phase: 'opening', doneBytes: 0, totalBytes: null });
  try {
    const snapshot = await repository.openSnapshot();
    const report = await verify(snapshot, options);
    signal.throwIfAborted();
    const read = readOf(snapshot, report);
    if (report.problems.length > 0) return { outcome: 'damaged', ...read, ...damageOf(report) };
    progress({ phase: 'proving', doneBytes: report.bytes, totalBytes: report.bytes });
    return { outcome: 'sound', ...read, proof: await prove(repository, snapshot, report) };
  } catch (error) {
    return unreadable(error);
  }
}

async function verify(
  snapshot: OpenedSnapshot,
  { repository, samplePercent, startWorker, signal, progress }: FireDrillOptions,
): Promise<VerifyReport> {
  const onEvent: RunOptions['onEvent'] = (event) => {
    if (event.type !== 'progress') return;
    const { bytesDone, bytesTotal, bytesPerSecond, secondsLeft } = event;
    const rate = { bytesPerSecond: bytesPerSecond === 0 ? null : bytesPerSecond, secondsLeft };
    progress({ phase: 'checking', doneBytes: bytesDone, totalBytes: bytesTotal, rate });
  };
  const run = { samplePercent, signal, onEvent };
  if (startWorker === undefined) return verifySnapshot(repository, snapshot, run);
  return verifyWithWorkers(repository, snapshot, { ...run, startWorker });
}

/** What was read is sound whether or not it can be told. The end of the session is told, for it is the end of the open backup. */
async function prove(
  repository: Repository,
  snapshot: OpenedSnapshot,
  report: VerifyReport,
): Promise<(DrilledBackup & { outcome: 'sound' })['proof']> {
  try {
    return (await handInProof(repository, snapshot, report)) ? 'taken' : 'superseded';
  } catch (error) {
    const known = toDeviceError(error);
    if (isDamage(error) || (known instanceof DeviceError && known.code === 'signed-out')) throw error;
    return 'not-taken';
  }
}

function readOf({ idHex, summary }: OpenedSnapshot, { samplePercent, objects, bytes }: VerifyReport) {
  const { files, conversations, messages } = summary.counts;
  const createdAt = toRfc3339(summary.createdAtMs);
  return { snapshotId: idHex, createdAt, samplePercent, objects, bytes, files, conversations, messages };
}

function damageOf({ problems, brokenFiles, brokenConversations }: VerifyReport) {
  const named = problems.map(({ code, path }) => ({ path, isMissing: code === 'missing-object' }));
  return {
    damagedObjects: some(named),
    brokenFiles: some(brokenFiles),
    brokenConversations: some(brokenConversations),
  };
}

const some = <T>(all: readonly T[]) => ({ named: all.slice(0, mostNamed), count: all.length });

const isDamage = (error: unknown): error is BackupEngineError =>
  error instanceof BackupEngineError && (error.code === 'damaged' || error.code === 'missing-object');

/** The outcome where snapshot or index cannot be read. @throws every other failure */
function unreadable(error: unknown): DeviceResult<'runFireDrill'> {
  if (error instanceof BackupEngineError && error.code === 'worker-failed') {
    // Its script is fetched anew for each worker.
    throw new DeviceError('unavailable', 'a worker did not start, or ended', { cause: error, isRetryable: true });
  }
  if (!isDamage(error)) throw error;
  const { path } = error.fields;
  const named = typeof path === 'string' ? [{ path, isMissing: error.code === 'missing-object' }] : [];
  return { outcome: 'unreadable', damagedObjects: { named, count: 1 } };
}
