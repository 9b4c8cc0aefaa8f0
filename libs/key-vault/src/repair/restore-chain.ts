import {
  decodeLedgerEvent,
  EvidenceError,
  hashLedgerEvent,
  ledgerEntry,
  replayBudget,
  verifyChain,
  type BudgetState,
} from '@coffer/evidence';
import { equalBytes } from '@coffer/foundation';
import { hasOwnMac, storedEventOf } from '../event-maker';
import type { AnchoredEvent } from '../ledger/anchored-event';
import type { NewLeaf } from '../ledger/ledger-store';
import type { KeySealer } from '../ports/key-sealer';
import type { NewEvent } from '../ports/rows';
import type { AccountEvidence, EvidentEvent } from './repair-store';

/** A chain that holds, put together from the database and the anchors. */
export interface RestoredChain {
  /** At least one. */
  readonly events: readonly NewEvent[];
  /** The budget after the last of them. */
  readonly budget: BudgetState;
  /** Events that came from an anchor. */
  readonly restored: number;
  /** Rows that were no event of this chain. */
  readonly dropped: number;
}

/** Why a chain cannot be put together, in words for staff. */
export interface LostChain {
  readonly lost: string;
}

/** Looks for what the anchors hold of a leaf. */
export type FindAnchored = (leaf: NewLeaf) => Promise<AnchoredEvent | undefined>;

/**
 * Puts an account's chain together again: each event that the tree names, from the database where the vault's own mac and the
 * tree's entry hold it, else from an anchor; behind them what the database has further, as far as it follows. Whatever is put
 * in is held against the tree, so that an anchor is believed as little as the database.
 */
export async function restoreChain(
  sealer: KeySealer,
  accountId: string,
  evidence: Pick<AccountEvidence, 'events' | 'leaves'>,
  find: FindAnchored,
): Promise<RestoredChain | LostChain> {
  const leaves = new Map(evidence.leaves.map((leaf) => [leaf.number, leaf]));
  const rows = new Map(evidence.events.map((event) => [event.number, event]));
  const last = Math.max(0, ...leaves.keys());
  const events: NewEvent[] = [];
  let restored = 0;
  for (let number = 1; number <= last || rows.has(number); number++) {
    const [row, leaf] = [rows.get(number), leaves.get(number)];
    if (row !== undefined && (await isOwn(sealer, accountId, row, leaf))) {
      events.push(asStored(row));
      continue;
    }
    // Behind the tree's last event nothing but the vault's own mac says that a row was ever an event.
    if (number > last) break;
    if (leaf === undefined) return { lost: `event ${number} is not in the tree, and a later one is` };
    const anchored = await find(leaf);
    if (anchored === undefined) return { lost: `event ${number} is neither in the database nor readable in an anchor` };
    events.push(await storedEventOf(sealer, accountId, { number, ...anchored }));
    restored += 1;
  }
  return replayed(accountId, events, last, { restored, rows: rows.size });
}

/** The chain up to the last event that follows: behind the tree's last one, what does not follow was never an event. */
function replayed(
  accountId: string,
  events: readonly NewEvent[],
  sequenced: number,
  { restored, rows }: { readonly restored: number; readonly rows: number },
): RestoredChain | LostChain {
  for (let length = events.length; length >= Math.max(1, sequenced); length--) {
    const kept = events.slice(0, length);
    const budget = replayOf(accountId, kept);
    if (budget !== undefined) return { events: kept, budget, restored, dropped: rows - (kept.length - restored) };
  }
  return { lost: 'its events do not make one chain' };
}

function replayOf(accountId: string, events: readonly NewEvent[]): BudgetState | undefined {
  try {
    const bytes = events.map(({ event }) => event);
    return replayBudget(verifyChain(bytes, { account: accountId }).events);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}

async function isOwn(
  sealer: KeySealer,
  accountId: string,
  row: EvidentEvent,
  leaf: NewLeaf | undefined,
): Promise<boolean> {
  if (row.salt.length !== 32) return false;
  if (leaf !== undefined && !equalBytes(ledgerEntry(row.salt, row.event), leaf.entry)) return false;
  return hasOwnMac(sealer, accountId, row);
}

/** @param row - found to bear the vault's own mac, so its bytes are an event */
function asStored({ number, event, mac, salt }: EvidentEvent): NewEvent {
  return { number, event, mac, salt, hash: hashLedgerEvent(event), fields: decodeLedgerEvent(event) };
}
