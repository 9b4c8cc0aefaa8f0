import { deriveOwnerKey, requireBackupKey } from '@coffer/device-crypto';
import { concatBytes, decodeCbor, encodeCbor, type CborValue } from '@coffer/foundation';

import type { FileItem, SnapshotItem } from '../../src/index';
import { float16, longInteger, mapInOrder, sortedEntries } from './cbor-by-hand';
import type { Change } from './made-objects';
import { noise } from './sample-content';
import { refused, type Faults } from './small-repository';
import type { VectorRecipe } from './vector';

const inSnapshot = { code: 'damaged', at: 'snapshot' } as const;
const hiddenInSnapshot = { ...inSnapshot, isHidden: true } as const;
const inIndex = { code: 'damaged', at: 'index' } as const;

type Map = Readonly<Record<string, CborValue>>;
const mapOf = (bytes: Uint8Array): Map => decodeCbor(bytes) as Map;

/** The same map with some values exchanged or added. */
const withFields =
  (change: (map: Map) => Map): Change =>
  (bytes) =>
    encodeCbor(change({ ...mapOf(bytes) }));

/** The same map, one value of it encoded by hand. */
const withEncoded =
  (key: string, encoded: Uint8Array): Change =>
  (bytes) =>
    mapInOrder(sortedEntries(mapOf(bytes)).map(([name, value]) => [name, name === key ? encoded : value]));

/** A files section that no writer would make. */
const withItems = (change: (items: readonly CborValue[]) => readonly CborValue[]): Faults => ({
  files: (section) => encodeCbor(change(decodeCbor(section) as readonly CborValue[])),
});

const renamed = (from: string, to: string): Faults =>
  withItems((items) =>
    items.map((item) => {
      const [kind, path, ...rest] = item as readonly CborValue[];
      return [kind!, path === from ? to : path!, ...rest];
    }),
  );

const files = (change: (file: FileItem) => SnapshotItem): Faults => ({
  items: (items) => items.map((item) => (item.kind === 'file' ? change(item) : item)),
});

