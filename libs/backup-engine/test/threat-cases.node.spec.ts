import {
  decodeConversationItems,
  decodeFileItems,
  decodeSnapshotSummary,
  decodeSignedSummary,
  encodeConversationItems,
  encodeFileItems,
  padme,
  type ConversationItem,
  type SnapshotItem,
} from '@coffer/backup-format';
import { chunkedHeaderBytes, chunkedSealedPieceBytes, plainSize } from '@coffer/device-crypto';
import { concatBytes, decodeCbor, equalBytes, readU32be, u32be } from '@coffer/foundation';
import type { MemoryObjectStore } from '@coffer/object-store';
import { peakMemoryOf } from '@coffer/test-kit/node';
import { beforeAll, describe, expect, it } from 'vitest';

import { nodePlatform } from '../src/node';
import { committedVectors, type CommittedVector } from './committed-vectors';
import { drill, openVector, refusalOf, storeOf, tell, type Refusal } from './read-vector';

const vectors = committedVectors();
const vector = (name: string): CommittedVector => vectors.find((each) => each.name === name)!;
/** Between them: several packs, indexes and generations, chats, and a pack that ends with a whole piece. */
const sound = ['two-generations', 'pack-of-whole-pieces'].map(vector);

const isSealed = (path: string): boolean => /^(packs|index|snapshots)\//.test(path);

/** The store of a vector with another object in the place of one. */
async function storeWith(of: CommittedVector, path: string, bytes: Uint8Array): Promise<MemoryObjectStore> {
  const store = await storeOf(of);
  const key = `${of.file.repositoryId}/${path}`;
  await store.delete(key);
  await store.put(key, bytes);
  return store;
}

/** Reads everything, and says what stopped that. */
function drilled(of: CommittedVector, store: MemoryObjectStore): Promise<Refusal | undefined> {
  return refusalOf(async () => drill(await openVector(of, nodePlatform, store)));
}

/** The sealed objects that the current snapshot of each leads to: without them it cannot be read. */
const pathsRead = new Map<CommittedVector, readonly string[]>();
beforeAll(async () => {
  for (const of of sound) {
    const read: string[] = [];
    for (const path of of.objects.keys()) {
      if (!isSealed(path)) continue;
      const store = await storeOf(of);
      await store.delete(`${of.file.repositoryId}/${path}`);
      if ((await drilled(of, store))?.code === 'missing-object') read.push(path);
    }
    expect(read.length).toBeGreaterThanOrEqual(3);
    pathsRead.set(of, read);
  }
});

async function requireRefused(of: CommittedVector, path: string, bytes: Uint8Array): Promise<void> {
  expect((await drilled(of, await storeWith(of, path, bytes)))?.code, path).toMatch(/^(damaged|unsupported-version)$/);
}

