import { limits } from '@coffer/contracts';

/** Days after a keyslot was proven at which the account is asked to prove that its secret is still known (docs/protocol.md). */
export const firstCheckDays = [1, 7, 30, 90] as const;
/** Days between two checks from then on. */
export const laterCheckDays = 180;

const dayMs = 86_400_000;

/**
 * When the account is asked next. Checks that nobody could make, because the worker did not run, are not made up for.
 *
 * @param provenAtMs - when the newest keyslot was proven, milliseconds since 1970
 * @param afterMs - the next check is later than this
 */
export function nextCheckAtMs(provenAtMs: number, afterMs: number = provenAtMs): number {
  const early = firstCheckDays.map((days) => provenAtMs + days * dayMs).find((atMs) => atMs > afterMs);
  if (early !== undefined) return early;
  const lastMs = provenAtMs + firstCheckDays[firstCheckDays.length - 1]! * dayMs;
  const steps = Math.max(0, Math.floor((afterMs - lastMs) / (laterCheckDays * dayMs)));
  return lastMs + (steps + 1) * laterCheckDays * dayMs;
}

/**
 * Whether the account can be asked now. Where only a password opens its key and too few guesses are left, it is asked another day.
 *
 * @param kinds - of its active keyslots
 */
export function canBeChecked(kinds: readonly string[], guessesLeft: number): boolean {
  if (kinds.some((kind) => kind !== 'password')) return true;
  // A check must not cost the keyslot.
  return kinds.length > 0 && guessesLeft >= limits.guessesForCheck;
}
