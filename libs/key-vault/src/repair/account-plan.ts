import { sha256 } from '@coffer/crypto';
import { LedgerEventKind, type BudgetState } from '@coffer/evidence';
import { encodeCbor, equalBytes } from '@coffer/foundation';
import { sameBudget } from '../guess-budget';
import { columnsAgree } from '../ledger/ledger-check';
import type { NewStartPolicy } from '../new-start-state';
import { DeletionState } from '../ports/account-deletion-rows';
import { NewStartState } from '../ports/new-start-rows';
import type { KeySealer } from '../ports/key-sealer';
import type { KeyslotRow } from '../ports/rows';
import { replayState, type ChainState } from './chain-state';
import type { AccountChanges, AccountEvidence, BoundOwner } from './repair-store';
import { restoreChain, type FindAnchored, type RestoredChain } from './restore-chain';

/** What a repair does to one account, in figures: nothing in it depends on when the plan is made. */
export interface AccountFacts {
  readonly accountId: string;
  /** Guesses left before, as the row says (0 where it is missing), and after. */
  readonly before: number;
  readonly after: number;
  /** Events that come from an anchor. */
  readonly restored: number;
  /** Rows that are no events of the chain. */
  readonly dropped: number;
  /** Whether a password record goes: the ledger says that it was replaced, removed or shredded, or its guesses are spent. */
  readonly dropsRecord: boolean;
  /** Whether the owner key of the row is not the one that the ledger names last. */
  readonly restoresOwner: boolean;
  /** Whether the ledger says that the account is being deleted, and the row does not. */
  readonly closes: boolean;
}

/** What the repair of one account comes to. */
export type AccountPlan =
  | { readonly outcome: 'sound' }
  /** It stays as it is and sealed, `reason` says why in words for staff. */
  | { readonly outcome: 'lost'; readonly accountId: string; readonly reason: string }
  | {
      readonly outcome: 'repaired';
      readonly facts: AccountFacts;
      readonly chain: RestoredChain;
      readonly rows: AccountRows;
    };

/** What the rows become, but for the event and the notice of the repair. */
export type AccountRows = Omit<AccountChanges, 'events' | 'notice'>;

/** Bytes of one line of a plan. */
export const lineBytes = 16;

/** An account's line in a plan: what two persons approve, and nothing that tells who it is. @returns 16 bytes */
export function planLine(plan: Exclude<AccountPlan, { outcome: 'sound' }>): Uint8Array {
  const line = plan.outcome === 'lost' ? { lost: plan.accountId, reason: plan.reason } : { ...plan.facts };
  return sha256(encodeCbor(line)).slice(0, lineBytes);
}

/**
 * What a repair would do to an account: its chain is put together again, its budget becomes the minimum of row and replay, and the
 * rows beside it become what the chain says of them. Nothing is ever given back: neither a guess, nor a record, a keyslot or an
 * account that has ended.
 *
 * @param find - looks for an event in the anchors
 */
export async function planAccount(
  sealer: KeySealer,
  policy: NewStartPolicy,
  evidence: AccountEvidence,
  find: FindAnchored,
): Promise<AccountPlan> {
  const { accountId } = evidence.row;
  if (evidence.budget === null) return lost(accountId, 'its budget row is missing');
  const chain = await restoreChain(sealer, accountId, evidence, find);
  if ('lost' in chain) return lost(accountId, chain.lost);
  const state = replayState(
    chain.events.map(({ fields }) => fields),
    policy,
  );
  if (isSound(evidence, evidence.budget, chain, state)) return { outcome: 'sound' };
  const budget = minimum(chain.budget, evidence.budget, evidence.recordSerial);
  const facts: AccountFacts = {
    ...{ accountId, before: evidence.budget.remaining, after: budget.remaining },
    ...{ restored: chain.restored, dropped: chain.dropped },
    dropsRecord: evidence.recordSerial !== 0 && evidence.recordSerial !== budget.serial,
    restoresOwner: !sameOwner(evidence, state.owner),
    closes: evidence.row.closedAtMs === null && isClosed(state),
  };
  return { outcome: 'repaired', facts, chain, rows: rowsOf(evidence, state, budget) };
}

