import { objectIdHex, type FileItem, type SnapshotItem, type StoredConversation } from '@coffer/backup-format';
import { CofferError } from '@coffer/foundation';
import { ObjectStoreError } from '@coffer/object-store';

import { ChunkTable } from '../chunk-table';
import { BackupEngineError } from '../errors';
import type { WarningEvent } from '../events';
import { stopped, throwIfStopped } from '../guard';
import { Progress } from '../progress';
import type { Repository } from '../repository';
import { mostChunksOf, readBase, type BackupBase } from './backup-base';
import type { BackupReport, BackupRunOptions } from './backup-options';
import type { CachedFile } from './file-cache';
import { finishBackup, type FinishItems } from './finish-backup';
import { guessChunks } from './guess-chunks';
import { findKeptItems } from './kept-items';
import { PackStore } from './pack-store';
import { neededPacks, placeConversations } from './place-conversations';
import { systemCodeOf } from '../workers/portable-error';
import { PreviousItems } from './previous-items';
import type { Scan, ScannedEntry, ScanSources } from './scan';
import { isLargeFile, readSources } from './source-reader';
import type { ChatsRead } from '../workers/worker-messages';
import { canShareMemory } from '../workers/worker-thread';

/** A file that was changed so shortly before it was read may change again without a trace in its times. */
const settledMs = 2000;

/**
 * Backs up what a scan finds, and the conversations in it. Interrupted anywhere, what is stored stays, and the next run goes
 * on from there.
 *
 * @param scan - begins anew with each attempt
 * @throws BackupEngineError `source-unreadable`, `stopped`, `head-changed`, `missing-object`, `worker-failed`, `key-rotated` also
 *   where another device replaces the key while it runs; ObjectStoreError
 */
export async function runBackup(
  repository: Repository,
  scan: ScanSources,
  options: BackupRunOptions,
): Promise<BackupReport> {
  for (let attempt = 1; ; attempt++) {
    const run = new BackupRun(repository, options);
    try {
      return await run.start(scan);
    } catch (error) {
      if (options.signal?.aborted === true) throw stopped();
      if (isDenied(error)) await refuseRotated(repository);
      if (attempt === mostAttempts || !isGone(error) || !(await run.hasHeadMoved())) throw storeFull(error);
    } finally {
      run.end();
    }
    const message =
      'was pruned, of things that this backup builds on, or may be soon: it begins again, and stores what is missing';
    options.onEvent?.({ type: 'warning', code: 'pruned-meanwhile', path: 'The repository', message });
  }
}

/** How often others may come in between before a backup gives up. */
const mostAttempts = 3;

function isGone(error: unknown): boolean {
  return error instanceof BackupEngineError && error.code === 'missing-object';
}

/** What a vault answers to whatever a key signed that is no longer in force: for grants, or for the head. */
function isDenied(error: unknown): boolean {
  return error instanceof CofferError && (error.code === 'access-denied' || error.code === 'wrong-owner-generation');
}

/** Whoever is denied access because the key was replaced meanwhile is told that, for it says what to do. @throws BackupEngineError `key-rotated` */
async function refuseRotated(repository: Repository): Promise<void> {
  try {
    await repository.head();
  } catch (reason) {
    if (reason instanceof BackupEngineError && reason.code === 'key-rotated') throw reason;
  }
}

const lostPruneList = {
  code: 'prune-list-lost',
  path: 'The list of what prune marked',
  message: 'is lost or damaged; no backup is lost by that. What the newest backup does not need is stored again',
} as const;

/** What the cache compares. */
type Seen = Pick<ScannedEntry, 'sizeBytes' | 'mtimeMs' | 'mtimeNs' | 'inode'>;

class BackupRun {
  readonly #progress: Progress;
  readonly #stop = new AbortController();
  readonly #onAbort = (): void => this.#stop.abort();
  readonly #items: SnapshotItem[] = [];
  readonly #conversations = new Map<string, Iterable<StoredConversation>>();
  readonly #chats = new Map<string, ChatsRead>();
  readonly #cached = new Map<string, CachedFile>();
  readonly #startedMs: number;
  /** Of the head that the run builds on; undefined before it has looked, null where there is none. */
  #generation: number | null | undefined;
  #leftOut = 0;
  #filesRead = 0;
  #filesUnchanged = 0;

