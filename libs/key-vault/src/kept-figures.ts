import { decodeCbor, encodeCbor } from '@coffer/foundation';
import type { AccountSession } from './account-session';
import { VaultError } from './errors';
import { loginAnswerContext } from './password-record';
import type { KeySealer, Sealed } from './ports/key-sealer';
import type { LoginRow } from './ports/rows';

/** The budget as a refused KE3 is told it. It is kept with the login, so that the identical retry gets the identical answer. */
export interface BudgetFigures {
  readonly attemptsRemaining: number;
  readonly nextAttemptAtMs: number | null;
}

/** The figures of this moment. */
export function figuresOf({ budget }: AccountSession): BudgetFigures {
  return { attemptsRemaining: budget.remaining, nextAttemptAtMs: budget.nextAtMs };
}

/** Seals the figures for the login that a wrong or superseded KE3 ends. */
export async function sealFigures(
  sealer: KeySealer,
  session: AccountSession,
  { loginId, serial }: Pick<LoginRow, 'loginId' | 'serial'>,
): Promise<Sealed> {
  const { attemptsRemaining, nextAttemptAtMs } = figuresOf(session);
  const context = loginAnswerContext(session.account.accountId, loginId, serial);
  return sealer.seal(encodeCbor({ attemptsRemaining, nextAttemptAtMs }), context);
}

/**
 * The figures that were told when the login ended, whatever was guessed since; those of a proven one are a full budget.
 *
 * @throws VaultError `login-expired` where the login's life is over, and with it what was kept
 */
export async function openFigures(sealer: KeySealer, session: AccountSession, login: LoginRow): Promise<BudgetFigures> {
  if (login.answer === null || login.expiresAtMs <= session.nowMs) {
    throw new VaultError('login-expired', 'the login has expired; begin a new one, which is a new guess');
  }
  const context = loginAnswerContext(session.account.accountId, login.loginId, login.serial);
  const kept = decodeCbor(await sealer.open(login.answer, context)) as Readonly<Record<string, unknown>>;
  const nextAttemptAtMs = kept['nextAttemptAtMs'];
  return {
    attemptsRemaining: Number(kept['attemptsRemaining']),
    nextAttemptAtMs: typeof nextAttemptAtMs === 'number' ? nextAttemptAtMs : null,
  };
}
