import { chatLimits, type Conversation } from '@coffer/chat-model';
import { ByteSink, cborListHead, concatBytes, encodeCbor, type CborValue } from '@coffer/foundation';

import {
  bytesOf,
  damaged,
  decodeObjectSharing,
  listOf,
  mapOf,
  nullableWholeOf,
  requireAtMost,
  textOf,
  tupleOf,
  viewOf,
  wholeOf,
} from './fields';
import { itemPathOf, requireItemPath } from './item-path';
import { chunkIdBytes, formatLimits, objectIdBytes } from './limits';
import { objectIdHex } from './object-paths';
import { encodeConversation, StoredConversation, type ConversationFacts } from './stored-conversation';

/** A pack that segments lie in. */
export interface SegmentPack {
  readonly epoch: number;
  /** 16 bytes. */
  readonly packId: Uint8Array<ArrayBuffer>;
  /** Size of the sealed pack in bytes. */
  readonly sealedBytes: number;
}

/** A part of a segment's CBOR: one chunk, and where it lies. Lengths in bytes. */
export interface SegmentPart {
  /** 32 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
  readonly pack: SegmentPack;
  readonly offset: number;
  readonly storedLength: number;
  readonly rawLength: number;
}

/** Up to 500 consecutive messages. */
export interface Segment {
  readonly messages: number;
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** At least one. */
  readonly parts: readonly SegmentPart[];
}

/** A conversation of a snapshot. */
export interface ConversationItem extends ConversationFacts {
  readonly conversation: Conversation;
  /** From the oldest to the newest. */
  readonly segments: readonly Segment[];
}

const partsMost = formatLimits.segmentBytes / formatLimits.chunkBytes;

/**
 * The `conversations` section of a snapshot, written item by item: values of CBOR for all of them at once would be many times its size.
 *
 * @param items - is gone through once
 * @throws BackupFormatError `too-large`, `invalid-value`; ChatModelError
 */
export function encodeConversationItems(items: Iterable<ConversationItem>): Uint8Array<ArrayBuffer> {
  const packs: SegmentPack[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (pack: SegmentPack): number => {
    const key = objectIdHex(pack.packId);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, packs.length);
    return packs.push(pack) - 1;
  };
  const written = new ByteSink();
  let count = 0;
  for (const item of items) {
    requireAtMost(++count, formatLimits.snapshotConversations, 'snapshot', 'conversations');
    written.add(encodeItem(item, numberOf));
  }
  written.add(encodeCbor('packs'));
  written.add(encodeCbor(packs.map((pack) => [pack.epoch, pack.packId, pack.sealedBytes])));
  // A map of two (RFC 8949, section 3.1); of keys that are as long the one that sorts first comes first.
  return written.take(concatBytes(Uint8Array.of(0xa2), encodeCbor('items'), cborListHead(count)));
}

function encodeItem(item: ConversationItem, numberOf: (pack: SegmentPack) => number): Uint8Array {
  return encodeCbor([
    item instanceof StoredConversation ? item.conversationBytes : encodeConversation(item.conversation),
    requireItemPath(item.source),
    item.format,
    item.messages,
    item.firstMs,
    item.lastMs,
    encodeCbor(item.segments.map((segment) => encodeSegmentPlace(segment, numberOf))),
  ]);
}

/**
 * Reads the `conversations` section; participants and segments later, so what it gives holds views of `section`, which it is
 * nearly all of. @throws BackupFormatError `damaged`, `too-large`
 */
export function decodeConversationItems(section: Uint8Array): readonly StoredConversation[] {
  const map = mapOf(decodeObjectSharing(section, 'snapshot'), ['packs', 'items'], 'snapshot');
  const packs = listOf(map.packs, formatLimits.indexPacks, 'snapshot').map(decodeSegmentPack);
  const texts = new Map<string, string>();
  /** Conversations of one file name the same path and format: one string for all of them. */
  const same = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  return listOf(map.items, formatLimits.snapshotConversations, 'snapshot').map((value) => {
    const [conversation, source, format, messages, firstMs, lastMs, segments] = tupleOf(value, 7, 'snapshot');
    const facts: ConversationFacts = {
      source: same(itemPathOf(source, 'snapshot')),
      format: same(textOf(format, 1, 100, 'snapshot')),
      messages: wholeOf(messages, 0, Number.MAX_SAFE_INTEGER, 'snapshot'),
      firstMs: nullableWholeOf(firstMs, 'snapshot'),
      lastMs: nullableWholeOf(lastMs, 'snapshot'),
    };
    const segmentBytes = viewOf(segments, formatLimits.sealedSnapshotBytes, 'snapshot');
    return new StoredConversation(viewOf(conversation, chatLimits.conversationBytes, 'snapshot'), facts, () =>
      listOf(decodeObjectSharing(segmentBytes, 'snapshot'), formatLimits.snapshotFiles, 'snapshot').map((segment) =>
        decodeSegmentPlace(segment, packs),
      ),
    );
  });
}

function encodeSegmentPlace(segment: Segment, numberOf: (pack: SegmentPack) => number): CborValue {
  const parts = segment.parts.map((part) => [
    part.id,
    numberOf(part.pack),
    part.offset,
    part.storedLength,
    part.rawLength,
  ]);
  return [segment.messages, segment.firstMs, segment.lastMs, parts];
}

function decodeSegmentPlace(value: CborValue, packs: readonly SegmentPack[]): Segment {
  const [messages, firstMs, lastMs, partList] = tupleOf(value, 4, 'snapshot');
  const parts = listOf(partList, partsMost, 'snapshot').map((part) => decodePart(part, packs));
  if (parts.length === 0) throw damaged('snapshot', 'a segment lies nowhere');
  return {
    messages: wholeOf(messages, 1, formatLimits.segmentMessages, 'snapshot'),
    firstMs: nullableWholeOf(firstMs, 'snapshot'),
    lastMs: nullableWholeOf(lastMs, 'snapshot'),
    parts,
  };
}

function decodePart(value: CborValue, packs: readonly SegmentPack[]): SegmentPart {
  const [id, packNumber, offset, stored, raw] = tupleOf(value, 5, 'snapshot');
  const pack = packs[wholeOf(packNumber, 0, formatLimits.indexPacks, 'snapshot')];
  if (pack === undefined) throw damaged('snapshot', 'a segment lies in a pack that is not named');
  const rawLength = wholeOf(raw, 1, formatLimits.chunkBytes, 'snapshot');
  return {
    id: bytesOf(id, chunkIdBytes, 'snapshot'),
    pack,
    offset: wholeOf(offset, 0, formatLimits.sealedPackBytes, 'snapshot'),
    storedLength: wholeOf(stored, 2, rawLength + 1, 'snapshot'),
    rawLength,
  };
}

function decodeSegmentPack(value: CborValue): SegmentPack {
  const [epoch, packId, sealedBytes] = tupleOf(value, 3, 'snapshot');
  return {
    epoch: wholeOf(epoch, 1, 0xffff_ffff, 'snapshot'),
    packId: bytesOf(packId, objectIdBytes, 'snapshot'),
    sealedBytes: wholeOf(sealedBytes, 1, formatLimits.sealedPackBytes, 'snapshot'),
  };
}
