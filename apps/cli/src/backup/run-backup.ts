import { realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { backUp, FileCacheInFile, type BackupOptions, type BackupReport } from '@coffer/backup-engine/node';

import type { CommandContext } from '../command-context';
import { formatBytes, formatCount } from '../output/format';
import { IncompleteError } from '../output/incomplete-error';
import { UsageError } from '../output/usage-error';
import { takenInSource } from '../purge/taken-in-names';
import { startEngineWorker } from '../repository/engine-workers';
import { openRepository, reportEvents } from '../repository/open-repository';
import type { RepositoryOptions } from '../repository/repository-options';
import { lockRepository } from '../repository/lock-repository';
import { readDamagedPacks } from '../verify/damaged-packs';

/** What `coffer backup` is asked. */
export interface BackupRequest extends RepositoryOptions {
  readonly sources: readonly string[];
  readonly rescan?: boolean;
  readonly exclude?: readonly string[];
  /** False with `--no-media`. */
  readonly media?: boolean;
}

/**
 * Backs up files and folders, and the conversations in them.
 *
 * @throws UsageError, BackupEngineError, ObjectStoreError; IncompleteError after the summary
 */
export async function runBackup(context: CommandContext, request: BackupRequest): Promise<void> {
  await requireStoreOutside(request);
  const isExcluded = await exclusionOf(request);
  const open = await openRepository(context, request);
  const lock = await lockRepository(open);
  let report: BackupReport;
  try {
    report = await backUp(open.repository, request.sources, {
      startWorker: startEngineWorker,
      deviceName: hostname(),
      cache: new FileCacheInFile(join(open.home.cacheFolder(open.repository.id), 'files')),
      isRescan: request.rescan ?? false,
      distrusted: await readDamagedPacks(open.home, open.repository.id),
      ...(isExcluded === undefined ? {} : { isExcluded }),
      // What a purge took in from elsewhere has no source on this device; the newest snapshot goes on giving it back.
      keeps: (source) => source === takenInSource,
      onEvent: reportEvents(context),
      signal: context.signal,
    });
  } finally {
    lock.release();
  }
  context.reporter.summary(figuresOf(report), sentenceOf(report));
  if (report.leftOut === 0) return;
  throw new IncompleteError(
    'incomplete',
    `The backup was made, but ${formatCount(report.leftOut)} files or folders could not be read and are not in it (see above).`,
    { fields: { leftOut: report.leftOut } },
  );
}

/** What `--exclude` and `--no-media` leave out; the code that fits patterns is loaded where there are any. */
async function exclusionOf({ exclude = [], media }: BackupRequest): Promise<BackupOptions['isExcluded']> {
  if (exclude.length === 0 && media !== false) return undefined;
  const { exclusionsOf } = await import('./exclusions');
  return exclusionsOf(exclude, media === false);
}

function figuresOf(report: BackupReport): Readonly<Record<string, string | number>> {
  const { snapshotIdHex, generation, counts, bytes, storedBytes, filesRead, filesUnchanged, leftOut } = report;
  return { snapshot: snapshotIdHex, generation, ...counts, bytes, storedBytes, filesRead, filesUnchanged, leftOut };
}

function sentenceOf({ counts, bytes, storedBytes, filesUnchanged, snapshotIdHex }: BackupReport): string {
  const chats =
    counts.conversations === 0
      ? ''
      : `, ${formatCount(counts.conversations)} conversations with ${formatCount(counts.messages)} messages`;
  const unchanged = filesUnchanged === 0 ? '' : ` ${formatCount(filesUnchanged)} files had not changed.`;
  return (
    `Backed up ${formatCount(counts.files)} files (${formatBytes(bytes)})${chats}; ${formatBytes(storedBytes)} were stored.` +
    `${unchanged} Snapshot ${snapshotIdHex.slice(0, 8)}.`
  );
}

/** A store inside a source would be backed up into itself. */
async function requireStoreOutside({ store, sources }: BackupRequest): Promise<void> {
  if (!store.startsWith('file:')) return;
  const rest = store.slice('file:'.length);
  const folder = await settled(rest.startsWith('//') ? fileURLToPath(store) : rest);
  for (const source of sources) {
    if (!(folder + sep).startsWith((await settled(source)) + sep)) continue;
    throw new UsageError('The store lies inside what is to be backed up. Nothing was done; put the store elsewhere.');
  }
}

async function settled(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}
