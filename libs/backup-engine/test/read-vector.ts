import type { ConversationItem, FileItem, Segment } from '@coffer/backup-format';
import { sha256 } from '@coffer/crypto';
import { deriveChunkIdKey, requireBackupKey } from '@coffer/device-crypto';
import { CofferError, concatBytes, toHex } from '@coffer/foundation';
import { MemoryObjectStore, type ObjectStore } from '@coffer/object-store';

import { chunkIdsOf, indexPacks, loadPacks, openChunk, type ChunkIndex } from '../src/chunk-index';
import {
  BackupEngineError,
  ProcessMemory,
  Repository,
  repositoryStore,
  verifySnapshot,
  type EnginePlatform,
} from '../src/index';
import { PackRanges } from '../src/pack-ranges';
import type { SealedPlace } from '../src/sealed-objects';
import type { CommittedVector, Expected } from './vector-file';

/** Why and where reading stopped. Some faults of a whole have no object of their own. */
export interface Refusal {
  readonly code: string;
  readonly object: string | undefined;
}

/** The store of a vector, with its repository under its id as it lies in real stores. */
export async function storeOf({ objects, file }: CommittedVector): Promise<MemoryObjectStore> {
  const store = new MemoryObjectStore();
  for (const [path, bytes] of objects) await store.put(`${file.repositoryId}/${path}`, bytes);
  return store;
}

/** Opens the repository of a vector on a device that has seen what vector.json says. */
export async function openVector(
  { file, backupKey, repositoryId }: CommittedVector,
  platform: EnginePlatform,
  store: ObjectStore,
): Promise<Repository> {
  const memory = new ProcessMemory();
  if (file.seen !== undefined) {
    const { headSha256, ...seen } = file.seen;
    await memory.remember(file.repositoryId, { ...seen, headHashHex: headSha256, atMs: 0 });
  }
  const options = {
    store: repositoryStore(store, repositoryId),
    backupKey: requireBackupKey(backupKey),
    platform,
    memory,
  };
  return Repository.open(options, repositoryId);
}

/** What a run refuses; undefined where it comes to its end. */
export async function refusalOf(run: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (!(error instanceof CofferError)) throw error;
    const path = error.fields['path'];
    return { code: error.code, object: typeof path === 'string' && path !== '' ? path : undefined };
  }
}

/** Reads all of the current snapshot as a fire drill does, and stops at the first problem. @throws BackupEngineError */
export async function drill(repository: Repository): Promise<void> {
  if ((await repository.head()) === undefined) return;
  const [problem] = (await verifySnapshot(repository, await repository.openSnapshot())).problems;
  if (problem === undefined) return;
  const { code, path, message } = problem;
  throw new BackupEngineError(code, message, { fields: { path } });
}

/** Everything that vector.json tells, read by ranges. @throws what the engine throws */
export async function tell(repository: Repository, expected: Expected | undefined): Promise<object> {
  const current = await repository.head();
  const { snapshots } = await repository.listSnapshots();
  if (current === undefined) {
    return { head: null, snapshots: [], files: [], folders: [], links: [], conversations: [] };
  }
  const { generation, keyringVersion, epoch, snapshotId } = current.head;
  const snapshot = await repository.openSnapshot();
  const items = await snapshot.items();
  const index = await indexPacks(await loadPacks(repository.access, snapshot.summary.indexes));
  const files: object[] = [];
  for (const item of items) if (item.kind === 'file') files.push(await tellFile(repository, index, item));
  const conversations: object[] = [];
  for (const [at, conversation] of (await snapshot.conversations()).entries()) {
    const isListed = expected?.conversations[at]?.messages !== undefined;
    conversations.push(await tellConversation(repository, conversation, isListed));
  }
  return {
    head: { generation, keyringVersion, epoch, snapshotId, sha256: toHex(current.hash) },
    snapshots: snapshots.map(({ idHex }) => idHex),
    files,
    folders: items.flatMap((item) => (item.kind === 'folder' ? [withoutKind(item)] : [])),
    links: items.flatMap((item) => (item.kind === 'link' ? [withoutKind(item)] : [])),
    conversations,
  };
}

const withoutKind = <T extends { readonly kind: string }>({ kind: _kind, ...rest }: T): Omit<T, 'kind'> => rest;

async function tellFile({ access }: Repository, index: ChunkIndex, file: FileItem): Promise<object> {
  const ranges = new PackRanges(access);
  const chunkIdKey = deriveChunkIdKey(access.keyring.repositorySecret);
  const parts: Uint8Array[] = [];
  for (const id of chunkIdsOf(file.chunkIds)) {
    const place = index.table.get(id);
    if (place === undefined) throw new BackupEngineError('damaged', 'a file has a chunk that no index names');
    const stored = await ranges.read(index.packs[place.pack]!, place.offset, place.storedLength);
    parts.push(await openChunk(access.platform, chunkIdKey, stored, { id, rawLength: place.rawLength }));
  }
  const bytes = concatBytes(...parts);
  if (bytes.length !== file.sizeBytes) throw new BackupEngineError('damaged', 'the chunks of a file do not add up');
  const { path, mode, mtimeMs, sizeBytes } = file;
  return { path, mode, mtimeMs, sizeBytes, sha256: toHex(sha256(bytes)) };
}

async function tellConversation(repository: Repository, item: ConversationItem, isListed: boolean): Promise<object> {
  const { source, format, firstMs, lastMs, conversation } = item;
  const segments: object[] = [];
  for (const segment of item.segments) {
    const raw = await rawSegment(repository, segment);
    segments.push({ messages: (await repository.readSegment(segment)).length, sha256: toHex(sha256(raw)) });
  }
  const messages = await repository.readMessages(item, 0, item.messages);
  if (messages.length !== item.messages) throw new BackupEngineError('damaged', 'another number of messages');
  return { source, format, firstMs, lastMs, conversation, segments, ...(isListed ? { messages } : {}) };
}

async function rawSegment({ access }: Repository, segment: Segment): Promise<Uint8Array> {
  const ranges = new PackRanges(access);
  const chunkIdKey = deriveChunkIdKey(access.keyring.repositorySecret);
  const parts: Uint8Array[] = [];
  for (const part of segment.parts) {
    const stored = await ranges.read(part.pack, part.offset, part.storedLength);
    parts.push(await openChunk(access.platform, chunkIdKey, stored, part));
  }
  return concatBytes(...parts);
}

/** The sealed objects that the current snapshot is made of, for readers of streams. */
export async function sealedPlaces(repository: Repository): Promise<readonly SealedPlace[]> {
  const snapshot = await repository.openSnapshot();
  const packs = await loadPacks(repository.access, snapshot.summary.indexes);
  return [
    snapshot.place,
    ...snapshot.summary.indexes.map(({ epoch, indexId }) => ({ kind: 'index', epoch, id: indexId }) as const),
    ...packs.map(({ epoch, packId }) => ({ kind: 'pack', epoch, id: packId }) as const),
  ];
}
