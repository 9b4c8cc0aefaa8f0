import type { ConversationItem, Segment } from '@coffer/backup-format';
import { decodeSegment, type Message } from '@coffer/chat-model';
import { deriveChunkIdKey } from '@coffer/device-crypto';
import { concatBytes } from '@coffer/foundation';

import { openChunk } from './chunk-index';
import { BackupEngineError } from './errors';
import { readingObject } from './guard';
import type { PackRanges } from './pack-ranges';
import type { RepositoryAccess } from './repository-access';
import { SealedObjects } from './sealed-objects';

/**
 * The messages of one segment, by ranges and without any index.
 *
 * @throws BackupEngineError `damaged`, `missing-object`
 */
export async function readSegment(
  access: RepositoryAccess,
  ranges: PackRanges,
  segment: Segment,
): Promise<readonly Message[]> {
  const chunkIdKey = deriveChunkIdKey(access.keyring.repositorySecret);
  const parts: Uint8Array[] = [];
  let path = '';
  for (const part of segment.parts) {
    path = SealedObjects.path({ kind: 'pack', epoch: part.pack.epoch, id: part.pack.packId });
    const stored = await ranges.read(part.pack, part.offset, part.storedLength);
    parts.push(await readingObject(path, () => openChunk(access.platform, chunkIdKey, stored, part)));
  }
  return readingObject(path, () => {
    const messages = decodeSegment(concatBytes(...parts));
    if (messages.length === segment.messages) return messages;
    throw new BackupEngineError('damaged', 'a segment holds another number of messages than the snapshot says');
  });
}

/** A segment of a conversation, and the number of its first message, counted from the oldest (0). */
export interface SegmentSpan {
  readonly segment: Segment;
  readonly from: number;
}

/**
 * The segments that hold the messages `from` (inclusive) to `to` (exclusive), counted from the oldest.
 */
export function segmentsBetween(conversation: ConversationItem, from: number, to: number): readonly SegmentSpan[] {
  const spans: SegmentSpan[] = [];
  let at = 0;
  for (const segment of conversation.segments) {
    if (at < to && at + segment.messages > from) spans.push({ segment, from: at });
    at += segment.messages;
  }
  return spans;
}

/** A span of time, in milliseconds since 1970; an end that is undefined is open. */
export interface TimeRange {
  /** Inclusive. */
  readonly sinceMs: number | undefined;
  /** Exclusive. */
  readonly untilMs: number | undefined;
}

/** Whether an instant lies in a range. What has no instant lies in none but the one that is open at both ends. */
export function isWithin({ sinceMs, untilMs }: TimeRange, timeMs: number | null): boolean {
  if (timeMs === null) return sinceMs === undefined && untilMs === undefined;
  return timeMs >= (sinceMs ?? Number.NEGATIVE_INFINITY) && timeMs < (untilMs ?? Number.POSITIVE_INFINITY);
}

/**
 * The segments that may hold messages of a range, from the oldest to the newest; the others need not be fetched. One without any
 * instant may: its messages can have local times.
 */
export function segmentsWithin({ segments }: ConversationItem, range: TimeRange): readonly Segment[] {
  const { sinceMs = Number.NEGATIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = range;
  return segments.filter(
    ({ firstMs, lastMs }) => firstMs === null || lastMs === null || (lastMs >= sinceMs && firstMs < untilMs),
  );
}

/** The messages `from` (inclusive) to `to` (exclusive) of a conversation; fewer at its end. */
export async function readMessages(
  access: RepositoryAccess,
  ranges: PackRanges,
  conversation: ConversationItem,
  from: number,
  to: number,
): Promise<readonly Message[]> {
  const found: Message[] = [];
  for (const span of segmentsBetween(conversation, from, to)) {
    const messages = await readSegment(access, ranges, span.segment);
    found.push(...messages.slice(Math.max(0, from - span.from), Math.max(0, to - span.from)));
  }
  return found;
}
