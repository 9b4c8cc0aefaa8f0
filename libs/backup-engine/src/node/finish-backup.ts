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
  readonly conversations: readonly ConversationItem[];
  readonly sources: readonly SnapshotSource[];
  readonly device: string;
  /** Packs that hold chunks of the items. */
  readonly needed: ReadonlySet<IndexedPack>;
  /** Packs that no valid index names yet: of this run, and adopted. */
  readonly unindexed: readonly IndexedPack[];
}

/** Makes the items of a snapshot that follows a head; asked again where another device replaced it. */
export type FinishItems = (current: CurrentHead | undefined) => Promise<FinishedItems>;

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
 * @throws BackupEngineError `missing-object` where a needed pack vanished, `head-changed` after eight attempts
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
    const written = await writer.write(state, await finish(state.current));
    try {
      await repository.access.headKeeper.replace(written.head.signed, state.current);
    } catch (error) {
      if (!(error instanceof BackupEngineError) || error.code !== 'head-changed') throw error;
      state = await readHeadState(repository);
      // The answer to our own swap may have been lost on its way.
      const isOurs = state.current?.head.snapshotId === written.head.head.snapshotId;
      if (!isOurs && attempt < mostAttempts) continue;
      if (!isOurs) throw error;
    }
    await rememberHead(repository.access, written.head);
    return { summary: written.summary, storedBytes: writer.storedBytes };
  }
}

class SnapshotWriter {
  storedBytes = 0;
  readonly #ownIndexes: IndexPlace[] = [];
  readonly #ownPacks = new Set<string>();

  constructor(
    private readonly repository: Repository,
    private readonly signal: AbortSignal,
  ) {}

  async write(
    state: HeadState,
    finished: FinishedItems,
  ): Promise<{ readonly head: CurrentHead; readonly summary: SnapshotSummary }> {
    const indexes = await this.#indexes(state, finished);
    await this.#confirmPacks(finished);
    const { current } = state;
    const { access } = this.repository;
    const { items, conversations, sources, device } = finished;
    const files = encodeFileItems(items);
    const chats = encodeConversationItems(conversations);
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
      conversations: digestSection(chats),
      files: digestSection(files),
    };
    const written = await putSnapshot(access, current, { summary, conversations: chats, files }, this.signal);
    this.storedBytes += written.storedBytes;
    return { head: written.head, summary };
  }

  /** The indexes of the state, and own ones for every pack that the items need and the state does not name. */
  async #indexes(state: HeadState, { needed, unindexed }: FinishedItems): Promise<readonly IndexPlace[]> {
    const named = new Set(state.packs.map(packKey));
    const wanted = [...needed, ...unindexed];
    const missing = new Map<string, IndexedPack>();
    for (const pack of wanted) {
      const key = packKey(pack);
      if (!named.has(key) && !this.#ownPacks.has(key)) missing.set(key, pack);
    }
    for (const place of await this.#writeIndexes([...missing.values()])) this.#ownIndexes.push(place);
    for (const key of missing.keys()) this.#ownPacks.add(key);
    const all = [...state.indexes, ...this.#ownIndexes];
    if (all.length <= mergeIndexesPast) return all;
    const sizes = await listPacks(this.repository.access);
    const packs = new Map([...state.packs, ...wanted].map((pack) => [packKey(pack), pack]));
    return this.#writeIndexes([...packs.values()].filter((pack) => sizes.get(packPath(pack)) === pack.sealedBytes));
  }

  async #writeIndexes(packs: readonly IndexedPack[]): Promise<readonly IndexPlace[]> {
    const { places, storedBytes } = await putIndexes(this.repository.access, packs, this.signal);
    this.storedBytes += storedBytes;
    return places;
  }

  async #confirmPacks({ needed }: FinishedItems): Promise<void> {
    const sizes = await listPacks(this.repository.access);
    for (const pack of needed) {
      const path = packPath(pack);
      if (sizes.get(path) === pack.sealedBytes) continue;
      throw new BackupEngineError(
        'missing-object',
        `a pack vanished from the store while the backup ran: ${path}. The backup before is untouched; run it again`,
        { fields: { path }, isRetryable: true },
      );
    }
  }
}

function countItems(items: readonly SnapshotItem[], conversations: readonly ConversationItem[]): SnapshotCounts {
  const count = (kind: SnapshotItem['kind']): number =>
    items.reduce((sum, item) => sum + (item.kind === kind ? 1 : 0), 0);
  return {
    files: count('file'),
    folders: count('folder'),
    links: count('link'),
    conversations: conversations.length,
    messages: conversations.reduce((sum, conversation) => sum + conversation.messages, 0),
  };
}
