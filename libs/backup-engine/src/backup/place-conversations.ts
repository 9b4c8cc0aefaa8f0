import {
  chunkIdBytes,
  StoredConversation,
  type ConversationItem,
  type IndexedPack,
  type Segment,
  type SegmentPart,
  type SnapshotItem,
} from '@coffer/backup-format';

import { BackupEngineError } from '../errors';
import { readNewConversations, type NewSegment } from './new-conversations';
import type { PackStore } from './pack-store';
import type { ChatsRead } from '../workers/worker-messages';

/**
 * The conversations of one file, each segment with its place; made one after the other, whenever somebody goes through them. For when
 * all packs are stored.
 *
 * @param source - path of the file item
 */
export function placeConversations(source: string, chats: ChatsRead, packs: PackStore): Iterable<StoredConversation> {
  const { format, conversations } = chats;
  return {
    *[Symbol.iterator]() {
      for (const { conversationBytes, segments } of readNewConversations(conversations)) {
        const messages = segments.reduce((sum, segment) => sum + segment.messages, 0);
        const facts = { source, format, messages, ...spanOf(segments) };
        yield new StoredConversation(conversationBytes, facts, () => segments.map((each) => placedIn(packs, each)));
      }
    },
  };
}

function placedIn(packs: PackStore, { partIds, messages, firstMs, lastMs }: NewSegment): Segment {
  return { messages, firstMs, lastMs, parts: partsOf(partIds, packs) };
}

/**
 * The packs that hold the chunks of items and the segments of conversations.
 *
 * @throws BackupEngineError `missing-object` where a chunk is in no pack of the store
 */
export function neededPacks(
  items: readonly SnapshotItem[],
  conversations: Iterable<ConversationItem>,
  packs: PackStore,
): ReadonlySet<IndexedPack> {
  const needed = new Set<IndexedPack>();
  const need = (ids: Uint8Array, at: number): void => {
    const place = packs.place(ids, at);
    if (place !== undefined) needed.add(packs.packs[place.pack]!);
    else throw lost();
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

function partsOf(partIds: Uint8Array, packs: PackStore): readonly SegmentPart[] {
  const count = partIds.length / chunkIdBytes;
  return Array.from({ length: count }, (_, part) => packs.segmentPart(partIds, part * chunkIdBytes));
}

function spanOf(segments: readonly NewSegment[]): { readonly firstMs: number | null; readonly lastMs: number | null } {
  let firstMs: number | null = null;
  let lastMs: number | null = null;
  for (const segment of segments) {
    if (segment.firstMs !== null && (firstMs === null || segment.firstMs < firstMs)) firstMs = segment.firstMs;
    if (segment.lastMs !== null && (lastMs === null || segment.lastMs > lastMs)) lastMs = segment.lastMs;
  }
  return { firstMs, lastMs };
}

function lost(): BackupEngineError {
  return new BackupEngineError(
    'missing-object',
    'a part of an earlier backup that this one builds on is missing from the store; back up again with --rescan',
  );
}
