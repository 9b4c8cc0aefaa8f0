import { chunkIdBytes, type FileItem, type StoredConversation } from '@coffer/backup-format';

import { BackupEngineError } from '../errors';
import type { OpenedSnapshot } from '../opened-snapshot';
import type { Repository } from '../repository';
import type { CachedFiles, FileCache } from './file-cache';
import type { PackStore } from './pack-store';
import type { ScannedEntry } from './scan';

/** What the last backup of this device can give again without reading the file. */
export interface ReusedFile {
  readonly item: FileItem;
  readonly conversations: readonly StoredConversation[];
}

/** The last backup of this device, as far as its cache and the store agree. */
export class PreviousItems {
  readonly #cached: CachedFiles;
  readonly #files: ReadonlyMap<string, FileItem>;
  readonly #conversations: ReadonlyMap<string, readonly StoredConversation[]>;

  private constructor(
    cached: CachedFiles,
    files: ReadonlyMap<string, FileItem>,
    conversations: ReadonlyMap<string, readonly StoredConversation[]>,
  ) {
    this.#cached = cached;
    this.#files = files;
    this.#conversations = conversations;
  }

  /**
   * @param current - the current snapshot, which the cache mostly speaks of
   * @returns undefined where there is no cache, or its snapshot is gone: then every file is read
   */
  static async load(
    repository: Repository,
    cache: FileCache,
    current: OpenedSnapshot | undefined,
  ): Promise<PreviousItems | undefined> {
    const cached = await cache.load();
    if (cached === undefined) return undefined;
    try {
      const isCurrent = current?.idHex === cached.snapshotIdHex;
      const snapshot = isCurrent ? current : await repository.openSnapshot(cached.snapshotIdHex);
      const files = new Map<string, FileItem>();
      for (const item of await snapshot.items()) if (item.kind === 'file') files.set(item.path, item);
      return new PreviousItems(
        cached,
        files,
        Map.groupBy(await snapshot.conversations(), ({ source }) => source),
      );
    } catch (error) {
      const isLost =
        error instanceof BackupEngineError && ['no-snapshot', 'damaged', 'missing-object'].includes(error.code);
      if (isLost) return undefined;
      throw error;
    }
  }

  /**
   * A file that has not changed since, by size, mtime and inode, and all of whose chunks are in the store.
   *
   * @returns undefined where it must be read
   */
  find(entry: ScannedEntry, packs: PackStore): ReusedFile | undefined {
    const item = this.#unchanged(entry);
    if (item === undefined || !isStored(item.chunkIds, packs)) return undefined;
    const conversations = this.#conversations.get(entry.itemPath) ?? [];
    const placed: StoredConversation[] = [];
    for (const conversation of conversations) {
      const here = placedAnew(conversation, packs);
      if (here === undefined) return undefined;
      placed.push(here);
    }
    return { item: { ...item, mode: entry.mode }, conversations: placed };
  }

  /** Whether a file looks as it did, wherever its chunks are. */
  looksUnchanged(entry: ScannedEntry): boolean {
    return this.#unchanged(entry) !== undefined;
  }

  #unchanged(entry: ScannedEntry): FileItem | undefined {
    const known = this.#cached.files.get(entry.path);
    const item = this.#files.get(entry.itemPath);
    const isUnchanged =
      known !== undefined &&
      item !== undefined &&
      known.itemPath === entry.itemPath &&
      known.sizeBytes === entry.sizeBytes &&
      item.sizeBytes === entry.sizeBytes &&
      known.mtimeNs === entry.mtimeNs &&
      known.inode === entry.inode;
    return isUnchanged ? item : undefined;
  }
}

function isStored(chunkIds: Uint8Array, packs: PackStore): boolean {
  for (let at = 0; at < chunkIds.length; at += chunkIdBytes) {
    if (packs.place(chunkIds, at) === undefined) return false;
  }
  return true;
}

/**
 * A pack may have been lost and its chunks stored again elsewhere; mostly the conversation stays the very one that was read.
 *
 * @returns undefined where a part of it is not stored
 */
function placedAnew(conversation: StoredConversation, packs: PackStore): StoredConversation | undefined {
  const { segments } = conversation;
  if (segments.every(({ parts }) => parts.every((part) => packs.isPlaced(part)))) return conversation;
  const isGone = segments.some(({ parts }) => parts.some((part) => packs.place(part.id, 0) === undefined));
  if (isGone) return undefined;
  const placed = segments.map((segment) => ({
    ...segment,
    parts: segment.parts.map((part) => packs.segmentPart(part.id, 0)),
  }));
  return conversation.withSegments(placed);
}
