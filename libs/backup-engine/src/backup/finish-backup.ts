import {
  digestSection,
  encodeConversationItems,
  encodeFileItems,
  mergeIndexesPast,
  objectIdBytes,
  type ConversationItem,
  type IndexedPack,
  type IndexPlace,
  type SnapshotCounts,
  type SnapshotItem,
  type SnapshotSource,
  type SnapshotSummary,
} from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { fromHex } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import { rememberHead } from '../heads';
import { listPacks, packPath } from '../pack-list';
import { putIndexes, putSnapshot } from '../put-sealed';
import type { Repository } from '../repository';
import { packKey, readHeadState, type HeadState } from './backup-base';

/** What a run has read and stored, ready to become a snapshot. */
export interface FinishedItems {
  readonly items: readonly SnapshotItem[];
  /** Gone through more than once, with the same items each time. */
  readonly conversations: Iterable<ConversationItem>;
  readonly sources: readonly SnapshotSource[];
  readonly device: string;
  /** Packs that hold chunks of the items. */
  readonly needed: ReadonlySet<IndexedPack>;
  /** Packs that this run stored. */
  readonly own: readonly IndexedPack[];
  /** Packs of an interrupted run, which no valid index names yet either. */
  readonly adopted: readonly IndexedPack[];
}

/** Makes the items of a snapshot that follows a head; asked again where another device replaced it. */
export type FinishItems = (state: HeadState) => Promise<FinishedItems>;

/** The snapshot that became current. */
export interface WrittenSnapshot {
  readonly summary: SnapshotSummary;
  readonly storedBytes: number;
}

const mostAttempts = 8;

/**
 * Writes index, snapshot and head, in this order. Where another device was quicker, builds on its head instead
 * (docs/format/v1.md, "Order").
 *
 * @throws BackupEngineError `missing-object` where a needed pack vanished or is about to, `head-changed` after eight attempts
 */
export async function finishBackup(
  repository: Repository,
  base: HeadState,
  finish: FinishItems,
  signal: AbortSignal,
): Promise<WrittenSnapshot> {
  const writer = new SnapshotWriter(repository, signal);
  let state = base;
  for (let attempt = 1; ; attempt++) {
    const written = await writer.write(state, await finish(state));
    try {
      await repository.access.headKeeper.replace(written.head.signed, state.current);
    } catch (error) {
      if (!(error instanceof BackupEngineError) || error.code !== 'head-changed') throw error;
      const { current } = state;
      state = await readHeadState(repository);
      if (pruneGenerationOf(state.current) !== pruneGenerationOf(current)) writer.forgetIndexes();
      // The answer to our own swap may have been lost on its way.
      const isOurs = state.current?.head.snapshotId === written.head.head.snapshotId;
      if (!isOurs && attempt < mostAttempts) continue;
      if (!isOurs) throw error;
    }
    await rememberHead(repository.access, written.head);
    return { summary: written.summary, storedBytes: writer.storedBytes };
  }
}

function pruneGenerationOf(current: CurrentHead | undefined): number {
  return current?.head.pruneGeneration ?? 0;
}

class SnapshotWriter {
  storedBytes = 0;
  #ownIndexes: IndexPlace[] = [];
  readonly #ownPacks = new Set<string>();

  constructor(
    private readonly repository: Repository,
    private readonly signal: AbortSignal,
  ) {}

  /** Prune may have marked or deleted the indexes that this run wrote, since no head names them yet: they are written again. */
  forgetIndexes(): void {
    this.#ownIndexes = [];
    this.#ownPacks.clear();
  }

