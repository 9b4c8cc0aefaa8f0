import { encodeCbor, type CborValue } from '@coffer/foundation';

import {
  bytesOf,
  damaged,
  decodeObject,
  listOf,
  mapOf,
  requireAtMost,
  textOf,
  tupleOf,
  versionFirst,
  wholeOf,
} from './fields';
import { formatLimits, formatVersion, objectIdBytes } from './limits';

/** Where an index lies. */
export interface IndexPlace {
  readonly epoch: number;
  /** 16 bytes. */
  readonly indexId: Uint8Array<ArrayBuffer>;
}

/** What a snapshot was made from. */
export interface SnapshotSource {
  readonly kind: 'folder' | 'file';
  /** The first name of the paths of its items. */
  readonly name: string;
}

export interface SnapshotCounts {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  readonly conversations: number;
  readonly messages: number;
}

/** A section of the same snapshot, as the signed summary names it. */
export interface SectionDigest {
  /** In bytes, without the four bytes before it. */
  readonly length: number;
  /** 32 bytes. */
  readonly sha256: Uint8Array<ArrayBuffer>;
}

/** The owner-signed part of a snapshot. */
export interface SnapshotSummary {
  /** 16 bytes. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** Of the head that made it current; from 1 on. */
  readonly generation: number;
  readonly parent: Uint8Array<ArrayBuffer> | null;
  readonly createdAtMs: number;
  /** Name that the device gave itself; may be empty. */
  readonly device: string;
  readonly sources: readonly SnapshotSource[];
  readonly counts: SnapshotCounts;
  /** Sum of the sizes of all files. */
  readonly bytes: number;
  /** Exactly the indexes that are valid for it, oldest first. */
  readonly indexes: readonly IndexPlace[];
  readonly conversations: SectionDigest;
  readonly files: SectionDigest;
}

const summaryKeys = [
  'v',
  'id',
  'generation',
  'parent',
  'createdAtMs',
  'device',
  'sources',
  'counts',
  'bytes',
  'indexes',
  'conversations',
  'files',
] as const;
const countKeys = ['files', 'folders', 'links', 'conversations', 'messages'] as const;

/** Bytes of a summary: the body of the statement `snapshot`. @throws BackupFormatError `too-large` */
export function encodeSnapshotSummary(summary: SnapshotSummary): Uint8Array<ArrayBuffer> {
  const bytes = encodeCbor({
    v: formatVersion,
    id: summary.id,
    generation: summary.generation,
    parent: summary.parent,
    createdAtMs: summary.createdAtMs,
    device: summary.device,
    sources: summary.sources.map(({ kind, name }) => [kind, name]),
    counts: { ...summary.counts },
    bytes: summary.bytes,
    indexes: summary.indexes.map(({ epoch, indexId }) => [epoch, indexId]),
    conversations: [summary.conversations.length, summary.conversations.sha256],
    files: [summary.files.length, summary.files.sha256],
  });
  requireAtMost(bytes.length, formatLimits.summaryBytes, 'snapshot', 'summary');
  return bytes;
}

/** Reads a summary. @throws BackupFormatError `damaged`, `too-large`, `unsupported-version` */
export function decodeSnapshotSummary(bytes: Uint8Array): SnapshotSummary {
  requireAtMost(bytes.length, formatLimits.summaryBytes, 'snapshot', 'summary');
  const value = decodeObject(bytes, 'snapshot');
  versionFirst(value, formatVersion, 'snapshot');
  const map = mapOf(value, summaryKeys, 'snapshot');
  const counts = mapOf(map.counts, countKeys, 'snapshot');
  return {
    id: bytesOf(map.id, objectIdBytes, 'snapshot'),
    generation: wholeOf(map.generation, 1, Number.MAX_SAFE_INTEGER, 'snapshot'),
    parent: map.parent === null ? null : bytesOf(map.parent, objectIdBytes, 'snapshot'),
    createdAtMs: countOf(map.createdAtMs),
    device: textOf(map.device, 0, formatLimits.deviceCharacters, 'snapshot'),
    sources: listOf(map.sources, formatLimits.snapshotSources, 'snapshot').map(sourceOf),
    counts: {
      files: countOf(counts.files),
      folders: countOf(counts.folders),
      links: countOf(counts.links),
      conversations: countOf(counts.conversations),
      messages: countOf(counts.messages),
    },
    bytes: countOf(map.bytes),
    indexes: listOf(map.indexes, formatLimits.snapshotIndexes, 'snapshot').map((entry) => {
      const [epoch, indexId] = tupleOf(entry, 2, 'snapshot');
      return {
        epoch: wholeOf(epoch, 1, 0xffff_ffff, 'snapshot'),
        indexId: bytesOf(indexId, objectIdBytes, 'snapshot'),
      };
    }),
    conversations: digestOf(map.conversations),
    files: digestOf(map.files),
  };
}

function sourceOf(value: CborValue): SnapshotSource {
  const [kind, name] = tupleOf(value, 2, 'snapshot');
  if (kind !== 'folder' && kind !== 'file') throw damaged('snapshot', 'a source is of no known kind');
  return { kind, name: textOf(name, 1, formatLimits.pathCharacters, 'snapshot') };
}

function digestOf(value: CborValue): SectionDigest {
  const [length, sha256] = tupleOf(value, 2, 'snapshot');
  return {
    length: wholeOf(length, 1, formatLimits.sealedSnapshotBytes, 'snapshot'),
    sha256: bytesOf(sha256, 32, 'snapshot'),
  };
}

function countOf(value: CborValue | undefined): number {
  return wholeOf(value, 0, Number.MAX_SAFE_INTEGER, 'snapshot');
}
