import { maximumGuesses, type BudgetState } from '@coffer/evidence';

/** What a budget says to one more guess. */
export type SpendDecision =
  | {
      readonly outcome: 'spend';
      readonly after: BudgetState;
      /** Unproven guesses, this one included. */ readonly guess: number;
    }
  | { readonly outcome: 'none-left' }
  | { readonly outcome: 'vetoed'; readonly untilMs: number }
  | { readonly outcome: 'too-early'; readonly nextAtMs: number };

/** A new account's budget. */
export const openingBudget: BudgetState = { remaining: maximumGuesses, attempt: 0, nextAtMs: null, serial: 0 };

/**
 * Decides one guess, counted as if it were wrong: only a proven success gives it back.
 *
 * @param delaysMs - wait after the n-th unproven guess, n from 1 on; none after the last one of the list
 * @param vetoedUntilMs - until when the owner's guess veto lasts; null: there is none
 */
export function decideSpend(
  budget: BudgetState,
  nowMs: number,
  delaysMs: readonly number[],
  vetoedUntilMs: number | null = null,
): SpendDecision {
  if (budget.remaining <= 0) return { outcome: 'none-left' };
  if (vetoedUntilMs !== null && isVetoed(vetoedUntilMs, nowMs)) return { outcome: 'vetoed', untilMs: vetoedUntilMs };
  if (budget.nextAtMs !== null && nowMs < budget.nextAtMs) return { outcome: 'too-early', nextAtMs: budget.nextAtMs };
  const remaining = budget.remaining - 1;
  const guess = maximumGuesses - remaining;
  const delayMs = delaysMs[guess - 1] ?? 0;
  return {
    outcome: 'spend',
    guess,
    after: {
      remaining,
      attempt: budget.attempt + 1,
      nextAtMs: delayMs === 0 ? null : nowMs + delayMs,
      serial: budget.serial,
    },
  };
}

/** Whether the owner's guess veto holds. */
export function isVetoed(vetoedUntilMs: number | null, nowMs: number): boolean {
  return vetoedUntilMs !== null && nowMs < vetoedUntilMs;
}

/** When the next guess is taken, after its delay and after a veto; null: at once. */
export function nextGuessAtMs(nextAtMs: number | null, vetoedUntilMs: number | null, nowMs: number): number | null {
  return isVetoed(vetoedUntilMs, nowMs) ? Math.max(vetoedUntilMs ?? 0, nextAtMs ?? 0) : nextAtMs;
}

/** The budget after a proven success under the record of `serial`. */
export function refilled(budget: BudgetState, serial: number): BudgetState {
  return { remaining: maximumGuesses, attempt: budget.attempt, nextAtMs: null, serial };
}

/** The budget after the record is gone: what is spent stays spent. */
export function withoutRecord(budget: BudgetState): BudgetState {
  return { ...budget, serial: 0 };
}

/** Whether two budgets are the same in every field. */
export function sameBudget(left: BudgetState, right: BudgetState): boolean {
  return (
    left.remaining === right.remaining &&
    left.attempt === right.attempt &&
    left.nextAtMs === right.nextAtMs &&
    left.serial === right.serial
  );
}
