import {
  EvidenceError,
  hashLedgerEvent,
  openCheckpoint,
  replayBudget,
  replayVeto,
  treeRoot,
  verifyChain,
  type BudgetState,
  type LedgerEvent,
  type NoteVerifier,
} from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { hasOwnMac } from '../event-maker';
import { sameBudget } from '../guess-budget';
import type { KeySealer } from '../ports/key-sealer';
import type { StoredEvent } from '../ports/rows';
import type { AnchorHead } from './anchor';
import type { AnchorReading, AnchorSet } from './anchor-set';
import type { FreeingEvents } from './freed-leaves';
import type { AnchorAcknowledgement, LedgerHead, LedgerStore } from './ledger-store';

/** An event with the columns that stand beside it for figures and lists. */
export interface ChainEvent extends StoredEvent {
  readonly hash: Uint8Array;
  readonly figures: BudgetState & Pick<LedgerEvent, 'kind' | 'atMs'>;
}

/** One account with its whole chain, for a replay. */
export interface AccountChain {
  readonly accountId: string;
  readonly budget: BudgetState;
  readonly vetoedUntilMs: number | null;
  readonly events: readonly ChainEvent[];
  /** How many of its events are in the tree or wait for it. */
  readonly accounted: number;
}

/** What the checks read. */
export interface LedgerCheckStore extends LedgerStore {
  /** Accounts after `after` (null: from the first), ascending, with their chains; at most `limit`, sealed ones left out. */
  chains(after: string | null, limit: number): Promise<readonly AccountChain[]>;
  /** What the vault's own chain says of leaves that became nobody's. */
  freeing(): Promise<FreeingEvents>;
}

/** What a check of tree and anchors found. */
export interface TreeCheck {
  /** Why they do not hold, in words for staff; undefined where nothing speaks against them. */
  readonly problem: string | undefined;
  /** Anchors that could not be read, and why. */
  readonly unread: readonly { readonly name: string; readonly failure: string }[];
  /** Whether so many anchors were read that a rollback of the database cannot have been missed. */
  readonly isKnown: boolean;
}

/**
 * Whether tree and anchors hold: the head is signed by the ledger's own key, its root follows from the stored hashes, and the
 * database is not behind what any anchor has acknowledged.
 */
export async function checkTree(
  store: LedgerCheckStore,
  anchors: AnchorSet,
  verifier: NoteVerifier,
): Promise<TreeCheck> {
  // Database before anchors while the ledger grows: what an anchor shows now, the database has a moment later, and what the
  // database said was acknowledged before, the anchor has now.
  const acknowledged = await store.acknowledgements();
  const readings = await anchors.read();
  const head = await store.head();
  const unread = readings.flatMap(({ anchor, failure }) =>
    failure === undefined ? [] : [{ name: anchor.name, failure }],
  );
  const isKnown = readings.length - unread.length >= anchors.readQuorum;
  const problem = await firstProblem(store, head, verifier, readings, acknowledged);
  return { problem, unread, isKnown };
}

async function firstProblem(
  store: LedgerCheckStore,
  head: LedgerHead,
  verifier: NoteVerifier,
  readings: readonly AnchorReading[],
  acknowledged: readonly AnchorAcknowledgement[],
): Promise<string | undefined> {
  try {
    const checkpoint = openCheckpoint(head.note, verifier);
    if (checkpoint.size !== head.treeSize || !equalBytes(checkpoint.root, head.root)) {
      return 'the checkpoint in the database is of another tree';
    }
    if (!equalBytes(await treeRoot(store.hashes, head.treeSize), head.root)) return 'the tree is broken';
    for (const reading of readings) {
      if (reading.failure !== undefined) continue;
      const known = acknowledged.find(({ name }) => name === reading.anchor.name)?.size ?? 0;
      const problem = await anchorProblem(store, head, verifier, reading.head, known);
      if (problem !== undefined) return `${problem} (anchor ${reading.anchor.name})`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof EvidenceError) return `the ledger does not verify: ${error.code}`;
    throw error;
  }
}

async function anchorProblem(
  store: LedgerCheckStore,
  head: LedgerHead,
  verifier: NoteVerifier,
  anchored: AnchorHead | undefined,
  known: number,
): Promise<string | undefined> {
  // An anchor that never acknowledged anything is new: it is filled.
  if (anchored === undefined) return known > 0 ? 'the anchor has lost what it acknowledged' : undefined;
  const held = openCheckpoint(anchored.note, verifier);
  if (held.size > head.treeSize) {
    return `the database is behind its anchor: ${head.treeSize} of ${held.size} events`;
  }
  if (held.size < known) return 'the anchor has lost what it acknowledged';
  if (held.size !== anchored.size || !equalBytes(await treeRoot(store.hashes, held.size), held.root)) {
    return 'the tree is not the one that the anchor acknowledged';
  }
  return undefined;
}

/**
 * Whether an account's budget is what its own chain says, every event of it the vault's own, and whether the columns beside the
 * events say what the events say.
 */
export async function chainHolds(sealer: KeySealer, chain: AccountChain): Promise<boolean> {
  if (chain.events.length === 0 || chain.accounted !== chain.events.length) return false;
  for (const stored of chain.events) if (!(await hasOwnMac(sealer, chain.accountId, stored))) return false;
  try {
    const { events } = verifyChain(
      chain.events.map(({ event }) => event),
      { account: chain.accountId },
    );
    return (
      events.every((event, at) => columnsAgree(chain.events[at]!, event)) &&
      sameBudget(replayBudget(events), chain.budget) &&
      replayVeto(events) === chain.vetoedUntilMs
    );
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

/** Whether the columns beside an event say what it says. @param decoded - what `event` encodes */
export function columnsAgree({ event, hash, figures }: ChainEvent, decoded: LedgerEvent): boolean {
  return (
    equalBytes(hash, hashLedgerEvent(event)) &&
    figures.kind === decoded.kind &&
    figures.atMs === decoded.atMs &&
    sameBudget(figures, decoded)
  );
}
