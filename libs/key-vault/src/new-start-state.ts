import { NewStartState, type NewStartChange, type NewStartRow } from './ports/new-start-rows';

/** The waits of a new start (docs/protocol.md, "New start"), in milliseconds. */
export interface NewStartPolicy {
  /** Between its beginning and the first registration under it. */
  readonly newStartWaitMs: number;
  /** How long the registration is taken after the wait. */
  readonly newStartOpenMs: number;
  /** How long after its end the former owner key may undo it. */
  readonly newStartUndoMs: number;
}

/** What a new start is at an instant: its row's state, with the clock read into it. */
export type NewStartPhase = 'waiting' | 'open' | Exclude<NewStartState, 'pending'>;

/** A step of the sweep. */
export type NewStartStep = 'tell-open' | 'expire' | 'settle';

/** @param nowMs - by the database's clock, as everywhere in this file */
export function phaseOf(row: NewStartRow, nowMs: number): NewStartPhase {
  if (row.state === NewStartState.finished) {
    return row.undoUntilMs !== null && nowMs < row.undoUntilMs ? 'finished' : 'settled';
  }
  if (row.state !== NewStartState.pending) return row.state;
  if (nowMs < row.opensAtMs) return 'waiting';
  return nowMs < row.closesAtMs ? 'open' : 'expired';
}

/** The instants of a new start that begins now. */
export function newStartTimes(
  nowMs: number,
  policy: NewStartPolicy,
): Pick<NewStartRow, 'begunAtMs' | 'opensAtMs' | 'closesAtMs' | 'stepAtMs'> {
  const opensAtMs = nowMs + policy.newStartWaitMs;
  return { begunAtMs: nowMs, opensAtMs, closesAtMs: opensAtMs + policy.newStartOpenMs, stepAtMs: opensAtMs };
}

/** What the sweep owes a row now; undefined where nothing is due. */
export function dueStep(row: NewStartRow, nowMs: number): NewStartStep | undefined {
  if (row.stepAtMs === null || nowMs < row.stepAtMs) return undefined;
  const phase = phaseOf(row, nowMs);
  if (row.state === NewStartState.pending) return phase === 'open' ? 'tell-open' : 'expire';
  return phase === 'settled' ? 'settle' : undefined;
}

/** The row after a step of the sweep. */
export function afterStep(row: NewStartRow, step: NewStartStep): NewStartChange {
  const { finishedAtMs, undoUntilMs } = row;
  if (step === 'tell-open') return { state: row.state, finishedAtMs, undoUntilMs, stepAtMs: row.closesAtMs };
  const state = step === 'expire' ? NewStartState.expired : NewStartState.settled;
  return { state, finishedAtMs, undoUntilMs, stepAtMs: null };
}

/** The row after it ended for good: cancelled, undone, or overtaken by the undoing of an earlier one. */
export function ended(row: NewStartRow, state: 'cancelled' | 'undone' | 'settled'): NewStartChange {
  return { state, finishedAtMs: row.finishedAtMs, undoUntilMs: row.undoUntilMs, stepAtMs: null };
}

/** The row once the registration under it is activated. */
export function finished(nowMs: number, policy: NewStartPolicy): NewStartChange {
  const undoUntilMs = nowMs + policy.newStartUndoMs;
  return { state: NewStartState.finished, finishedAtMs: nowMs, undoUntilMs, stepAtMs: undoUntilMs };
}
