import { randomBytes } from '@coffer/crypto';
import {
  chainStart,
  decodeLedgerEvent,
  encodeLedgerEvent,
  hashLedgerEvent,
  type BudgetState,
  type ChainPosition,
  type LedgerEvent,
  type LedgerEventKind,
} from '@coffer/evidence';
import { equalBytes, type CborValue } from '@coffer/foundation';
import { sameBudget } from './guess-budget';
import type { KeySealer, SealingContext } from './ports/key-sealer';
import type { LockedAccount, NewEvent, StoredEvent } from './ports/rows';

/** Facts of an event's kind; ids and hashes, never content. */
export type EventDetails = Readonly<Record<string, CborValue>>;

function macContext(account: string, number: number): SealingContext {
  return { account, serial: 0, table: 'ledger_events', stateVersion: 1, facts: { number } };
}

/** Makes the next event of a chain with its mac and salt. */
export async function makeEvent(
  sealer: KeySealer,
  account: string,
  position: ChainPosition,
  what: {
    readonly kind: LedgerEventKind;
    readonly atMs: number;
    readonly budget: BudgetState;
    readonly details: EventDetails;
  },
): Promise<NewEvent> {
  const number = position.number + 1;
  const fields: LedgerEvent = {
    v: 1,
    account,
    number,
    kind: what.kind,
    atMs: what.atMs,
    remaining: what.budget.remaining,
    attempt: what.budget.attempt,
    nextAtMs: what.budget.nextAtMs,
    serial: what.budget.serial,
    details: what.details,
    previousHash: position.hash,
  };
  const event = encodeLedgerEvent(fields);
  const mac = await sealer.mac(event, macContext(account, number));
  return { number, event, mac, hash: hashLedgerEvent(event), salt: randomBytes(32), fields };
}

/** Where a new account's chain begins. */
export const newChain = chainStart;

/** Whether a stored event is what the vault wrote at that place of that chain. */
export async function hasOwnMac(sealer: KeySealer, account: string, stored: StoredEvent): Promise<boolean> {
  return equalBytes(await sealer.mac(stored.event, macContext(account, stored.number)), stored.mac);
}

/**
 * The last event, where it is the vault's own, says what the budget row says, and is not older than what the tree knows of the
 * account; undefined where that differs, which means that somebody edited the database.
 */
export async function agreedLastEvent(
  sealer: KeySealer,
  account: string,
  locked: Pick<LockedAccount, 'last' | 'budget' | 'sequencedNumber'>,
): Promise<LedgerEvent | undefined> {
  const { last, budget, sequencedNumber } = locked;
  if (last === null || last.number < sequencedNumber || !(await hasOwnMac(sealer, account, last))) return undefined;
  const event = decodeLedgerEvent(last.event);
  return event.number === last.number && sameBudget(event, budget) ? event : undefined;
}

/** An event that exists already, ready to be stored again: mac, hash and fields are made from its bytes. */
export async function storedEventOf(
  sealer: KeySealer,
  account: string,
  { number, event, salt }: Pick<NewEvent, 'number' | 'event' | 'salt'>,
): Promise<NewEvent> {
  const mac = await sealer.mac(event, macContext(account, number));
  return { number, event, salt, mac, hash: hashLedgerEvent(event), fields: decodeLedgerEvent(event) };
}