  async write(
    state: HeadState,
    finished: FinishedItems,
  ): Promise<{ readonly head: CurrentHead; readonly summary: SnapshotSummary }> {
    const indexes = await this.#indexes(state, finished);
    await this.#confirmPacks(state, finished);
    const { current } = state;
    const { access } = this.repository;
    const { items, conversations, sources, device } = finished;
    const files = encodeFileItems(items);
    const chats = (await state.snapshot?.sectionOf(conversations)) ?? encodeConversationItems(conversations);
    const summary: SnapshotSummary = {
      id: randomBytes(objectIdBytes),
      generation: (current?.head.generation ?? 0) + 1,
      parent: current === undefined ? null : fromHex(current.head.snapshotId),
      createdAtMs: access.clock.nowMs(),
      device,
      sources,
      counts: countItems(items, conversations),
      bytes: items.reduce((sum, item) => sum + (item.kind === 'file' ? item.sizeBytes : 0), 0),
      indexes,
      conversations: digestSection(chats, await access.platform.sha256(chats)),
      files: digestSection(files, await access.platform.sha256(files)),
    };
    const written = await putSnapshot(access, current, { summary, conversations: chats, files }, this.signal);
    this.storedBytes += written.storedBytes;
    return { head: written.head, summary };
  }

  /**
   * The indexes of the state, and own ones for every pack that the items need and the state does not name. One index takes the
   * place of all where there are too many, or where one names a pack that is gone or going: a reader would look there for a chunk
   * that lies elsewhere.
   */
  async #indexes(state: HeadState, { needed, own, adopted }: FinishedItems): Promise<readonly IndexPlace[]> {
    const wanted = [...needed, ...adopted, ...own];
    const stays = state.packs.filter((pack) => !state.isPruned(packPath(pack)));
    const packs = new Map([...stays, ...wanted].map((pack) => [packKey(pack), pack]));
    if (stays.length < state.packs.length) return this.#writeIndexes([...packs.values()]);
    await this.#writeOwnIndexes(state, wanted);
    const all = [...state.indexes, ...this.#ownIndexes];
    if (all.length <= mergeIndexesPast) return all;
    const sizes = await listPacks(this.repository.access);
    return this.#writeIndexes([...packs.values()].filter((pack) => sizes.get(packPath(pack)) === pack.sealedBytes));
  }

  async #writeOwnIndexes(state: HeadState, wanted: readonly IndexedPack[]): Promise<void> {
    const named = new Set(state.packs.map(packKey));
    const missing = new Map<string, IndexedPack>();
    for (const pack of wanted) {
      const key = packKey(pack);
      if (!named.has(key) && !this.#ownPacks.has(key)) missing.set(key, pack);
    }
    for (const place of await this.#writeIndexes([...missing.values()])) this.#ownIndexes.push(place);
    for (const key of missing.keys()) this.#ownPacks.add(key);
  }

  async #writeIndexes(packs: readonly IndexedPack[]): Promise<readonly IndexPlace[]> {
    const { places, storedBytes } = await putIndexes(this.repository.access, packs, this.signal);
    this.storedBytes += storedBytes;
    return places;
  }

  /** What this run stored may be marked, as nothing named it until now; what it builds on may not. */
  async #confirmPacks(state: HeadState, { needed, own }: FinishedItems): Promise<void> {
    const sizes = await listPacks(this.repository.access);
    const stored = new Set(own);
    for (const pack of needed) {
      const path = packPath(pack);
      const isThere = sizes.get(path) === pack.sealedBytes;
      if (isThere && (stored.has(pack) ? !state.isDoomed(path) : state.isKept(path))) continue;
      throw new BackupEngineError(
        'missing-object',
        `a pack ${isThere ? 'was marked for deletion' : 'vanished from the store'} while the backup ran: ${path}. The backup ` +
          'before is untouched; run it again',
        { fields: { path }, isRetryable: true },
      );
    }
  }
}

function countItems(items: readonly SnapshotItem[], conversations: Iterable<ConversationItem>): SnapshotCounts {
  const count = (kind: SnapshotItem['kind']): number =>
    items.reduce((sum, item) => sum + (item.kind === kind ? 1 : 0), 0);
  const chats = { conversations: 0, messages: 0 };
  for (const { messages } of conversations) {
    chats.conversations += 1;
    chats.messages += messages;
  }
  return { files: count('file'), folders: count('folder'), links: count('link'), ...chats };
}
