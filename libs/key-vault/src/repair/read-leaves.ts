import { equalBytes } from '@coffer/foundation';
import type { AnchoredEntry } from '../ledger/anchor';
import type { AnchoredEvent } from '../ledger/anchored-event';
import type { LeafWithEvent, PlacedLeaf } from '../ledger/ledger-store';
import type { AnchoredLeaf, AnchoredLedger } from './anchored-ledger';
import { isOwnLeaf } from './is-own-leaf';
import type { TreeRepairStore } from './repair-store';
import { standingLeaves, type TreeReader } from './tree-reader';

/** What reading the anchored leaves gave. */
export interface LeafReading {
  /** Leaves of which the database's row is missing or says something else than the anchor, ascending. */
  readonly differing: readonly { readonly leaf: AnchoredLeaf; readonly row: LeafWithEvent | undefined }[];
  /** Events that were opened, by leaf. */
  readonly events: ReadonlyMap<number, AnchoredEvent>;
  /** A leaf that is missing and cannot be opened. */
  readonly unreadable: number | undefined;
}

/**
 * Reads the leaves that the best anchor has, and grows the tree by them.
 *
 * @param source - whose entries the tree is made of, where both have one
 */
export async function readLeaves(
  store: TreeRepairStore,
  anchored: AnchoredLedger,
  reader: TreeReader,
  source: 'database' | 'anchor',
): Promise<LeafReading> {
  const collected = new Collected(anchored);
  if (source === 'anchor') await readAnchor(store, anchored, reader, collected);
  else await readDatabase(store, anchored, reader, collected);
  return collected;
}

async function readDatabase(
  store: TreeRepairStore,
  anchored: AnchoredLedger,
  reader: TreeReader,
  collected: Collected,
): Promise<void> {
  const suspects: number[] = [];
  for await (const leaf of standingLeaves(store, 0, anchored.best?.checkpoint.size ?? 0)) {
    await reader.append(leaf.entry);
    if (!isOwnLeaf(leaf)) suspects.push(leaf.leafIndex);
  }
  const missingFrom = reader.size;
  for await (const entry of anchored.entries(missingFrom)) {
    await reader.append(entry.entry);
    await collected.take(entry, undefined);
  }
  // One walk for all of them: an anchor is read from its beginning, and has no index.
  const [first] = suspects;
  if (first === undefined) return;
  const wanted = new Set(suspects);
  for await (const entry of anchored.entries(first)) {
    if (!wanted.delete(entry.leafIndex)) continue;
    const [row] = await store.leaves(entry.leafIndex, 1);
    await collected.take(entry, row);
    if (wanted.size === 0) break;
  }
  collected.sort();
}

async function readAnchor(
  store: TreeRepairStore,
  anchored: AnchoredLedger,
  reader: TreeReader,
  collected: Collected,
): Promise<void> {
  const rows = allLeaves(store);
  let row = await rows.next();
  for await (const entry of anchored.entries(0)) {
    await reader.append(entry.entry);
    while (row.done !== true && row.value.leafIndex < entry.leafIndex) row = await rows.next();
    const own = row.done !== true && row.value.leafIndex === entry.leafIndex ? row.value : undefined;
    if (own !== undefined && equalBytes(own.entry, entry.entry) && isOwnLeaf(own)) continue;
    await collected.take(entry, own);
  }
}

/** Every leaf of the database, also behind gaps. */
async function* allLeaves(store: TreeRepairStore): AsyncGenerator<LeafWithEvent, undefined> {
  const atOnce = 1_000;
  for (let first = 0; ;) {
    const leaves = await store.leaves(first, atOnce);
    yield* leaves;
    if (leaves.length < atOnce) return;
    first = leaves.at(-1)!.leafIndex + 1;
  }
}

class Collected implements LeafReading {
  readonly differing: { leaf: AnchoredLeaf; row: LeafWithEvent | undefined }[] = [];
  readonly events = new Map<number, AnchoredEvent>();
  unreadable: number | undefined;
  readonly #anchored: AnchoredLedger;

  constructor(anchored: AnchoredLedger) {
    this.#anchored = anchored;
  }

  async take(entry: AnchoredEntry, row: LeafWithEvent | undefined): Promise<void> {
    const leaf = await this.#anchored.open(entry);
    const hasEntry = row !== undefined && equalBytes(row.entry, entry.entry);
    if (leaf === undefined) {
      // What the row says of whose it is cannot be held against anything; its account's chain will tell.
      if (!hasEntry) this.unreadable ??= entry.leafIndex;
      return;
    }
    this.events.set(leaf.leafIndex, leaf.anchored);
    const isThere = hasEntry && row.accountId === leaf.accountId && row.number === leaf.number;
    if (!isThere) this.differing.push({ leaf, row });
  }

  sort(): void {
    this.differing.sort((left, right) => left.leaf.leafIndex - right.leaf.leafIndex);
  }
}

/**
 * Where the differing leaves belong. A leaf whose account is not in the database is nobody's: the account was erased, or was made
 * after the dump that the database comes from, and nothing of it is there to come back.
 */
export async function placeLeaves(
  store: Pick<TreeRepairStore, 'known'>,
  { differing }: Pick<LeafReading, 'differing'>,
): Promise<{ readonly put: readonly PlacedLeaf[]; readonly unknownAccounts: number }> {
  const accounts = new Set(differing.map(({ leaf }) => leaf.accountId));
  const known = await store.known([...accounts]);
  const put = differing.flatMap(({ leaf: { leafIndex, entry, accountId, number }, row }): readonly PlacedLeaf[] => {
    if (known.has(accountId)) return [{ leafIndex, entry, accountId, number }];
    const isNobodys = row?.accountId === null && equalBytes(row.entry, entry);
    return isNobodys ? [] : [{ leafIndex, entry, accountId: null, number: null }];
  });
  const unknown = new Set(
    differing
      .filter(({ leaf, row }) => row === undefined && !known.has(leaf.accountId))
      .map(({ leaf }) => leaf.accountId),
  );
  return { put, unknownAccounts: unknown.size };
}
