import type { AccountStanding } from './purge-job';
import type { PurgeSettings } from './settings';

/**
 * When the grace of an object ends: counted from the moment that it was proven or the purge was started, whichever is later;
 * longer while the owner key is young, for whoever stole a token and bound a key of their own. The person may ask for more, never
 * for less than the deployment grants.
 *
 * @param provenAtMs - when the object became `proven`
 * @returns an instant; undefined where nothing was started
 */
export function graceEndsAtMs(
  provenAtMs: number,
  standing: AccountStanding,
  settings: PurgeSettings,
): number | undefined {
  const { start } = standing.mandate;
  if (start === null) return undefined;
  const fromMs = Math.max(provenAtMs, start.atMs);
  const boundAtMs = standing.ownerKeyBoundAtMs ?? fromMs;
  const isYoung = fromMs - boundAtMs < settings.youngKeyMs;
  const leastMs = isYoung ? Math.max(settings.graceMs, settings.youngKeyGraceMs) : settings.graceMs;
  return fromMs + Math.max(leastMs, (start.graceSeconds ?? 0) * 1000);
}
