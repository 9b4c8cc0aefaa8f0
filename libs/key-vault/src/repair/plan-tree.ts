import {
  EvidenceError,
  ledgerOrigin,
  openCheckpoint,
  signCheckpoint,
  TreeBuilder,
  type Checkpoint,
  type NoteSigner,
  type NoteVerifier,
} from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import type { AnchorHead } from '../ledger/anchor';
import type { LedgerHead, PlacedLeaf } from '../ledger/ledger-store';
import type { AnchoredLedger } from './anchored-ledger';
import { isOwnLeaf } from './is-own-leaf';
import { placeLeaves, readLeaves, type LeafReading } from './read-leaves';
import type { TreeRepairStore } from './repair-store';
import { standingLeaves, TreeReader } from './tree-reader';

/** The key that signs checkpoints of one vault's ledger. */
export interface LedgerKey {
  readonly signer: NoteSigner;
  readonly verifier: NoteVerifier;
  readonly vaultId: Uint8Array;
}

/** What has to be written so that the ledger's tree is the anchored one. */
export interface TreePlan {
  /** The head that will stand. What was ever published stays published. */
  readonly head: Omit<LedgerHead, 'anchoredAtMs'>;
  /** Leaves that the database lacks or has otherwise, ascending. */
  readonly put: readonly PlacedLeaf[];
  /** Events that were read from the anchors on the way, by leaf. */
  readonly events: LeafReading['events'];
  /** Accounts of anchored events that the database does not know; their people begin anew. */
  readonly unknownAccounts: number;
  /** Stored hashes that are missing or others. */
  readonly wrongHashes: number;
  /** Whether nothing has to be written. */
  readonly isSound: boolean;
}

/** Why the tree cannot be repaired, in words for staff. */
export interface LostTree {
  readonly lost: string;
}

/**
 * Finds the tree that has to stand: all that the anchors hold, and behind it what the database has further and still follows. The
 * database's own leaves are believed where they lead to the root that the best anchor signs, else the anchor's entries are, if they do.
 *
 * @throws AnchorError `anchor-damaged`
 */
export async function planTree(
  store: TreeRepairStore,
  anchored: AnchoredLedger,
  key: LedgerKey,
): Promise<TreePlan | LostTree> {
  const before = await store.head();
  const sizes = [...anchored.heads.map(({ checkpoint }) => checkpoint.size), before.treeSize, before.anchoredSize];
  let reader = new TreeReader(store, sizes);
  let reading = await readLeaves(store, anchored, reader, 'database');
  if (!leadsTo(reader, anchored.best?.checkpoint)) {
    reader = new TreeReader(store, sizes);
    reading = await readLeaves(store, anchored, reader, 'anchor');
  }
  const problem = problemOf(anchored, reader, reading);
  if (problem !== undefined) return { lost: problem };
  const rest = await readRest(store, reader, before, key.verifier);
  await reader.compare();
  const head = headOf(anchored, reader, before, rest, key);
  const { put, unknownAccounts } = await placeLeaves(store, reading);
  const isSound =
    put.length === 0 &&
    reader.wrongHashes === 0 &&
    head.note === before.note &&
    rest.size === before.treeSize &&
    equalBytes(rest.root, before.root) &&
    publishedBy(before, reader, rest.size, key.verifier) !== undefined &&
    (await store.leaves(rest.size, 1)).length === 0 &&
    (await hasAllAcknowledged(store, anchored));
  return { head, put, events: reading.events, unknownAccounts, wrongHashes: reader.wrongHashes, isSound };
}

function leadsTo(reader: TreeReader, checkpoint: Checkpoint | undefined): boolean {
  return checkpoint === undefined || equalBytes(reader.root(), checkpoint.root);
}

