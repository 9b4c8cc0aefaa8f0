import {
  chunkIdBytes,
  drawGearTable,
  objectIdHex,
  type ConversationItem,
  type IndexedPack,
  type SnapshotCounts,
  type SnapshotItem,
} from '@coffer/backup-format';
import { deriveChunkIdKey, deriveGearTableKey, deriveSealingKey } from '@coffer/device-crypto';

import { ChunkTable } from '../chunk-table';
import type { RunOptions, WarningEvent } from '../events';
import { stopped, throwIfStopped } from '../guard';
import { Progress } from '../progress';
import type { Repository } from '../repository';
import { mostChunksOf, readBase, type BackupBase } from './backup-base';
import type { CachedFile, FileCache } from './file-cache';
import { finishBackup } from './finish-backup';
import { findKeptItems, type KeptItems } from './kept-items';
import { PackStore } from './pack-store';
import { PreviousItems } from './previous-items';
import { scanSources, type Scan, type ScannedEntry } from './scan-sources';
import type { BackupSetup, ChatsRead, FileRead, SealedPackMessage } from './worker-messages';
import { defaultWorkers, WorkerPool, type PoolWorker, type StartWorker } from './worker-pool';

export interface BackupOptions extends RunOptions {
  /** Starts a worker thread whose entry calls `serveEngineWorker`. */
  readonly startWorker: StartWorker;
  /** Threads at most; one for each processor unless told, and no more than 4. */
  readonly workers?: number;
  /** Name of this device, for the list of snapshots. */
  readonly deviceName?: string;
  /** What is known of unchanged files; every file is read without it. */
  readonly cache?: FileCache;
  /** Reads every file, whatever the cache says. */
  readonly isRescan?: boolean;
  /** Leaves out what it says true to, with everything below. */
  readonly isExcluded?: (itemPath: string) => boolean;
  /** Sources of the current snapshot, by name, that the new one carries over without reading them. None unless told. */
  readonly keeps?: (source: string) => boolean;
}

/** What a backup did. */
export interface BackupReport {
  /** 32 lower-case hexadecimal digits. */
  readonly snapshotIdHex: string;
  readonly generation: number;
  readonly createdAtMs: number;
  readonly counts: SnapshotCounts;
  /** Sum of the sizes of all files in the snapshot. */
  readonly bytes: number;
  /** Sealed bytes that this run put into the store. */
  readonly storedBytes: number;
  /** Files whose content was read, and files known to be unchanged. */
  readonly filesRead: number;
  readonly filesUnchanged: number;
  /** Files, folders and links that could not be read and are not in the snapshot. */
  readonly leftOut: number;
  /** Packs of an interrupted run that were used again. */
  readonly packsAdopted: number;
}

const batchBytes = 32 * 1024 * 1024;
const batchFiles = 256;
/** A file that was changed so shortly before it was read may change again without a trace in its times. */
const settledMs = 2000;
const bytesPerChunkGuess = 32 * 1024;

/**
 * Backs up files and folders, and the conversations in them. Interrupted anywhere, what is stored stays, and the next run goes
 * on from there.
 *
 * @param paths - files and folders
 * @throws BackupEngineError `source-unreadable`, `stopped`, `head-changed`, `missing-object`, `worker-failed`; ObjectStoreError
 */
export async function backUp(
  repository: Repository,
  paths: readonly string[],
  options: BackupOptions,
): Promise<BackupReport> {
  const run = new BackupRun(repository, options);
  try {
    return await run.start(paths);
  } catch (error) {
    if (options.signal?.aborted === true) throw stopped();
    throw error;
  }
}

interface Read {
  readonly entry: ScannedEntry;
  readonly read: Extract<FileRead, { status: 'read' }>;
}

class BackupRun {
  readonly #progress: Progress;
  readonly #failure = Promise.withResolvers<never>();
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #items: SnapshotItem[] = [];
  readonly #conversations = new Map<string, readonly ConversationItem[]>();
  readonly #chats = new Map<string, ChatsRead>();
  readonly #cached = new Map<string, CachedFile>();
  #packs: PackStore | undefined;
  #leftOut = 0;
  #filesRead = 0;
  #filesUnchanged = 0;

  constructor(
    private readonly repository: Repository,
    private readonly options: BackupOptions,
  ) {
    this.#progress = new Progress('scan', options.onEvent);
    const signals = options.signal === undefined ? [] : [options.signal];
    this.#signal = AbortSignal.any([this.#stop.signal, ...signals]);
    this.#signal.addEventListener('abort', () => this.#failure.reject(stopped()), { once: true });
    this.#failure.promise.catch(() => undefined);
  }

