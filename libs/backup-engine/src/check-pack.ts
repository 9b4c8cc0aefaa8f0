import { BackupFormatError, readPack, type PackEntry } from '@coffer/backup-format';
import { decodeSegment } from '@coffer/chat-model';
import type { ChunkedKey } from '@coffer/device-crypto';
import { equalBytes, toHex } from '@coffer/foundation';

import { openChunk } from './chunk-index';
import type { EnginePlatform } from './platform';
import { releaseWhole } from './release';

/** Messages shrink so well that one pack may hold a whole history: the garbage of decoding it is collected by the way. */
const segmentBytesPerCollection = 3 * 1024 * 1024;

/** A segment of one part that a pack must hold. */
export interface ExpectedSegment {
  /** 32 bytes. */
  readonly id: Uint8Array;
  readonly offset: number;
  readonly messages: number;
}

/** A sealed pack as it was fetched, and what should be in it. Plain data: it crosses to worker threads. */
export interface PackCheck {
  readonly key: ChunkedKey;
  readonly chunkIdKey: Uint8Array;
  readonly sealed: Uint8Array<ArrayBuffer>;
  /** The table that the index names; undefined where no index does. */
  readonly table: Uint8Array | undefined;
  readonly segments: readonly ExpectedSegment[];
}

/** What a sound pack was found to hold. */
export interface PackFindings {
  /** SHA-256 of the sealed pack, 32 bytes. */
  readonly sealedSha256: Uint8Array;
  readonly chunks: number;
  readonly rawBytes: number;
  readonly messages: number;
}

/**
 * Opens a whole pack, its table, every chunk in it, and the segments that should be there. Takes the memory of `sealed`: its
 * bytes are gone afterwards.
 *
 * @throws DeviceCryptoError, BackupFormatError, ChatModelError where anything is not as it must be
 */
export async function checkPack(platform: EnginePlatform, check: PackCheck): Promise<PackFindings> {
  const sealedSha256 = await platform.sha256(check.sealed);
  const plaintext = await platform.openTaking(check.key, check.sealed);
  const entries = readPack(plaintext);
  requireTable(plaintext, check.table);
  const expected = new Map(check.segments.map((segment) => [segment.offset, segment]));
  let rawBytes = 0;
  let messages = 0;
  let uncollectedBytes = 0;
  for (const entry of entries) {
    const stored = plaintext.subarray(entry.offset, entry.offset + entry.storedLength);
    const raw = await openChunk(platform, check.chunkIdKey, stored, entry);
    rawBytes += raw.length;
    const segment = expected.get(entry.offset);
    if (segment !== undefined) {
      messages += requireSegment(segment, entry, raw);
      uncollectedBytes += raw.length;
    }
    expected.delete(entry.offset);
    releaseWhole(raw);
    if (uncollectedBytes >= segmentBytesPerCollection) {
      platform.collectGarbage('major');
      uncollectedBytes = 0;
    }
  }
  if (expected.size > 0) throw wrong('a segment does not lie where the snapshot says');
  return { sealedSha256, chunks: entries.length, rawBytes, messages };
}

function requireTable(plaintext: Uint8Array, table: Uint8Array | undefined): void {
  if (table === undefined) return;
  const end = plaintext.length - 4;
  if (!equalBytes(plaintext.subarray(Math.max(0, end - table.length), end), table)) {
    throw wrong('the pack has another table than its index says');
  }
}

function requireSegment(segment: ExpectedSegment, entry: PackEntry, raw: Uint8Array): number {
  if (toHex(segment.id) !== toHex(entry.id)) throw wrong('another chunk lies where a segment should be');
  const { length } = decodeSegment(raw);
  if (length !== segment.messages) throw wrong('a segment holds another number of messages than the snapshot says');
  return length;
}

function wrong(message: string): BackupFormatError {
  return new BackupFormatError('damaged', message, { fields: { object: 'pack' } });
}
