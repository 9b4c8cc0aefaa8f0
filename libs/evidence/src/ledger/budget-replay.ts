import { EvidenceError } from '../errors';
import { LedgerEventKind, maximumGuesses, type BudgetState, type LedgerEvent } from './ledger-event';

/** The budget of an account before its first event: no guess, no record. */
const closed: BudgetState = { remaining: 0, attempt: 0, nextAtMs: null, serial: 0 };

// Only a proven success gives guesses back: a valid KE3, or the activation of a pending record.
const refills: readonly LedgerEventKind[] = [
  LedgerEventKind.accountOpened,
  LedgerEventKind.proven,
  LedgerEventKind.keyslotProven,
  LedgerEventKind.keyRotated,
];

/**
 * Replays the guess budget of one account over its events and checks every step: an account opens once, with 10; a guess
 * costs exactly one and raises the attempt number by one; only a proven success gives guesses back, and then to 10; nothing
 * else touches `remaining` or `attempt`, except that a proven success may start the attempts anew and a repair may take guesses
 * away, never give one.
 *
 * @param events - of one account in order, as `verifyChain` gave them
 * @param from - budget after the event before the first of `events`; a new account unless told
 * @returns the budget after the last event
 * @throws EvidenceError `chain-broken` / `wrong-budget`, with `fields.number` = the event whose budget does not follow
 */
export function replayBudget(events: Iterable<LedgerEvent>, from: BudgetState = closed): BudgetState {
  let budget = from;
  for (const event of events) {
    if (!follows(budget, event)) {
      throw new EvidenceError(
        'chain-broken',
        'wrong-budget',
        `the guess budget of event ${event.number} does not follow from the event before`,
        { fields: { number: event.number } },
      );
    }
    const { remaining, attempt, nextAtMs, serial } = event;
    budget = { remaining, attempt, nextAtMs, serial };
  }
  return budget;
}

function follows(before: BudgetState, event: LedgerEvent): boolean {
  if ((event.number === 1) !== (event.kind === LedgerEventKind.accountOpened)) return false;
  if (event.kind === LedgerEventKind.accountOpened) return event.remaining === maximumGuesses && event.attempt === 0;
  if (event.kind === LedgerEventKind.guess) {
    return event.remaining === before.remaining - 1 && event.attempt === before.attempt + 1;
  }
  if (event.kind === LedgerEventKind.accountRepaired) {
    const isLess = event.remaining <= before.remaining && (event.serial === before.serial || event.serial === 0);
    return isLess && event.attempt === before.attempt && event.nextAtMs === before.nextAtMs;
  }
  const isUntouched =
    event.remaining === before.remaining && event.attempt === before.attempt && event.nextAtMs === before.nextAtMs;
  if (isUntouched || !refills.includes(event.kind)) return isUntouched;
  // A rotation gives guesses back only with a password that was proven for it, whose record is a new one.
  const isWithoutPassword = event.serial === 0 || event.serial === before.serial;
  if (event.kind === LedgerEventKind.keyRotated && isWithoutPassword) return false;
  return event.remaining === maximumGuesses && (event.attempt === 0 || event.attempt === before.attempt);
}
