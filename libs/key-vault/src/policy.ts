import type { NewStartPolicy } from './new-start-state';

/** Argon2id parameters as the wire has them. */
export interface Ksf {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** The numbers of docs/protocol.md. A deployment changes them for tests only, and its claims then say so. */
export interface VaultPolicy extends NewStartPolicy {
  /** Wait after the n-th unproven guess, n = 1 … 9, in milliseconds. */
  readonly guessDelaysMs: readonly number[];
  readonly loginLifeMs: number;
  readonly registrationLifeMs: number;
  /** How long a password that was proven for a rotation waits for it. */
  readonly provenLifeMs: number;
  readonly registrationsPerDay: number;
  readonly registrationEvaluations: number;
  readonly challengeLifeSeconds: number;
  /** No guess is taken where the anchor has acknowledged nothing for longer. */
  readonly anchorFreshMs: number;
  /** From this unproven guess on every channel is told. */
  readonly noticeFromGuess: number;
  /** Between asking for the deletion of an account without its key, and its closing. */
  readonly deletionWaitMs: number;
  /** How long after a removal the store is looked through again: an upload that had begun has ended by then. */
  readonly removalSettleMs: number;
  readonly ksf: Ksf;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const defaultPolicy: VaultPolicy = {
  guessDelaysMs: [0, 0, minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, 24 * hour],
  loginLifeMs: 120 * second,
  registrationLifeMs: 15 * minute,
  provenLifeMs: hour,
  registrationsPerDay: 5,
  registrationEvaluations: 3,
  challengeLifeSeconds: 300,
  anchorFreshMs: 2 * second,
  noticeFromGuess: 3,
  newStartWaitMs: 7 * day,
  newStartOpenMs: 14 * day,
  newStartUndoMs: 90 * day,
  deletionWaitMs: 30 * day,
  removalSettleMs: 5 * minute,
  ksf: { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 },
};

/** No deployment but a declared test waits less before a new start opens, milliseconds. */
export const leastNewStartWaitMs = 72 * hour;
