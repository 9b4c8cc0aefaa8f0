import { chunkIdBytes, drawGearTable, type FileItem } from '@coffer/backup-format';
import { deriveChunkIdKey, deriveGearTableKey, deriveSealingKey } from '@coffer/device-crypto';

import type { ChunkTable } from '../chunk-table';
import type { WarningEvent } from '../events';
import { stopped } from '../guard';
import type { Progress } from '../progress';
import type { RepositoryAccess } from '../repository-access';
import { PackMemory } from '../workers/pack-memory';
import { claimAll } from './pack-sink';
import type { PackStore } from './pack-store';
import type { ScannedEntry } from './scan';
import type { BackupSetup, ChatsRead, FileRead, SealedPackMessage } from '../workers/worker-messages';
import { WorkerPool } from '../workers/worker-pool';
import type { EngineWorkers } from '../workers/worker-thread';

/** What reading reports to. */
export interface SourceListener {
  onFile(entry: ScannedEntry, read: Extract<FileRead, { status: 'read' }>, item: FileItem): void;
  onChats(entry: ScannedEntry, chats: ChatsRead): void;
  onWarning(warning: Omit<WarningEvent, 'type'>): void;
}

/** What reading needs. */
export interface SourceReading {
  readonly access: RepositoryAccess;
  readonly table: ChunkTable;
  readonly packs: PackStore;
  readonly progress: Progress;
  readonly workers: EngineWorkers;
  /** Also ends what is under way in `packs`. */
  readonly stop: AbortController;
}

const batchBytes = 32 * 1024 * 1024;
const batchFiles = 256;

/** Whether a file is a batch of its own; those are read first, so that no thread is left with one at the end. */
export function isLargeFile({ sizeBytes }: ScannedEntry): boolean {
  return sizeBytes >= batchBytes;
}

/**
 * Reads files and the conversations in them on workers, and stores the packs that come of it.
 *
 * @throws BackupEngineError `stopped`, `worker-failed`; ObjectStoreError
 */
export async function readSources(
  entries: readonly ScannedEntry[],
  reading: SourceReading,
  listener: SourceListener,
): Promise<void> {
  if (entries.length === 0) return;
  const batches = batchesOf(entries);
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  const { packs, progress, stop } = reading;
  stop.signal.addEventListener('abort', () => failure.reject(stopped()), { once: true });
  const count = Math.min(reading.workers.workers, batches.length + 1);
  // One piece more than there are workers: while a pack is on its way to the store, its worker fills the next one.
  const memory = new PackMemory(count + 1);
  const pool = new WorkerPool(reading.workers.startWorker, count, {
    onPack: (pack, worker) => {
      void memory.take().then((next) => worker.goOn(next));
      storePack(pack, memory, reading, failure.reject);
    },
    onProgress: (bytes, files) => progress.add(bytes, files),
    onClaim: (ids) => claimAll(reading.table, ids, 0, ids.length / chunkIdBytes),
  });
  const work = async (): Promise<void> => {
    await pool.onAll(async (worker) => {
      const lent = { memory: await memory.take() };
      await worker.call('setUp', { ...setupOf(reading), memory: lent.memory }, lent);
    });
    await Promise.all(batches.map((batch) => readBatch(pool, batch, listener)));
    await pool.onAll((worker) => worker.call('flush', null));
    await packs.settled();
  };
  try {
    await Promise.race([work(), failure.promise]);
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    await pool.stop();
  }
}

function storePack(
  pack: SealedPackMessage,
  memory: PackMemory,
  { packs, progress }: SourceReading,
  fail: (error: unknown) => void,
): void {
  packs.store(pack).then(() => {
    progress.storedBytes = packs.storedBytes;
    memory.give(pack.sealed.buffer);
  }, fail);
}

async function readBatch(pool: WorkerPool, batch: readonly ScannedEntry[], listener: SourceListener): Promise<void> {
  const files = batch.map(({ path, blob }) => ({ path, blob }));
  const results = await pool.run((worker) => worker.call('readFiles', files));
  const chats: Promise<void>[] = [];
  for (const [at, read] of results.entries()) {
    const entry = batch[at]!;
    if (read.status === 'unreadable') {
      const message = `could not be read (${read.systemCode}), and was left out`;
      listener.onWarning({ code: 'unreadable', path: entry.path, message });
      continue;
    }
    takeFile(entry, read, listener);
    if (read.mayHoldChats) chats.push(readChats(pool, entry, listener));
  }
  await Promise.all(chats);
}

function takeFile(entry: ScannedEntry, read: Extract<FileRead, { status: 'read' }>, listener: SourceListener): void {
  const { mode, mtimeMs, sizeBytes, chunkIds } = read;
  listener.onFile(entry, read, { kind: 'file', path: entry.itemPath, mode, mtimeMs, sizeBytes, chunkIds });
  if (!read.isChanged) return;
  const message = 'changed while it was read: what is stored may be a mixture; back up again when nothing writes to it';
  listener.onWarning({ code: 'changed-while-read', path: entry.path, message });
}

async function readChats(pool: WorkerPool, entry: ScannedEntry, listener: SourceListener): Promise<void> {
  const chats = await pool.run((worker) => worker.call('readChats', { path: entry.path, blob: entry.blob }), 'first');
  if (chats === null) return;
  listener.onChats(entry, chats);
  if (chats.failure === undefined) return;
  const isNone = chats.count === 0;
  const what = isNone ? 'could not be read' : 'were read in part only';
  const message = `its conversations ${what} (${chats.failure}); the file itself is in the backup`;
  listener.onWarning({ code: isNone ? 'chats-unreadable' : 'chats-partly-read', path: entry.path, message });
}

function setupOf({ access, table }: SourceReading): Omit<BackupSetup, 'memory'> {
  const { keyring, repositoryId } = access;
  const { epoch, key } = keyring.epochs.at(-1)!;
  return {
    repositoryId,
    epoch,
    packKey: deriveSealingKey(key, 'pack'),
    chunkIdKey: deriveChunkIdKey(keyring.repositorySecret),
    gearTable: drawGearTable(deriveGearTableKey(keyring.repositorySecret)),
    table: table.isShared ? table.memory : undefined,
  };
}

/** Large files alone, small ones together: a call to a worker should be worth its way. */
function batchesOf(entries: readonly ScannedEntry[]): readonly (readonly ScannedEntry[])[] {
  const batches: ScannedEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const batch = batches.at(-1);
    if (batch === undefined || bytes + entry.sizeBytes > batchBytes || batch.length >= batchFiles) {
      batches.push([entry]);
      bytes = entry.sizeBytes;
    } else {
      batch.push(entry);
      bytes += entry.sizeBytes;
    }
  }
  return batches;
}
