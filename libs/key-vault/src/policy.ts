/** Argon2id parameters as the wire has them. */
export interface Ksf {
  readonly algorithm: 'argon2id';
  readonly memoryKiB: number;
  readonly iterations: number;
  readonly parallelism: number;
}

/** The numbers of docs/protocol.md. A deployment changes them for tests only, and its claims then say so. */
export interface VaultPolicy {
  /** Wait after the n-th unproven guess, n = 1 … 9, in milliseconds. */
  readonly guessDelaysMs: readonly number[];
  readonly loginLifeMs: number;
  readonly registrationLifeMs: number;
  readonly registrationsPerDay: number;
  readonly registrationEvaluations: number;
  readonly challengeLifeSeconds: number;
  /** No guess is taken where the anchor has acknowledged nothing for longer. */
  readonly anchorFreshMs: number;
  /** From this unproven guess on every channel is told. */
  readonly noticeFromGuess: number;
  readonly ksf: Ksf;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

export const defaultPolicy: VaultPolicy = {
  guessDelaysMs: [0, 0, minute, 5 * minute, 15 * minute, hour, 4 * hour, 12 * hour, 24 * hour],
  loginLifeMs: 120 * second,
  registrationLifeMs: 15 * minute,
  registrationsPerDay: 5,
  registrationEvaluations: 3,
  challengeLifeSeconds: 300,
  anchorFreshMs: 2 * second,
  noticeFromGuess: 3,
  ksf: { algorithm: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4 },
};
