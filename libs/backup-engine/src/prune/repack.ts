import {
  digestSection,
  encodeConversationItems,
  objectIdBytes,
  type ConversationItem,
  type SnapshotSummary,
  type StoredConversation,
} from '@coffer/backup-format';
import { randomBytes } from '@coffer/crypto';
import { fromHex } from '@coffer/foundation';

import { BackupEngineError } from '../errors';
import type { CurrentHead } from '../head-keeper';
import { rememberHead, signHead } from '../heads';
import { OpenedSnapshot } from '../opened-snapshot';
import { listPacks } from '../pack-list';
import { putIndexes, putSnapshot } from '../put-sealed';
import type { RepositoryAccess } from '../repository-access';
import { placeOf } from '../sealed-objects';
import { openSummary, snapshotPath, type SnapshotInfo } from '../snapshots';
import { copyChunks, type CopiedChunks } from './copy-chunks';
import type { PrunePlan } from './plan-prune';
import { putMarks, readMarks } from './prune-marks';
import { NeedsReader } from './snapshot-needs';
import { addUses, isSparse, placeSnapshot, type PackUse, type PlacedSnapshot } from './sparse-packs';

/** What was packed anew. Sizes in bytes. */
export interface Repacked {
  /** Packs that the current snapshot no longer needs; they go when no other one needs them. */
  readonly packs: number;
  readonly packBytes: number;
  /** What the new packs came to; before they are made, what is needed of the old ones. */
  readonly storedBytes: number;
}

/** What would be packed anew. */
export interface RepackPlan extends Repacked {
  readonly snapshot: OpenedSnapshot;
  readonly placed: PlacedSnapshot;
  /** The packs, with what the current snapshot needs of each. */
  readonly sparse: readonly PackUse[];
}

/** What is asked of repacking. */
export interface RepackOptions {
  readonly signal?: AbortSignal | undefined;
  /** Fewer bytes than these are not worth a snapshot: 1 MiB unless told. */
  readonly repackFromBytes?: number | undefined;
  readonly onPack: () => void;
}

const worthwhileBytes = 1024 * 1024;

/**
 * Copies what the current snapshot needs of sparse packs into new ones, and makes a snapshot current that has the same items and finds
 * them there. The packs themselves stay until prune finds that nothing needs them. Order as in any backup: packs, index, snapshot,
 * head; interrupted before the head it has changed nothing, and what it stored is marked as anything that nothing names.
 *
 * The head raises the prune generation, with a list that says what the one before said: so that writers look at their packs again, and
 * a vault knows that nobody has backed up.
 *
 * @returns undefined where there is too little to gain, or another device replaced the head meanwhile
 * @throws BackupEngineError `damaged`, `missing-object`, `stopped`; ObjectStoreError
 */
export async function repackSparse(
  access: RepositoryAccess,
  plan: PrunePlan,
  { signal, repackFromBytes, onPack }: RepackOptions,
): Promise<Repacked | undefined> {
  const repack = await planRepack(access, plan, repackFromBytes);
  if (repack === undefined) return undefined;
  const { snapshot, placed, sparse, packs, packBytes } = repack;
  const { current, list } = plan;
  const copied = await copyChunks(access, sparse, signal, onPack);
  const head = await putRepacked(access, current, snapshot, placed, copied, list.snapshots);
  try {
    await access.headKeeper.replace(head.signed, current);
  } catch (error) {
    if (error instanceof BackupEngineError && error.code === 'head-changed') return undefined;
    throw error;
  }
  await rememberHead(access, head);
  return { packs, packBytes, storedBytes: copied.storedBytes };
}

/**
 * What {@link repackSparse} would do; stores nothing.
 *
 * @param repackFromBytes - as in `RepackOptions`
 * @returns undefined where there is too little to gain
 * @throws BackupEngineError `damaged`, `missing-object`; ObjectStoreError
 */
