import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { PurgeJob, PurgeObject } from '@coffer/contracts';
import type { VaultClient } from '@coffer/vault-client';
import { listFoundObjects } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { writeFileAtomically } from '../files/atomic-file';
import { formatBytes, formatCount } from '../output/format';
import { printable } from '../output/printable';
import { connectVault } from '../vault/connect-vault';
import { PurgeError } from './purge-error';
import { reasonText, standingOf } from './words';

/** What `coffer purge status` is asked. */
export interface PurgeStatusRequest {
  readonly home: string;
  /** Wait until nothing waits any more. */
  readonly wait: boolean;
  readonly timeoutSeconds: number;
  /** Folder that gets the certificate files. */
  readonly certificates?: string;
}

const lookEveryMs = 1000;

/**
 * Says where the purge stands, object by object, and saves its certificates.
 *
 * @throws PurgeError `still-waiting` where `--wait` ran out of time; as `connectVault`
 */
export async function runPurgeStatus(context: CommandContext, request: PurgeStatusRequest): Promise<void> {
  const { client, account } = await connectVault(context, request.home);
  const job = request.wait ? await awaitEnd(context, client, request.timeoutSeconds) : await client.getPurge();
  const objects = await listFoundObjects(account);
  for (const object of objects) reportObject(context, object);
  const saved = request.certificates === undefined ? [] : await save(client, request.certificates, job.certificates);
  const { found, counts, certificates, state, dueAt, reason } = job;
  if (request.wait && isUnderWay(job)) throw stillWaiting(job, objects);
  context.reporter.summary(
    {
      state,
      found: found.objects,
      done: counts.done.objects,
      waiting: counts.waiting.objects,
      kept: counts.kept.objects,
      failed: counts.failed.objects,
      certificates: certificates.length,
      dueAt,
      reason,
    },
    sentenceOf(job, saved.length, request.certificates),
  );
}

/** The end: all that was found is gone, kept or given up, and what is gone is certified. */
async function awaitEnd(
  { reporter, signal }: CommandContext,
  client: VaultClient,
  timeoutSeconds: number,
): Promise<PurgeJob> {
  const endsAt = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const job = await client.getPurge();
    const { found, counts } = job;
    reporter.progress({
      phase: 'purging',
      doneBytes: counts.done.bytes,
      totalBytes: found.bytes,
      doneItems: counts.done.objects,
      totalItems: found.objects,
    });
    if (!isUnderWay(job) || performance.now() > endsAt) return job;
    await pause(lookEveryMs, undefined, { signal });
  }
}

function isUnderWay({ state, counts }: PurgeJob): boolean {
  return state === 'running' || (state !== 'finished' && counts.waiting.objects > 0);
}

function stillWaiting({ counts, dueAt, state }: PurgeJob, objects: readonly PurgeObject[]): PurgeError {
  const waiting = objects.filter(({ bucket }) => bucket === 'waiting');
  const named = waiting.slice(0, 5).map((object) => `${printable(object.name)}: ${standingOf(object)}`);
  const more = waiting.length > named.length ? ` and ${waiting.length - named.length} more` : '';
  const what =
    waiting.length > 0
      ? `${formatCount(waiting.length)} copies wait: ${named.join(' | ')}${more}.`
      : state === 'running'
        ? 'All copies are gone; their certificate is not signed yet.'
        : 'The purge has not been started.';
  return new PurgeError('still-waiting', `The time is over. ${what} The purge goes on by itself; look again later.`, {
    fields: { waiting: counts.waiting.objects, dueAt },
  });
}

/** One line about one found copy. */
export function reportObject({ reporter }: CommandContext, object: PurgeObject): void {
  const { objectId, provider, location, path, name, version, kind, sizeBytes, state, bucket, reason, dueAt } = object;
  reporter.event(
    'object',
    { objectId, provider, location, path, name, version, kind, sizeBytes, state, bucket, reason, dueAt },
    `${bucket.padEnd(8)} ${provider}  ${printable(path)}  ${kind}  ${formatBytes(sizeBytes)}  ${standingOf(object)}`,
  );
}

/** Byte for byte as the vault gives them: `coffer certificate verify` refuses any other form. */
async function save(client: VaultClient, folder: string, ids: readonly string[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const certificateId of ids) {
    const text = await client.getCertificate({ params: { certificateId } });
    const file = join(folder, `${certificateId}.json`);
    await writeFileAtomically(file, (writer) => writer.write(text));
    files.push(file);
  }
  return files;
}

function sentenceOf({ state, found, counts, dueAt, reason }: PurgeJob, saved: number, folder?: string): string {
  const states = {
    'not-started': 'not started',
    running: 'running',
    stopped: 'stopped',
    finished: 'finished',
  } as const;
  const { done, waiting, kept, failed } = counts;
  const parts = [
    `Purge ${states[state]}: ${formatCount(found.objects)} copies found (${formatBytes(found.bytes)}), ` +
      `${formatCount(done.objects)} gone, ${formatCount(waiting.objects)} waiting, ${formatCount(kept.objects)} kept, ${formatCount(failed.objects)} failed.`,
  ];
  if (state !== 'finished' && reason !== null) parts.push(`Why: ${reasonText(reason)}.`);
  if (dueAt !== null) parts.push(`Next due ${dueAt}.`);
  if (folder !== undefined) parts.push(`Certificates saved in ${printable(folder)}: ${formatCount(saved)}.`);
  return parts.join(' ');
}
