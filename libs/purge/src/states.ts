/** Where one found object stands (docs/purge.md, "States"). */
export const PurgeState = {
  /** Seen by a listing; its bytes are not hashed yet. */
  discovered: 'discovered',
  /** Hashed; no accepted proof names these bytes, or the ciphertext is out of reach. */
  waitingForBackup: 'waiting-for-backup',
  /** An accepted proof names its very bytes. */
  backedUp: 'backed-up',
  /** The worker fetched the ciphertext that the proof lists, and compared it. Or the person released the object. */
  proven: 'proven',
  /** All four conditions hold; the person can still stop it. */
  grace: 'grace',
  /** The delete is about to be sent, or was sent and not answered. */
  deleting: 'deleting',
  /** Gone by the provider's word; two listings must not show it. */
  verifyingAbsence: 'verifying-absence',
  /** Gone, and looked for twice. */
  purged: 'purged',
  /** Consent, or the owner-signed start, is missing or void. */
  needsConsent: 'needs-consent',
  /** The provider no longer takes the person's token. */
  needsAuth: 'needs-auth',
  /** The provider holds a lock on it; `dueAtMs` says how long. */
  lockedUntil: 'locked-until',
  /** It was gone and is there again. */
  reappeared: 'reappeared',
  /** The person stopped the purge. */
  stopped: 'stopped',
  /** A copy that no connector can reach. */
  retainedElsewhere: 'retained-elsewhere',
  /** Nobody could read it as a backup; never purged unless released. */
  quarantined: 'quarantined',
  /** Given up after several tries; staff may retry. */
  failed: 'failed',
} as const;
export type PurgeState = (typeof PurgeState)[keyof typeof PurgeState];

/** All states, in the order of the table above. */
export const purgeStates: readonly PurgeState[] = Object.values(PurgeState);

/** The four sums of the conservation law. */
export type PurgeBucket = 'waiting' | 'kept' | 'failed' | 'done';

const buckets: Readonly<Record<PurgeState, PurgeBucket>> = {
  discovered: 'waiting',
  'waiting-for-backup': 'waiting',
  'backed-up': 'waiting',
  proven: 'waiting',
  grace: 'waiting',
  deleting: 'waiting',
  'verifying-absence': 'waiting',
  purged: 'done',
  'needs-consent': 'waiting',
  'needs-auth': 'waiting',
  'locked-until': 'waiting',
  reappeared: 'waiting',
  stopped: 'kept',
  'retained-elsewhere': 'kept',
  quarantined: 'kept',
  failed: 'failed',
};

/** The bucket that a state counts in; every state counts in exactly one. */
export function bucketOf(state: PurgeState): PurgeBucket {
  return buckets[state];
}

/** States in which the object's plaintext is believed to be there. */
const withPlaintext: readonly PurgeState[] = purgeStates.filter(
  (state) => state !== 'verifying-absence' && state !== 'purged',
);

/**
 * What may follow what. Beside these, from every state in which the plaintext is believed to be there: `discovered` (its
 * version changed), `stopped`, `quarantined`, `needs-auth`, `failed`, and `verifying-absence` (somebody else removed it).
 */
const next: Readonly<Record<PurgeState, readonly PurgeState[]>> = {
  discovered: ['waiting-for-backup', 'retained-elsewhere'],
  'waiting-for-backup': ['backed-up', 'proven', 'grace', 'needs-consent'],
  'backed-up': ['proven', 'waiting-for-backup'],
  proven: ['grace', 'needs-consent', 'waiting-for-backup'],
  grace: ['deleting', 'locked-until', 'needs-consent', 'waiting-for-backup'],
  deleting: ['verifying-absence', 'grace', 'locked-until', 'needs-consent', 'waiting-for-backup'],
  'verifying-absence': ['purged', 'reappeared'],
  purged: ['reappeared'],
  'needs-consent': ['proven', 'waiting-for-backup'],
  'needs-auth': ['waiting-for-backup'],
  'locked-until': ['grace', 'needs-consent', 'waiting-for-backup'],
  reappeared: [],
  stopped: ['waiting-for-backup'],
  'retained-elsewhere': [],
  quarantined: ['waiting-for-backup'],
  failed: [],
};
const fromAnywhere: readonly PurgeState[] = [
  'discovered',
  'stopped',
  'quarantined',
  'needs-auth',
  'failed',
  'verifying-absence',
];

/** Whether an object may go from one state to another; staying is always allowed. */
export function canMove(from: PurgeState, to: PurgeState): boolean {
  if (from === to || next[from].includes(to)) return true;
  return withPlaintext.includes(from) && fromAnywhere.includes(to);
}