export async function planRepack(
  access: RepositoryAccess,
  { current, retained }: PrunePlan,
  repackFromBytes: number = worthwhileBytes,
): Promise<RepackPlan | undefined> {
  const { epoch, snapshotId } = current.head;
  const snapshot = await openSnapshot(access, { epoch, idHex: snapshotId });
  const placed = await placeSnapshot(access, snapshot);
  const others = [...retained.keys()].filter(({ isCurrent }) => !isCurrent);
  const sparse = await findSparse(access, placed, others);
  const packBytes = sparse.reduce((sum, { pack }) => sum + pack.sealedBytes, 0);
  const storedBytes = sparse.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
  if (sparse.length === 0 || packBytes - storedBytes < repackFromBytes) return undefined;
  return { snapshot, placed, sparse, packs: sparse.length, packBytes, storedBytes };
}

/** Packs of which the snapshots that stay need less than half together, with what the current one needs of each. */
async function findSparse(
  access: RepositoryAccess,
  current: PlacedSnapshot,
  others: readonly SnapshotInfo[],
): Promise<readonly PackUse[]> {
  const own = new Map<string, PackUse>();
  addUses(own, current);
  for (const [key, use] of own) if (!isSparse(use)) own.delete(key);
  if (own.size === 0) return [];
  const all = new Map([...own].map(([key, use]) => [key, { ...use, chunks: new Map(use.chunks) }]));
  for (const other of others) {
    addUses(all, await placeSnapshot(access, await openSnapshot(access, other)), (key) => own.has(key));
  }
  return [...own].filter(([key]) => isSparse(all.get(key)!)).map(([, use]) => use);
}

/** Stores index, snapshot and list, and signs the head that names them. */
async function putRepacked(
  access: RepositoryAccess,
  current: CurrentHead,
  snapshot: OpenedSnapshot,
  placed: PlacedSnapshot,
  copied: CopiedChunks,
  snapshots: readonly string[],
): Promise<CurrentHead> {
  const { places } = await putIndexes(access, copied.packs);
  const conversations = encodeConversationItems(placed.conversations.map((each) => movedTo(copied, each)));
  const summary: SnapshotSummary = {
    ...snapshot.summary,
    id: randomBytes(objectIdBytes),
    generation: current.head.generation + 1,
    parent: fromHex(current.head.snapshotId),
    // The later index holds: what was copied is read from where it is now.
    indexes: [...snapshot.summary.indexes, ...places],
    conversations: digestSection(conversations),
  };
  const files = await snapshot.section('files');
  const { head } = await putSnapshot(access, current, { summary, conversations, files });
  const named = { epoch: head.head.epoch, idHex: head.head.snapshotId };
  await requireNothingMissing(access, named);
  const pruneGeneration = await putMarks(access, current, {
    generation: head.head.generation,
    snapshots: [...snapshots, snapshotPath(named)],
    marks: [...(await readMarks(access, current)).all],
  });
  return signHead(access, { ...head.head, pruneGeneration });
}

function movedTo(copied: CopiedChunks, conversation: ConversationItem): ConversationItem {
  const segments = conversation.segments.map((segment) => ({
    ...segment,
    parts: segment.parts.map((part) => ({ ...part, ...copied.moved(part) })),
  }));
  return (conversation as StoredConversation).withSegments(segments);
}

/** What nobody could read afterwards must not become current: the snapshot is read back, and each pack that it needs looked for. */
async function requireNothingMissing(
  access: RepositoryAccess,
  named: { readonly epoch: number; readonly idHex: string },
): Promise<void> {
  const { packs, isBroken } = await new NeedsReader(access).of(named);
  const sizes = await listPacks(access);
  for (const [path, sealedBytes] of packs) {
    if (!isBroken && sizes.get(path) === sealedBytes) continue;
    throw new BackupEngineError(
      'missing-object',
      `a pack vanished from the store while prune ran: ${path}. The backups are untouched; run it again`,
      { fields: { path }, isRetryable: true },
    );
  }
}

async function openSnapshot(
  access: RepositoryAccess,
  { epoch, idHex }: Pick<SnapshotInfo, 'epoch' | 'idHex'>,
): Promise<OpenedSnapshot> {
  return new OpenedSnapshot(await openSummary(access, placeOf('snapshot', epoch, idHex)));
}