describe('what a store may do to a backup', () => {
  it('B07: an object that is cut is refused: at each border of a piece, in the middle, and by its last byte', async () => {
    for (const each of sound) {
      for (const path of pathsRead.get(each)!) {
        const bytes = each.objects.get(path)!;
        const cuts = new Set([0, chunkedHeaderBytes - 1, chunkedHeaderBytes, bytes.length >> 1, bytes.length - 1]);
        for (let at = chunkedHeaderBytes; at < bytes.length; at += chunkedSealedPieceBytes) cuts.add(at);
        for (const at of cuts) await requireRefused(each, path, bytes.subarray(0, at));
      }
    }
  });

  it('B08: pieces in another order or twice, and objects of another place, time or repository are refused', async () => {
    for (const each of sound) {
      for (const path of pathsRead.get(each)!) {
        const kind = path.slice(0, path.indexOf('/'));
        const others = [...each.objects].filter(([other]) => isSealed(other) && other !== path);
        const alike = others.filter(([other]) => other.startsWith(kind));
        const unlike = others.filter(([other]) => !other.startsWith(kind)).slice(0, 1);
        for (const [, bytes] of [...alike, ...unlike]) await requireRefused(each, path, bytes);
      }
    }
    // Another repository, whose objects hold the same kinds of things.
    const [own, foreign] = [sound[0]!, vector('files-and-a-chat')];
    for (const path of pathsRead.get(own)!) {
      const kind = path.slice(0, path.indexOf('/'));
      const bytes = [...foreign.objects].find(([other]) => other.startsWith(kind))![1];
      await requireRefused(own, path, bytes);
    }
    const whole = sound[1]!;
    const [path, bytes] = [...whole.objects].find(([each]) => each.startsWith('packs/'))!;
    const piece = (at: number): Uint8Array =>
      bytes.subarray(chunkedHeaderBytes + at * chunkedSealedPieceBytes).subarray(0, chunkedSealedPieceBytes);
    const rest = (from: number): Uint8Array => bytes.subarray(chunkedHeaderBytes + from * chunkedSealedPieceBytes);
    const header = bytes.subarray(0, chunkedHeaderBytes);
    expect(piece(1)).toHaveLength(chunkedSealedPieceBytes);
    await requireRefused(whole, path, concatBytes(header, piece(1), piece(0), rest(2)));
    await requireRefused(whole, path, concatBytes(header, piece(0), piece(0), rest(2)));
    await requireRefused(whole, path, concatBytes(header, piece(0), piece(0), rest(1)));
  });

  it('B09: bytes after the end are refused, of whatever object a reader needs', async () => {
    for (const each of sound) {
      const keyring = [...each.objects.keys()].find((path) => path.startsWith('keyring/'))!;
      for (const path of [...pathsRead.get(each)!, 'config', keyring]) {
        const bytes = each.objects.get(path)!;
        await requireRefused(each, path, concatBytes(bytes, new Uint8Array(1)));
        await requireRefused(each, path, concatBytes(bytes, bytes.subarray(-chunkedSealedPieceBytes)));
      }
    }
  });

  it('B13: an unknown version or feature is refused as such, and not taken for damage', () => {
    const codes = vectors
      .filter(({ name }) => name.startsWith('unknown-version') || name.startsWith('unknown-feature'))
      .map(({ name, file }) => [name.slice(0, 'unknown-version'.length), file.refused?.code]);
    expect(codes.length).toBeGreaterThanOrEqual(6);
    for (const [kind, code] of codes) {
      expect(code).toBe(kind === 'unknown-version' ? 'unsupported-version' : 'unsupported-feature');
    }
  });

  it('B16: lists, tables, frames and sections that claim to be huge are refused within 16 MB', async () => {
    const hostile = vectors.filter(({ name }) => /hostile|without-end|longer-than|another-length|block-too/.test(name));
    expect(hostile.length).toBeGreaterThanOrEqual(7);
    // Of all that is resident, at the highest moment: each is tried on its own, so that none hides behind another.
    for (const each of hostile) {
      const store = await storeOf(each);
      let code: string | undefined;
      const peak = await peakMemoryOf(async () => (code = (await drilled(each, store))?.code));
      expect(code, each.name).toBe(each.file.refused!.code);
      expect(peak, each.name).toBeLessThan(16e6);
    }
  });

  it('B23: what can be seen of the size of an object is a bucket of Padmé', () => {
    let seen = 0;
    // Two vectors hold rubbish that no reader looks at.
    for (const each of vectors.filter(
      ({ name, file }) => file.refused === undefined && !/foreign-objects|merged-index/.test(name),
    )) {
      for (const [path, bytes] of each.objects) {
        if (!isSealed(path)) continue;
        const size = plainSize(bytes.length);
        expect(padme(size), `${each.name}: ${path}`).toBe(size);
        seen += 1;
      }
    }
    expect(seen).toBeGreaterThanOrEqual(40);
    // All sizes up to 16 MiB, and how few of them a store can tell apart.
    const buckets = new Set(Array.from({ length: 16_384 }, (_, at) => padme(1024 * (at + 1))));
    expect(buckets.size).toBeLessThan(320);
  });
});