/** Padding between sections and end. */
function paddingAfter(plaintext: Uint8Array, sections: number): number {
  const view = new DataView(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  let at = 0;
  for (let section = 0; section < sections; section++) at += 4 + view.getUint32(at);
  return plaintext.length - at;
}

const nonzeroPadding =
  (sections: number): Change =>
  (plaintext) => {
    if (paddingAfter(plaintext, sections) === 0) throw new RangeError('this object has no padding');
    plaintext[plaintext.length - 1] = 1;
    return plaintext;
  };

const anotherOwner = deriveOwnerKey(requireBackupKey(noise('another owner', 32)));

/** Snapshots that are not the owner's, not the head's, or not what the format allows. */
export const faultySnapshots: readonly VectorRecipe[] = [
  refused('snapshot-signature-of-another-key', 'Another key than the owner key signed the summary.', inSnapshot, {
    signer: anotherOwner,
  }),
  refused(
    'snapshot-signed-for-another-purpose',
    'The owner signed the summary, with the purpose prune-list.',
    inSnapshot,
    { purpose: 'prune-list' },
  ),
  refused('snapshot-names-another-id', 'The summary names another snapshot id than the path.', inSnapshot, {
    summary: (summary) => ({ ...summary, id: new Uint8Array(16) }),
  }),
  refused('snapshot-section-exchanged', 'The files section is not the one whose hash the owner signed.', inSnapshot, {
    filesAfterSigning: (section) => {
      section[section.length - 1]! ^= 1;
      return section;
    },
  }),
  refused('snapshot-not-the-heads', 'The head names another SHA-256 of the sealed snapshot.', hiddenInSnapshot, {
    head: (head) => ({ ...head, snapshotSha256: new Uint8Array(32) }),
  }),
  refused('nonzero-padding-in-a-snapshot', 'The last byte of the padding of the snapshot is 1.', hiddenInSnapshot, {
    plaintext: nonzeroPadding(3),
  }),
  refused('padding-of-another-length', 'The snapshot is padded with 64 zero bytes too many.', hiddenInSnapshot, {
    plaintext: (plaintext) => concatBytes(plaintext, new Uint8Array(64)),
  }),
  refused(
    'unknown-version-of-the-summary',
    'The summary has version 2.',
    { code: 'unsupported-version', at: 'snapshot' },
    {
      summaryBytes: withFields((map) => ({ ...map, v: 2, more: 'of a later version' })),
    },
  ),
  refused('unknown-field', 'The summary has a field that version 1 does not know.', inSnapshot, {
    summaryBytes: withFields((map) => ({ ...map, comment: '' })),
  }),
  refused('integer-not-shortest', 'The generation in the summary has two bytes, where one is enough.', inSnapshot, {
    summaryBytes: withEncoded('generation', longInteger(1)),
  }),
  refused('float-for-an-integer', 'The generation in the summary is the float 1.0.', inSnapshot, {
    summaryBytes: withEncoded('generation', float16(1)),
  }),
  refused(
    'path-leaves-its-folder',
    'A file has the path phone/../chats.txt.',
    inSnapshot,
    renamed('phone/chats.txt', 'phone/../chats.txt'),
  ),
  refused(
    'path-absolute',
    'A file has the path /phone.jpg.',
    inSnapshot,
    withItems(([folder, chats, photo]) => {
      const [kind, , ...rest] = photo as readonly CborValue[];
      return [[kind!, '/phone.jpg', ...rest], folder!, chats!];
    }),
  ),
  refused(
    'paths-out-of-order',
    'The items are in the reverse order of their paths.',
    inSnapshot,
    withItems((items) => [...items].reverse()),
  ),
  refused(
    'path-twice',
    'Two files have the same path.',
    inSnapshot,
    withItems(([folder, file]) => [folder!, file!, file!]),
  ),
  refused(
    'item-below-a-file',
    'A file lies below another file, as if that were a folder.',
    inSnapshot,
    renamed('phone/photo.jpg', 'phone/chats.txt/photo.jpg'),
  ),
  refused(
    'chunk-not-indexed',
    'A file names a chunk that no index names.',
    inSnapshot,
    files((file) => ({ ...file, chunkIds: new Uint8Array(32).fill(7) })),
  ),
  refused(
    'file-size-not-of-its-chunks',
    'A file is one byte longer than its chunks.',
    inSnapshot,
    files((file) => ({ ...file, sizeBytes: file.sizeBytes + 1 })),
  ),
  refused('segments-do-not-add-up', 'A conversation has four messages, its one segment three.', inSnapshot, {
    chats: (chats) => chats.map((chat) => ({ ...chat, messages: 4 })),
  }),
  refused(
    'segment-holds-another-count',
    'Conversation and segment name four messages, the segment holds three.',
    { code: 'damaged', at: 'pack' },
    {
      chats: (chats) =>
        chats.map((chat) => ({
          ...chat,
          messages: 4,
          segments: chat.segments.map((segment) => ({ ...segment, messages: 4 })),
        })),
    },
  ),
  refused(
    'segment-beyond-its-pack',
    'A segment lies beyond the end of its pack.',
    { code: 'damaged', at: 'pack' },
    {
      chats: (chats) =>
        chats.map((chat) => ({
          ...chat,
          segments: chat.segments.map((segment) => ({
            ...segment,
            parts: segment.parts.map((part) => ({ ...part, offset: 1_000_000 })),
          })),
        })),
    },
  ),
  refused(
    'segment-is-another-chunk',
    'A segment is said to lie where the first chunk of the pack lies.',
    { code: 'damaged', at: 'pack' },
    {
      chats: (chats) =>
        chats.map((chat) => ({
          ...chat,
          segments: chat.segments.map((segment) => ({
            ...segment,
            parts: segment.parts.map((part) => ({ ...part, offset: 0 })),
          })),
        })),
    },
  ),
  refused('index-names-a-pack-twice', 'The index lists the same pack twice.', inIndex, {
    indexed: (pack) => [pack, pack],
  }),
  refused('index-with-trailing-data', 'One byte follows the CBOR in the section of the index.', inIndex, {
    index: (plaintext) => {
      const view = new DataView(plaintext.buffer, plaintext.byteOffset);
      view.setUint32(0, view.getUint32(0) + 1);
      if (paddingAfter(plaintext, 1) < 0) throw new RangeError('this index has no padding');
      return plaintext;
    },
  }),
  refused('index-section-hostile', 'The section of the index claims 4294967295 bytes.', inIndex, {
    index: (plaintext) => {
      new DataView(plaintext.buffer, plaintext.byteOffset).setUint32(0, 0xffff_ffff);
      return plaintext;
    },
  }),
  refused(
    'unknown-version-of-an-index',
    'The index has version 2.',
    { code: 'unsupported-version', at: 'index' },
    {
      index: (plaintext) => {
        // {v: 1, packs: …}: the value of v is the fourth byte of the CBOR.
        plaintext[4 + 3] = 2;
        return plaintext;
      },
    },
  ),
  refused('nonzero-padding-in-an-index', 'The last byte of the padding of the index is 1.', inIndex, {
    index: nonzeroPadding(1),
  }),
];
