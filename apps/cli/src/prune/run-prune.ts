import {
  pruneRepository,
  type PrunePlan,
  type PruneReport,
  type PruneStep,
  type StoredObject,
} from '@coffer/backup-engine';
import { toRfc3339 } from '@coffer/foundation';

import type { CommandContext } from '../command-context';
import { readConfig } from '../config';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import type { SummaryFields } from '../output/reporter';
import { UsageError } from '../output/usage-error';
import { lockRepository } from '../repository/lock-repository';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { retentionPolicyOf, type KeepOptions } from './retention-options';

/** What `coffer prune` is asked. */
export interface PruneRequest extends RepositoryOptions {
  readonly keep: KeepOptions;
  readonly timeZone?: string;
  readonly dryRun?: boolean;
  readonly onlyWriter?: boolean;
  readonly giveUp?: readonly string[];
  readonly forgetMarks?: boolean;
  /** False with `--no-repack`. */
  readonly repack?: boolean;
}

/**
 * Marks what no snapshot that stays needs, and deletes what was marked long enough.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError, VaultClientError
 */
export async function runPrune(context: CommandContext, request: PruneRequest): Promise<void> {
  const policy = retentionPolicyOf(request.keep, request.timeZone);
  const isDryRun = request.dryRun ?? false;
  const givenUp = new Set(request.giveUp ?? []);
  if ([...givenUp].some((idHex) => !/^[0-9a-f]{32}$/.test(idHex))) {
    throw new UsageError('--give-up takes the whole id of a snapshot, 32 digits. Nothing was deleted.');
  }
  const open = await openRepository(context, request);
  const lock = await lockRepository(open);
  let report: PruneReport;
  try {
    report = await pruneRepository(open.repository, {
      ...{ policy, givenUp, isAnew: request.forgetMarks ?? false },
      isDryRun,
      isWithoutRepacking: request.repack === false,
      isOnlyWriter: request.onlyWriter ?? false,
      onStep: killAt(readConfig().failpoint),
      onEvent: reportEvents(context),
      signal: context.signal,
    });
  } finally {
    lock.release();
  }
  sayPlan(context, report.plan);
  for (const path of report.pinned) {
    context.reporter.warn('pinned', `${path} stays: a purge or a deletion certificate relies on it`);
  }
  context.reporter.summary(figuresOf(report, isDryRun), sentenceOf(report, isDryRun));
}

/** Lines for the snapshots: which stay and why, which leave. */
function sayPlan({ reporter }: CommandContext, plan: PrunePlan | undefined): void {
  if (plan === undefined) return;
  const all = [...plan.retained.keys(), ...plan.leaving];
  all.sort((left, right) => right.summary.generation - left.summary.generation);
  for (const snapshot of all) {
    const reasons = plan.retained.get(snapshot) ?? [];
    const { createdAtMs, device } = snapshot.summary;
    const createdAt = toRfc3339(createdAtMs);
    const why = reasons.length === 0 ? 'leaves' : `stays (${reasons.join(', ')})`;
    const fields = { snapshot: snapshot.idHex, createdAt, device, isKept: reasons.length > 0, reasons };
    reporter.event('snapshot', fields, `${snapshot.idHex.slice(0, 8)}  ${createdAt}  ${printable(device)}  ${why}`);
  }
}

function figuresOf(
  { plan, repacked, isWritten, deleted, deletedBytes, pinned }: PruneReport,
  isDryRun: boolean,
): SummaryFields {
  const going = plan?.decided ?? [];
  const marked = isWritten || isDryRun ? (plan?.newlyMarked ?? []) : [];
  return {
    dryRun: isDryRun,
    snapshots: plan?.retained.size ?? 0,
    leaving: plan?.leaving.length ?? 0,
    marked: marked.length,
    markedBytes: bytesOf(marked),
    waiting: plan?.waiting.length ?? 0,
    waitingBytes: bytesOf(plan?.waiting ?? []),
    nextDueAt: plan?.nextDueMs === undefined ? null : toRfc3339(plan.nextDueMs),
    deleted: isDryRun ? going.length : deleted,
    deletedBytes: isDryRun ? bytesOf(going) : deletedBytes,
    pinned: pinned.length,
    repacked: repacked?.packs ?? 0,
    repackedBytes: repacked?.packBytes ?? 0,
    storedBytes: repacked?.storedBytes ?? 0,
  };
}

function sentenceOf(report: PruneReport, isDryRun: boolean): string {
  const { plan, repacked, isWritten, deleted, deletedBytes } = report;
  if (plan === undefined) return 'There is no backup in this repository yet, so there is nothing to prune.';
  const { retained, leaving, newlyMarked, waiting, decided, nextDueMs } = plan;
  const [would, were] = isDryRun ? ['would be', 'Nothing was done: '] : ['were', ''];
  const sentences = [`${were}${formatCount(retained.size)} snapshots stay, ${formatCount(leaving.length)} leave.`];
  if (repacked !== undefined) {
    const [from, to] = [formatBytes(repacked.packBytes), formatBytes(repacked.storedBytes)];
    const was = isDryRun ? 'would be' : 'was';
    sentences.push(`What is needed of ${formatCount(repacked.packs)} packs (${from}) ${was} packed anew (${to}).`);
  }
  if (decided.length > 0) {
    const [count, bytes] = isDryRun ? [decided.length, bytesOf(decided)] : [deleted, deletedBytes];
    sentences.push(`${formatCount(count)} objects (${formatBytes(bytes)}) ${would} deleted.`);
  }
  if (newlyMarked.length > 0 && (isDryRun || isWritten)) {
    const of = `${formatCount(newlyMarked.length)} objects (${formatBytes(bytesOf(newlyMarked))})`;
    sentences.push(`${of} ${would} marked; a run in 24 hours or later deletes them.`);
  }
  if (waiting.length > 0 && nextDueMs !== undefined) {
    const of = `${formatCount(waiting.length)} objects (${formatBytes(bytesOf(waiting))})`;
    sentences.push(`${of} wait for a run after ${toRfc3339(nextDueMs)}.`);
  }
  if (newlyMarked.length + waiting.length + decided.length === 0) sentences.push('Everything in the store is needed.');
  return sentences.join(' ');
}

function bytesOf(objects: readonly StoredObject[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** For tests: `prune:<step>:<n>` kills this process when the step is reached for the n-th time. */
function killAt(failpoint: string | undefined): (step: PruneStep) => void {
  let reached = 0;
  const [command, wanted, count] = failpoint?.split(':') ?? [];
  return (step) => {
    if (command === 'prune' && step === wanted && ++reached === Number(count)) process.kill(process.pid, 'SIGKILL');
  };
}