  constructor(
    private readonly repository: Repository,
    private readonly options: BackupRunOptions,
  ) {
    this.#progress = new Progress('scan', options.onEvent);
    this.#startedMs = repository.access.clock.nowMs();
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  end(): void {
    this.options.signal?.removeEventListener('abort', this.#onAbort);
  }

  /**
   * Whether another head is current than the one that this run builds on: then another attempt may do. Prune may have let go of what it
   * builds on; so may a mere backup, of packs that are marked and were kept for the snapshot that was the newest one.
   */
  async hasHeadMoved(): Promise<boolean> {
    const current = await this.repository.head();
    return this.#generation !== undefined && (current?.head.generation ?? null) !== this.#generation;
  }

  async start(scanSources: ScanSources): Promise<BackupReport> {
    throwIfStopped(this.options.signal);
    const { isExcluded, signal } = this.options;
    const scan = await scanSources({ signal, onWarning: (warning) => this.#warn(warning), isExcluded });
    this.#progress.bytesTotal = scan.bytes;
    this.#progress.filesTotal = scan.entries.filter((entry) => entry.kind === 'file').length;
    this.#progress.enter('backup');
    const { access } = this.repository;
    const base = await readBase(this.repository, this.options.distrusted);
    this.#generation = base.current?.head.generation ?? null;
    if (base.isPruneListLost) this.#warn(lostPruneList);
    const known = [...base.present, ...base.adopted];
    const previous = await this.#previous(base);
    const chunks = mostChunksOf([...base.packs, ...base.adopted]) + newChunks(scan, previous);
    const { isMemoryShared = canShareMemory() } = this.options;
    const table = ChunkTable.allocate(chunks, isMemoryShared);
    const packs = new PackStore(access, access.keyring.epochs.at(-1)!.epoch, table, this.#stop.signal);
    await packs.addKnown(known);
    const toRead = this.#reuse(scan, previous, packs);
    const reading = { access, table, packs, progress: this.#progress, workers: this.options, stop: this.#stop };
    await readSources(toRead, reading, {
      onFile: (entry, read, item) => this.#take(entry, read, item, read.isChanged),
      onChats: (entry, chats) => this.#chats.set(entry.itemPath, chats),
      onWarning: (warning) => this.#warn(warning),
    });
    for (const [source, chats] of this.#chats) {
      this.#conversations.set(source, placeConversations(source, chats, packs));
    }
    this.#progress.enter('finish');
    return this.#finish(scan, base, packs, known.length);
  }

  async #previous({ snapshot }: BackupBase): Promise<PreviousItems | undefined> {
    const { cache, isRescan = false } = this.options;
    return cache === undefined || isRescan ? undefined : PreviousItems.load(this.repository, cache, snapshot);
  }

  /** Takes over what has not changed. @returns what must be read, the largest first */
  #reuse(scan: Scan, previous: PreviousItems | undefined, packs: PackStore): readonly ScannedEntry[] {
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
      this.#remember(entry, entry);
      this.#filesUnchanged += 1;
      this.#progress.add(entry.sizeBytes, 1);
    }
    return toRead.sort((left, right) => Number(isLargeFile(right)) - Number(isLargeFile(left)));
  }

  #take(entry: ScannedEntry, seen: Seen, item: FileItem, isChanged: boolean): void {
    this.#items.push(item);
    this.#filesRead += 1;
    if (!isChanged) this.#remember(entry, seen);
  }

  async #finish(scan: Scan, base: BackupBase, packs: PackStore, knownPacks: number): Promise<BackupReport> {
    throwIfStopped(this.options.signal);
    const read = inOrderOf(scan, this.#conversations);
    const needed = neededPacks(this.#items, read, packs);
    // What is kept is kept from the head that this snapshot follows in the end, which may be another device's; the indexes of
    // that head name its packs. A part of it that is lost must not keep what is new from being stored: verify tells of it.
    const finish: FinishItems = async ({ snapshot }) => {
      const kept = await findKeptItems(snapshot, this.options.keeps, scan);
      return {
        items: [...this.#items, ...kept.items],
        conversations: joined([read, kept.conversations]),
        sources: [...scan.sources, ...kept.sources],
        device: this.options.deviceName ?? '',
        needed,
        own: packs.packs.slice(knownPacks),
        adopted: base.adopted,
      };
    };
    const { summary, storedBytes } = await finishBackup(this.repository, base, finish, this.#stop.signal);
    const snapshotIdHex = objectIdHex(summary.id);
    await this.#saveCache(snapshotIdHex);
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

  /** The backup is made: a full disk of this device does not unmake it. */
  async #saveCache(snapshotIdHex: string): Promise<void> {
    try {
      await this.options.cache?.save({ snapshotIdHex, files: this.#cached });
    } catch (error) {
      const code = systemCodeOf(error);
      if (code === undefined) throw error;
      const message = `this device could not note which files it holds (${code}); the next backup reads them all again`;
      this.#warn({ code: 'cache-not-saved', path: 'The backup is made, but', message });
    }
  }

  #remember({ path, itemPath }: ScannedEntry, { sizeBytes, mtimeMs, mtimeNs, inode }: Seen): void {
    if (mtimeMs <= this.#startedMs - settledMs) this.#cached.set(path, { itemPath, sizeBytes, mtimeNs, inode });
  }

  #warn(warning: Omit<WarningEvent, 'type'>): void {
    if (warning.code === 'unreadable') this.#leftOut += 1;
    this.options.onEvent?.({ type: 'warning', ...warning });
  }
}

function newChunks({ entries }: Scan, previous: PreviousItems | undefined): number {
  return guessChunks(entries.filter((entry) => entry.kind === 'file' && previous?.looksUnchanged(entry) !== true));
}

function inOrderOf(
  { entries }: Scan,
  conversations: ReadonlyMap<string, Iterable<StoredConversation>>,
): Iterable<StoredConversation> {
  return joined(entries.map(({ itemPath }) => conversations.get(itemPath)).filter((each) => each !== undefined));
}

/** One list after the other, as often as somebody goes through them: together they are never in memory. */
function joined<T>(lists: readonly Iterable<T>[]): Iterable<T> {
  return {
    *[Symbol.iterator]() {
      for (const list of lists) yield* list;
    },
  };
}

/** A full store with what is safe and what to do; everything else as it is. */
function storeFull(error: unknown): unknown {
  if (!(error instanceof ObjectStoreError) || error.code !== 'store-full') return error;
  const message =
    'the store is full. The backups in it are untouched, and what this run has stored is used again; make room in it, then run ' +
    'the same command again';
  return new ObjectStoreError('store-full', message, { cause: error, fields: error.fields });
}

function itemOf(entry: ScannedEntry): SnapshotItem {
  const { itemPath: path, mode, mtimeMs, target } = entry;
  return entry.kind === 'link' ? { kind: 'link', path, mtimeMs, target } : { kind: 'folder', path, mode, mtimeMs };
}
