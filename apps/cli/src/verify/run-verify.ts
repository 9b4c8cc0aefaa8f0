import {
  BackupEngineError,
  handInProof,
  type OpenedSnapshot,
  type Repository,
  type VerifyReport,
} from '@coffer/backup-engine';
import { verifyWithWorkers } from '@coffer/backup-engine/node';
import { systemClock } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { describeError } from '../output/describe-error';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import { startEngineWorker } from '../repository/engine-workers';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { keepDamagedPacks } from './damaged-packs';
import { keepLastVerified } from './last-verified';

/** What `coffer verify` is asked. */
export interface VerifyRequest extends RepositoryOptions {
  readonly snapshot: string | undefined;
  /** Percent of the packs. */
  readonly sample: string;
}

const brokenFilesNamed = 100;

/**
 * Reads a sample of a snapshot back, with an empty cache, and changes nothing in the store. When it was found sound is kept on this device,
 * and proven to the vault, where there is one.
 *
 * @throws BackupEngineError `damaged` or `missing-object` after everything that is broken was named; UsageError
 */
export async function runVerify(context: CommandContext, request: VerifyRequest): Promise<void> {
  const samplePercent = percentOf(request.sample);
  const { repository, home } = await openRepository(context, request);
  const snapshot = await repository.openSnapshot(request.snapshot);
  const report = await verifyWithWorkers(repository, snapshot, {
    startWorker: startEngineWorker,
    samplePercent,
    onEvent: reportEvents(context),
    signal: context.signal,
  });
  await keepDamagedPacks(home, repository.id, report);
  const { problems, brokenFiles } = report;
  for (const { code, message } of problems) context.reporter.warn(code, message);
  for (const path of brokenFiles.slice(0, brokenFilesNamed)) {
    context.reporter.warn('broken-file', `${printable(path)} cannot be restored whole`);
  }
  const [first] = problems;
  if (first !== undefined) {
    const message =
      `${formatCount(problems.length)} objects of the backup are damaged or missing, ${formatCount(brokenFiles.length)} files ` +
      'cannot be restored whole. The rest is sound. Run "coffer backup" while you still have the originals: it stores them again.';
    throw new BackupEngineError(first.code, message, {
      fields: { problems: problems.length, brokenFiles: brokenFiles.length },
    });
  }
  await keepLastVerified(home, repository.id, { atMs: systemClock.nowMs(), samplePercent });
  const isProven = await prove(context, repository, snapshot, report);
  context.reporter.summary({ ...figuresOf(report), isProven }, sentenceOf(report, isProven));
}

/** Tells the vault, where there is one. What was read is sound whether or not it can be told. */
async function prove(
  { reporter }: CommandContext,
  repository: Repository,
  snapshot: OpenedSnapshot,
  report: VerifyReport,
): Promise<boolean> {
  try {
    return await handInProof(repository, snapshot, report);
  } catch (error) {
    const { code, message } = describeError(error);
    reporter.warn(code, `the backup is sound, but the vault did not take the proof of it: ${message}`);
    return false;
  }
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (/^\d+$/.test(text) && percent >= 5 && percent <= 100) return percent;
  throw new UsageError('--sample takes a whole number of percent from 5 to 100.');
}

function figuresOf(report: VerifyReport): Readonly<Record<string, string | number>> {
  const { snapshotIdHex, samplePercent, objects, bytes, chunks, files, conversations, messages } = report;
  return { snapshot: snapshotIdHex, samplePercent, objects, bytes, chunks, files, conversations, messages };
}

function sentenceOf({ samplePercent, objects, bytes, files, messages }: VerifyReport, isProven: boolean): string {
  return (
    `Sound: ${samplePercent} % of the backup was read (${formatCount(objects)} objects, ${formatBytes(bytes)}), decrypted and ` +
    `checked: ${formatCount(files)} files and ${formatCount(messages)} messages.${isProven ? ' The vault has a signed proof of it.' : ''}`
  );
}
