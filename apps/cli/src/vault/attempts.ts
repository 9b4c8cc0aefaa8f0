import { formatCount } from '../output/format';

/** What is left of the guess budget. */
export interface Attempts {
  readonly attemptsRemaining: number;
  /** RFC 3339; null: at once. */
  readonly nextAttemptAt: string | null;
}

/** `9 tries left, the next one from 2026-11-23T10:00:00.000Z on.` */
export function attemptsText({ attemptsRemaining, nextAttemptAt }: Attempts): string {
  const tries = attemptsRemaining === 1 ? 'try' : 'tries';
  const when = nextAttemptAt === null || attemptsRemaining === 0 ? '' : `, the next one from ${nextAttemptAt} on`;
  return `${formatCount(attemptsRemaining)} ${tries} left${when}.`;
}