/**
 * The ledger's state after the last event, with the fewer guesses of it and the row. The record stays only where ledger and row
 * name the same one, and a guess is left for it: whose guesses are spent has lost it (docs/protocol.md, P4).
 */
function minimum(replayed: BudgetState, row: BudgetState, recordSerial: number): BudgetState {
  const remaining = Math.min(replayed.remaining, row.remaining);
  const keepsRecord = recordSerial === replayed.serial && remaining > 0;
  return { ...replayed, remaining, serial: keepsRecord ? replayed.serial : 0 };
}

/** Whether nothing has to be done: the rows are the chain and what it says, and nobody has sealed the account. */
function isSound(evidence: AccountEvidence, row: BudgetState, chain: RestoredChain, state: ChainState): boolean {
  const { events, leaves, queued, recordSerial, vetoedUntilMs } = evidence;
  const isWhole = chain.restored === 0 && chain.dropped === 0 && leaves.length + queued.length === chain.events.length;
  if (!isWhole || isSealed(evidence, chain)) return false;
  return (
    events.every((event, at) => columnsAgree(event, chain.events[at]!.fields)) &&
    sameBudget(chain.budget, row) &&
    recordSerial === chain.budget.serial &&
    state.vetoedUntilMs === vetoedUntilMs &&
    sameOwner(evidence, state.owner) &&
    (evidence.row.closedAtMs !== null || !isClosed(state))
  );
}

function isSealed({ row }: AccountEvidence, chain: RestoredChain): boolean {
  return row.sealedReason !== null || chain.events.at(-1)!.fields.kind === LedgerEventKind.accountSealed;
}

function isClosed({ deletion }: ChainState): boolean {
  return deletion?.state === DeletionState.closed;
}

function sameOwner({ row }: AccountEvidence, owner: BoundOwner | null): boolean {
  const { ownerGeneration, keyId, ownerPublicKey } = row;
  if (owner === null) return ownerGeneration === 0 && keyId === null && ownerPublicKey === null;
  if (keyId === null || ownerPublicKey === null || ownerGeneration !== owner.generation) return false;
  return equalBytes(keyId, owner.keyId) && equalBytes(ownerPublicKey, owner.ownerPublicKey);
}

function rowsOf(evidence: AccountEvidence, state: ChainState, budget: BudgetState): AccountRows {
  const active = new Set(state.keyslots.filter((slot) => isActive(slot, budget)).map(({ keyslotId }) => keyslotId));
  const there = new Set(evidence.keyslots.map(({ keyslotId }) => keyslotId));
  return {
    ...{ budget, vetoedUntilMs: state.vetoedUntilMs, owner: state.owner, deletion: state.deletion },
    sequencedNumber: Math.max(0, ...evidence.leaves.map(({ number }) => number)),
    endedKeyslots: evidence.keyslots.filter((slot) => slot.state === 'active' && !active.has(slot.keyslotId)),
    // A keyslot of digits is a row alone. Of a password or a passkey the vault has lost what it opened.
    newKeyslots: state.keyslots.filter(
      ({ keyslotId, kind }) => kind === 'digits' && active.has(keyslotId) && !there.has(keyslotId),
    ),
    newStarts: newStartsOf(evidence, state),
    removedRepositories: state.removedRepositories,
  };
}

function isActive({ state, kind, serial }: KeyslotRow, budget: BudgetState): boolean {
  return state === 'active' && (kind !== 'password' || serial === budget.serial);
}

/** Those whose rows are missing or in another state than the chain says; a row that the chain does not know is over. */
function newStartsOf({ newStarts: rows }: AccountEvidence, { newStarts }: ChainState): AccountChanges['newStarts'] {
  const said = new Map(newStarts.map((row) => [row.newStartId, row]));
  const found = new Map(rows.map((row) => [row.newStartId, row]));
  const unknown = rows.filter(({ newStartId, stepAtMs }) => !said.has(newStartId) && stepAtMs !== null);
  return [
    ...newStarts.filter((row) => found.get(row.newStartId)?.state !== row.state),
    ...unknown.map((row) => ({ ...row, state: NewStartState.cancelled, stepAtMs: null })),
  ];
}

function lost(accountId: string, reason: string): AccountPlan {
  return { outcome: 'lost', accountId, reason };
}
