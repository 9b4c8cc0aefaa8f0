import {
  EvidenceError,
  hashLeaf,
  ledgerEntry,
  openCheckpoint,
  replayBudget,
  replayVeto,
  treeRoot,
  verifyChain,
  type BudgetState,
  type HashReader,
  type NoteVerifier,
} from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { hasOwnMac } from '../event-maker';
import { sameBudget } from '../guess-budget';
import type { KeySealer } from '../ports/key-sealer';
import type { StoredEvent } from '../ports/rows';
import type { Anchor } from './anchor';
import type { LedgerStore } from './ledger-store';

/** One account with its whole chain, for a replay. */
export interface AccountChain {
  readonly accountId: string;
  readonly budget: BudgetState;
  readonly vetoedUntilMs: number | null;
  readonly events: readonly StoredEvent[];
  /** How many of its events are in the tree or wait for it. */
  readonly accounted: number;
}

/** What the checks read. */
export interface LedgerCheckStore extends LedgerStore {
  readonly hashes: HashReader;
  /** Accounts after `after` (null: from the first), ascending, with their chains; at most `limit`, sealed ones left out. */
  chains(after: string | null, limit: number): Promise<readonly AccountChain[]>;
}

/**
 * Whether tree and anchor hold: the head is signed by the ledger's own key, its root follows from the stored hashes, and the
 * database is not behind what the anchor has acknowledged.
 *
 * @returns undefined where they hold, else why not, in words for staff
 */
export async function checkTree(
  store: LedgerCheckStore,
  anchor: Anchor,
  verifier: NoteVerifier,
): Promise<string | undefined> {
  // Database before anchor while the ledger grows: what the anchor shows now, the database has a moment later, and what the
  // database said was acknowledged before, the anchor has now.
  const { anchoredSize } = await store.head();
  const anchored = await anchor.head();
  const head = await store.head();
  try {
    const checkpoint = openCheckpoint(head.note, verifier);
    if (checkpoint.size !== head.treeSize || !equalBytes(checkpoint.root, head.root)) {
      return 'the checkpoint in the database is of another tree';
    }
    if (!equalBytes(await treeRoot(store.hashes, head.treeSize), head.root)) return 'the tree is broken';
    if (anchored === undefined) return anchoredSize > 0 ? 'the anchor has lost what it acknowledged' : undefined;
    const acknowledged = openCheckpoint(anchored.note, verifier);
    if (acknowledged.size > head.treeSize) {
      return `the database is behind its anchor: ${head.treeSize} of ${acknowledged.size} events`;
    }
    if (acknowledged.size < anchoredSize) return 'the anchor has lost what it acknowledged';
    if (!equalBytes(await treeRoot(store.hashes, acknowledged.size), acknowledged.root)) {
      return 'the tree is not the one that the anchor acknowledged';
    }
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return `the ledger does not verify: ${error.code}`;
    throw error;
  }
}

/** What a check of leaves found, and where the next one goes on. */
export interface LeafCheck {
  readonly next: number;
  /** Why the tree does not hold; undefined where it does. */
  readonly problem: string | undefined;
  /** Accounts whose event is no longer the one that was recorded. */
  readonly differingAccounts: readonly string[];
}

/**
 * Whether the leaves from `first` on are hashed as stored and stand where they belong (else the tree is broken), and whether
 * their events and salts still give their entries (else one account was edited).
 */
export async function checkLeaves(store: LedgerCheckStore, first: number, limit: number): Promise<LeafCheck> {
  const leaves = await store.leaves(first, limit);
  const hashes = await store.hashes.read(leaves.map(({ leafIndex }) => ({ level: 0, index: leafIndex })));
  const differing = new Set<string>();
  for (const [at, leaf] of leaves.entries()) {
    const hash = hashes[at];
    if (leaf.leafIndex !== first + at || hash === undefined || !equalBytes(hash, hashLeaf(leaf.entry))) {
      return { next: first, problem: `leaf ${first + at} of the tree is not what was recorded`, differingAccounts: [] };
    }
    const { event, salt, entry } = leaf;
    const isErased = event === null || salt === null;
    if (!isErased && !equalBytes(ledgerEntry(salt, event), entry)) differing.add(leaf.accountId);
  }
  return { next: first + leaves.length, problem: undefined, differingAccounts: [...differing] };
}

/** Whether an account's budget and veto are what its own chain says, every event of it the vault's own. */
export async function chainHolds(sealer: KeySealer, chain: AccountChain): Promise<boolean> {
  if (chain.events.length === 0 || chain.accounted !== chain.events.length) return false;
  for (const stored of chain.events) if (!(await hasOwnMac(sealer, chain.accountId, stored))) return false;
  try {
    const { events } = verifyChain(
      chain.events.map(({ event }) => event),
      { account: chain.accountId },
    );
    return sameBudget(replayBudget(events), chain.budget) && replayVeto(events) === chain.vetoedUntilMs;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}