function problemOf(anchored: AnchoredLedger, reader: TreeReader, { unreadable }: LeafReading): string | undefined {
  if (!leadsTo(reader, anchored.best?.checkpoint)) {
    return 'neither the database’s leaves nor the anchor’s entries lead to the root that the anchor signs';
  }
  if (unreadable !== undefined) {
    return `leaf ${unreadable} is missing in the database, and no anchor’s copy can be opened: its sealing key is gone`;
  }
  const fork = anchored.heads.find(({ checkpoint }) => {
    const root = reader.roots.get(checkpoint.size);
    return root === undefined || !equalBytes(root, checkpoint.root);
  });
  return fork === undefined ? undefined : `the anchor ${fork.anchor.name} holds another tree than one that knows more`;
}

/** A tree by its size and root. */
interface Extent {
  readonly size: number;
  readonly root: Uint8Array;
}

/**
 * What the database has beyond the anchored leaves stays: all of it where the ledger's key has signed it, else up to the first
 * leaf that its own event does not give.
 */
async function readRest(
  store: TreeRepairStore,
  reader: TreeReader,
  before: LedgerHead,
  verifier: NoteVerifier,
): Promise<Extent> {
  let followed: Extent | undefined;
  for await (const leaf of standingLeaves(store, reader.size, Number.MAX_SAFE_INTEGER)) {
    if (!isOwnLeaf(leaf)) followed ??= { size: reader.size, root: reader.root() };
    await reader.append(leaf.entry);
  }
  const whole = { size: reader.size, root: reader.root() };
  if (followed === undefined) return whole;
  const signed = openOwn({ size: before.treeSize, note: before.note }, verifier);
  const isSigned = signed !== undefined && signed.size === whole.size && equalBytes(signed.root, whole.root);
  return isSigned ? whole : followed;
}

function headOf(
  anchored: AnchoredLedger,
  reader: TreeReader,
  before: LedgerHead,
  { size, root }: Extent,
  { signer, vaultId, verifier }: LedgerKey,
): TreePlan['head'] {
  const sign = (of: Extent): string => signCheckpoint({ origin: ledgerOrigin(vaultId), ...of, extensions: [] }, signer);
  // A quorum has acknowledged whatever was published, so the anchor that knows most knows of it.
  const { best } = anchored;
  const held = best === undefined ? undefined : { size: best.checkpoint.size, note: best.note };
  const published = publishedBy(before, reader, size, verifier);
  const furthest = [held, published].reduce((left, right) => ((right?.size ?? -1) > (left?.size ?? -1) ? right : left));
  const nothing = (): AnchorHead => ({ size: 0, note: sign({ size: 0, root: TreeBuilder.empty().root() }) });
  const { size: anchoredSize, note: anchoredNote } = furthest ?? nothing();
  return { treeSize: size, root, note: sign({ size, root }), anchoredSize, anchoredNote };
}

/** The checkpoint that the database says was published, where the ledger's key has signed it for this very tree. */
function publishedBy(
  { anchoredSize, anchoredNote }: LedgerHead,
  reader: TreeReader,
  size: number,
  verifier: NoteVerifier,
): AnchorHead | undefined {
  const opened = openOwn({ size: anchoredSize, note: anchoredNote }, verifier);
  const root = reader.roots.get(anchoredSize);
  const isOurs = opened !== undefined && root !== undefined && anchoredSize <= size && equalBytes(opened.root, root);
  return isOurs ? { size: anchoredSize, note: anchoredNote } : undefined;
}

function openOwn({ size, note }: AnchorHead, verifier: NoteVerifier): Checkpoint | undefined {
  try {
    const checkpoint = openCheckpoint(note, verifier);
    return checkpoint.size === size ? checkpoint : undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

/** Whether each anchor that was read still holds what it has acknowledged. */
async function hasAllAcknowledged(store: TreeRepairStore, { readings, heads }: AnchoredLedger): Promise<boolean> {
  const held = new Map(heads.map(({ anchor, checkpoint }) => [anchor.name, checkpoint.size]));
  const read = new Set(readings.filter(({ failure }) => failure === undefined).map(({ anchor }) => anchor.name));
  const acknowledged = await store.acknowledgements();
  return acknowledged.every(({ name, size }) => !read.has(name) || (held.get(name) ?? 0) >= size);
}