describe('somebody who can seal and does not hold the owner key', () => {
  const own = vector('two-generations');

  /** Reads by ranges, which the hash of the sealed snapshot does not guard: the owner's signature has to. */
  const told = (store: MemoryObjectStore): Promise<Refusal | undefined> =>
    refusalOf(async () => tell(await openVector(own, nodePlatform, store), undefined));

  interface Changes {
    readonly files?: (items: readonly SnapshotItem[]) => readonly SnapshotItem[];
    readonly conversations?: (items: readonly ConversationItem[]) => readonly ConversationItem[];
  }

  /** The store with a snapshot sealed as it should be, one of whose lists was changed. */
  async function withChanged({ files: changeFiles, conversations: changeConversations }: Changes) {
    const repository = await openVector(own, nodePlatform, await storeOf(own));
    const snapshot = await repository.openSnapshot();
    const { place } = snapshot;
    const { plaintext } = await repository.access.objects.openWhole(place);
    const signedEnd = 4 + readU32be(plaintext);
    const summary = decodeSnapshotSummary(decodeSignedSummary(plaintext.subarray(4, signedEnd)).body);
    const filesAt = signedEnd + 4 + summary.conversations.length;
    const sectionAt = (at: number): Uint8Array =>
      plaintext.subarray(at + 4, at + 4 + readU32be(plaintext.subarray(at)));
    const [conversations, files] = [sectionAt(signedEnd), sectionAt(filesAt)];
    const changed = [
      changeConversations === undefined
        ? conversations
        : encodeConversationItems(changeConversations(decodeConversationItems(conversations).map(plain))),
      changeFiles === undefined ? files : encodeFileItems(changeFiles(decodeFileItems(files))),
    ];
    const joined = concatBytes(
      plaintext.subarray(0, signedEnd),
      ...changed.flatMap((section) => [u32be(section.length), section]),
    );
    const padded = concatBytes(joined, new Uint8Array(padme(joined.length) - joined.length));
    return storeWith(own, snapshot.path, await repository.access.objects.seal(place, padded));
  }

  it('opens what was not changed', async () => {
    const store = await withChanged({ files: (items) => items, conversations: (items) => items });
    expect(await told(store)).toBeUndefined();
    // Sealed anew it is not the very snapshot of the head, which names its SHA-256.
    expect((await drilled(own, store))?.code).toBe('damaged');
  });

  it.each<[string, Changes]>([
    ['drops an item', { files: (items) => items.slice(0, -1) }],
    [
      'renames one',
      {
        files: (items) =>
          items.map((item, at) => (at === items.length - 1 ? { ...item, path: `${item.path}~` } : item)),
      },
    ],
    ['swaps the content of two files', { files: swapContents }],
    ['drops a conversation', { conversations: (items) => items.slice(0, -1) }],
    [
      'gives a conversation the messages of another',
      { conversations: (items) => items.map((item, at) => ({ ...item, segments: items.at(at - 1)!.segments })) },
    ],
    [
      'gives a conversation another name',
      {
        conversations: (items) =>
          items.map((item) => ({ ...item, conversation: { ...item.conversation, title: 'Somebody else' } })),
      },
    ],
  ])('B12: is refused where it %s', async (_name, changes) => {
    const store = await withChanged(changes);
    expect((await told(store))?.code).toBe('damaged');
    expect((await drilled(own, store))?.code).toBe('damaged');
  });

  const plain = (item: ConversationItem): ConversationItem => {
    const { source, format, messages, firstMs, lastMs, conversation, segments } = item;
    return { source, format, messages, firstMs, lastMs, conversation, segments };
  };

  function swapContents(items: readonly SnapshotItem[]): readonly SnapshotItem[] {
    const files = items.filter((item) => item.kind === 'file');
    const [one, other] = [files[0]!, files.find(({ chunkIds }) => !equalBytes(chunkIds, files[0]!.chunkIds))!];
    const contentOf = ({ chunkIds, sizeBytes }: typeof one) => ({ chunkIds, sizeBytes });
    return items.map((item) => {
      if (item === one) return { ...one, ...contentOf(other) };
      return item === other ? { ...other, ...contentOf(one) } : item;
    });
  }
});

describe('what is decoded', () => {
  it('B22: has no prototype to pollute, and no key twice', () => {
    // {"__proto__": {"isAdmin": true}}
    const polluted = decodeCbor(Uint8Array.from(Buffer.from('a1695f5f70726f746f5f5fa167697341646d696ef5', 'hex')));
    expect(Object.getPrototypeOf(polluted)).toBeNull();
    expect(Object.keys(polluted as object)).toEqual(['__proto__']);
    expect((polluted as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    expect(() => decodeCbor(Uint8Array.from(Buffer.from('a2616101616102', 'hex')))).toThrow(
      expect.objectContaining({ code: 'not-canonical' }),
    );
    expect(vector('map-key-twice').file.refused?.code).toBe('damaged');
    expect(vector('unknown-field').file.refused?.code).toBe('damaged');
  });
});