  async start(paths: readonly string[]): Promise<BackupReport> {
    throwIfStopped(this.#signal);
    const startedMs = this.repository.access.clock.nowMs();
    const { isExcluded } = this.options;
    const onWarning = (warning: Omit<WarningEvent, 'type'>): void => this.#warn(warning);
    const scan = await scanSources(paths, { signal: this.#signal, onWarning, isExcluded });
    this.#progress.bytesTotal = scan.bytes;
    this.#progress.filesTotal = scan.entries.filter((entry) => entry.kind === 'file').length;
    this.#progress.enter('backup');
    const base = await readBase(this.repository);
    const kept = await findKeptItems(this.repository, base.current, this.options.keeps, scan);
    const known = [...base.present, ...base.adopted];
    const epoch = this.repository.access.keyring.epochs.at(-1)!.epoch;
    const guess = mostChunksOf(known) + 2 * (scan.entries.length + Math.ceil(scan.bytes / bytesPerChunkGuess));
    const table = ChunkTable.allocate(guess, true);
    const packs = new PackStore(this.repository.access, epoch, table, this.#signal);
    this.#packs = packs;
    await packs.addKnown(known);
    const toRead = await this.#reuse(scan, packs, startedMs);
    await this.#readAll(toRead, table, packs, startedMs);
    this.#progress.enter('finish');
    return this.#finish(scan, kept, base, packs, known.length);
  }

  /** Takes over what has not changed. @returns what must be read, the largest first */
  async #reuse(scan: Scan, packs: PackStore, startedMs: number): Promise<readonly ScannedEntry[]> {
    const { cache, isRescan = false } = this.options;
    const previous = cache === undefined || isRescan ? undefined : await PreviousItems.load(this.repository, cache);
    const toRead: ScannedEntry[] = [];
    for (const entry of scan.entries) {
      if (entry.kind !== 'file') {
        this.#items.push(itemOf(entry));
        continue;
      }
      const reused = previous?.find(entry, packs);
      if (reused === undefined) {
        toRead.push(entry);
        continue;
      }
      this.#items.push(reused.item);
      this.#conversations.set(entry.itemPath, reused.conversations);
      this.#remember(entry, entry, startedMs);
      this.#filesUnchanged += 1;
      this.#progress.add(entry.sizeBytes, 1);
    }
    return toRead.sort((left, right) => Number(right.sizeBytes >= batchBytes) - Number(left.sizeBytes >= batchBytes));
  }

  async #readAll(
    toRead: readonly ScannedEntry[],
    table: ChunkTable,
    packs: PackStore,
    startedMs: number,
  ): Promise<void> {
    if (toRead.length === 0) return;
    const batches = batchesOf(toRead);
    const count = Math.min(this.options.workers ?? defaultWorkers, batches.length + 1);
    const pool = new WorkerPool(this.options.startWorker, count, {
      onPack: (pack, worker) => this.#store(pack, worker, packs),
      onProgress: (bytes, files) => this.#progress.add(bytes, files),
    });
    try {
      const work = async (): Promise<void> => {
        await pool.onAll((worker) => worker.call('setUp', this.#setup(table)));
        await Promise.all(batches.map((batch) => this.#readBatch(pool, batch, startedMs)));
        await pool.onAll((worker) => worker.call('flush', null));
        await packs.settled();
      };
      await Promise.race([work(), this.#failure.promise]);
    } catch (error) {
      this.#stop.abort();
      throw error;
    } finally {
      await pool.stop();
    }
    this.#placeConversations(packs);
  }

  #setup(table: ChunkTable): BackupSetup {
    const { keyring, repositoryId } = this.repository.access;
    const { epoch, key } = keyring.epochs.at(-1)!;
    return {
      repositoryId,
      epoch,
      packKey: deriveSealingKey(key, 'pack'),
      chunkIdKey: deriveChunkIdKey(keyring.repositorySecret),
      gearTable: drawGearTable(deriveGearTableKey(keyring.repositorySecret)),
      table: table.memory,
    };
  }

  #store(pack: SealedPackMessage, worker: PoolWorker, packs: PackStore): void {
    packs.store(pack).then(
      () => {
        this.#progress.storedBytes = packs.storedBytes;
        worker.stored();
      },
      (error: unknown) => this.#failure.reject(error),
    );
  }

  async #readBatch(pool: WorkerPool, batch: readonly ScannedEntry[], startedMs: number): Promise<void> {
    const files = batch.map(({ path }) => ({ path }));
    const results = await pool.run((worker) => worker.call('readFiles', files));
    const chats: Promise<void>[] = [];
    for (const [at, read] of results.entries()) {
      const entry = batch[at]!;
      if (read.status === 'unreadable') {
        const message = `could not be read (${read.systemCode}), and was left out`;
        this.#warn({ code: 'unreadable', path: entry.path, message });
        continue;
      }
      this.#take({ entry, read }, startedMs);
      if (read.mayHoldChats) chats.push(this.#readChats(pool, entry));
    }
    await Promise.all(chats);
  }

  #take({ entry, read }: Read, startedMs: number): void {
    const { mode, mtimeMs, sizeBytes, chunkIds } = read;
    this.#items.push({ kind: 'file', path: entry.itemPath, mode, mtimeMs, sizeBytes, chunkIds });
    this.#filesRead += 1;
    if (!read.isChanged) {
      this.#remember(entry, read, startedMs);
      return;
    }
    const message =
      'changed while it was read: what is stored may be a mixture; back up again when nothing writes to it';
    this.#warn({ code: 'changed-while-read', path: entry.path, message });
  }

  async #readChats(pool: WorkerPool, entry: ScannedEntry): Promise<void> {
    const chats = await pool.run((worker) => worker.call('readChats', entry.path), 'first');
    if (chats === null) return;
    this.#chats.set(entry.itemPath, chats);
    if (chats.failure === undefined) return;
    const isNone = chats.conversations.length === 0;
    const what = isNone ? 'could not be read' : 'were read in part only';
    this.#warn({
      code: isNone ? 'chats-unreadable' : 'chats-partly-read',
      path: entry.path,
      message: `its conversations ${what} (${chats.failure}); the file itself is in the backup`,
    });
  }

  /** Gives every new segment its place, now that all packs are stored. */
  #placeConversations(packs: PackStore): void {
    for (const [source, { format, conversations }] of this.#chats) {
      const placed = conversations.map(({ conversation, segments }): ConversationItem => {
        const firsts = segments.flatMap(({ firstMs }) => (firstMs === null ? [] : [firstMs]));
        const lasts = segments.flatMap(({ lastMs }) => (lastMs === null ? [] : [lastMs]));
        return {
          conversation,
          source,
          format,
          messages: segments.reduce((sum, segment) => sum + segment.messages, 0),
          firstMs: firsts.length === 0 ? null : firsts.reduce((least, at) => Math.min(least, at)),
          lastMs: lasts.length === 0 ? null : lasts.reduce((most, at) => Math.max(most, at)),
          segments: segments.map(({ messages, firstMs, lastMs, partIds }) => ({
            messages,
            firstMs,
            lastMs,
            parts: partsOf(partIds, packs),
          })),
        };
      });
      this.#conversations.set(source, placed);
    }
  }

  async #finish(
    scan: Scan,
    kept: KeptItems,
    base: BackupBase,
    packs: PackStore,
    knownPacks: number,
  ): Promise<BackupReport> {
    throwIfStopped(this.options.signal);
    const read = scan.entries.flatMap((entry) => this.#conversations.get(entry.itemPath) ?? []);
    const items = [...this.#items, ...kept.items];
    const conversations = [...read, ...kept.conversations];
    const finished = {
      items,
      conversations,
      sources: [...scan.sources, ...kept.sources],
      device: this.options.deviceName ?? '',
      needed: neededPacks(items, conversations, packs),
      unindexed: [...base.adopted, ...packs.packs.slice(knownPacks)],
    };
    const signal = this.options.signal ?? new AbortController().signal;
    const { summary, storedBytes } = await finishBackup(this.repository, base, finished, signal);
    const snapshotIdHex = objectIdHex(summary.id);
    await this.options.cache?.save({ snapshotIdHex, files: this.#cached });
    this.#progress.storedBytes = packs.storedBytes + storedBytes;
    this.#progress.tell(true);
    return {
      snapshotIdHex,
      generation: summary.generation,
      createdAtMs: summary.createdAtMs,
      counts: summary.counts,
      bytes: summary.bytes,
      storedBytes: packs.storedBytes + storedBytes,
      filesRead: this.#filesRead,
      filesUnchanged: this.#filesUnchanged,
      leftOut: this.#leftOut,
      packsAdopted: base.adopted.length,
    };
  }

  #remember(
    entry: ScannedEntry,
    seen: { readonly sizeBytes: number; readonly mtimeMs: number; readonly mtimeNs: string; readonly inode: string },
    startedMs: number,
  ): void {
    if (seen.mtimeMs > startedMs - settledMs) return;
    const { itemPath } = entry;
    const { sizeBytes, mtimeNs, inode } = seen;
    this.#cached.set(entry.path, { itemPath, sizeBytes, mtimeNs, inode });
  }

  #warn(warning: Omit<WarningEvent, 'type'>): void {
    if (warning.code === 'unreadable') this.#leftOut += 1;
    this.options.onEvent?.({ type: 'warning', ...warning });
  }
}

function itemOf(entry: ScannedEntry): SnapshotItem {
  const { itemPath: path, mode, mtimeMs, target } = entry;
  return entry.kind === 'link' ? { kind: 'link', path, mtimeMs, target } : { kind: 'folder', path, mode, mtimeMs };
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

function partsOf(partIds: Uint8Array, packs: PackStore): ReturnType<PackStore['segmentPart']>[] {
  const count = partIds.length / chunkIdBytes;
  return Array.from({ length: count }, (_, part) => packs.segmentPart(partIds, part * chunkIdBytes));
}

function neededPacks(
  items: readonly SnapshotItem[],
  conversations: readonly ConversationItem[],
  packs: PackStore,
): ReadonlySet<IndexedPack> {
  const needed = new Set<IndexedPack>();
  const need = (ids: Uint8Array, at: number): void => {
    const place = packs.place(ids, at);
    if (place !== undefined) needed.add(packs.packs[place.pack]!);
  };
  for (const item of items) {
    if (item.kind !== 'file') continue;
    for (let at = 0; at < item.chunkIds.length; at += chunkIdBytes) need(item.chunkIds, at);
  }
  for (const { segments } of conversations) {
    for (const { parts } of segments) for (const part of parts) need(part.id, 0);
  }
  return needed;
}
