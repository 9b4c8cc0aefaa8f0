import { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Fewest characters of a new password. */
export const leastPasswordCharacters = 8;

/** How a password would fare against somebody who guesses off-line. `refused`: it is not taken. */
export type PasswordStrength = 'refused' | 'weak' | 'good';

/** Guesses, as a power of ten: below the first it is refused, below the second the person is warned. */
const refusedBelow = 6;
const warnedBelow = 10;

/** Rates a new password as it was typed. */
export function ratePassword(password: string): PasswordStrength {
  if (Array.from(password).length < leastPasswordCharacters) return 'refused';
  // Its work grows with the square of the length, and nothing beyond this makes a password weaker.
  const { guessesLog10 } = new ZxcvbnFactory({}).check(password.slice(0, 100));
  if (guessesLog10 < refusedBelow) return 'refused';
  return guessesLog10 < warnedBelow ? 'weak' : 'good';
}
