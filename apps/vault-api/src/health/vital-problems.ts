import { vaultVitals, type Database, type VaultVitals } from '@coffer/database';
import { equalBytes, systemClock } from '@coffer/foundation';

/** Tokens are allowed 5 minutes; what is off by a tenth of that will be off by all of it. */
const clockToleranceMs = 30_000;
/** Guesses are refused after 2 s without an acknowledgement; after so long it is no hiccup. */
const anchorPatienceMs = 10_000;

/** The database's vitals, and how far its clock is from this machine's. */
export interface SeenVitals extends VaultVitals {
  /** How far the database's clock is ahead, in milliseconds; the time that the question took does not count. */
  readonly aheadMs: number;
}

/** @throws DatabaseError `unavailable` */
export async function seeVitals(database: Database): Promise<SeenVitals> {
  const before = systemClock.nowMs();
  const vitals = await vaultVitals(database);
  const after = systemClock.nowMs();
  // Any instant in between may be the one that the database saw.
  const aheadMs = vitals.nowMs > after ? vitals.nowMs - after : Math.min(0, vitals.nowMs - before);
  return { ...vitals, aheadMs };
}

/** Delays of guesses run by the database's clock, tokens by this machine's: they must agree. */
export function clockProblem({ aheadMs }: Pick<SeenVitals, 'aheadMs'>): string | undefined {
  if (Math.abs(aheadMs) <= clockToleranceMs) return undefined;
  const way = aheadMs > 0 ? 'ahead of' : 'behind';
  const [off, most] = [Math.abs(aheadMs), clockToleranceMs].map((ms) => Math.round(ms / 1000));
  return `the database's clock is ${off} s ${way} this machine's; at most ${most} s are allowed. Set both by NTP.`;
}

/** A database that was exchanged for another vault's under a running process. */
export function keysProblem({ vaultId }: Pick<SeenVitals, 'vaultId'>, ownId: Uint8Array): string | undefined {
  if (vaultId === null) return 'the database holds no vault; this process was started on another one';
  return equalBytes(vaultId, ownId) ? undefined : 'the database holds another vault than this process was started on';
}

export function anchorProblem({ nowMs, anchoredAtMs }: Pick<SeenVitals, 'nowMs' | 'anchoredAtMs'>): string | undefined {
  if (anchoredAtMs === null) return 'the anchors have acknowledged nothing yet';
  const silentMs = nowMs - anchoredAtMs;
  if (silentMs <= anchorPatienceMs) return undefined;
  return `the anchors have acknowledged nothing for ${Math.round(silentMs / 1000)} s; guesses are refused until they do`;
}
