import type { PurgeObject, PurgeState } from '@coffer/contracts';

const states: Readonly<Record<PurgeState, string>> = {
  discovered: 'found, not read yet',
  'waiting-for-backup': 'waits for a proof that your backup holds it',
  'backed-up': 'proven by you, the vault checks the encrypted copy',
  proven: 'its bytes are in your backup, checked',
  grace: 'will be deleted when the time of grace is over',
  deleting: 'is being deleted',
  'verifying-absence': 'deleted, looked for twice before it counts as gone',
  'needs-consent': 'waits for your consent: coffer purge start',
  'needs-auth': 'its provider asks for a new sign-in',
  'locked-until': 'its provider keeps it locked',
  reappeared: 'was gone and is there again',
  stopped: 'kept: you stopped the purge',
  'retained-elsewhere': 'kept: a copy that nothing can reach',
  quarantined: 'kept: it cannot be read as a backup',
  failed: 'given up after several tries; your operator sees it',
  purged: 'gone',
};

const reasons: Readonly<Record<string, string>> = {
  'no-proof': 'no proof names its bytes yet: coffer purge start takes it in',
  'ciphertext-out-of-reach': 'the encrypted backup cannot be reached',
  'ciphertext-differs': 'the encrypted backup is not what the proof says: coffer verify',
  'other-rows-of-path': 'other versions of it go first',
  'upload-may-be-running': 'an upload may still be running',
  'no-proven-keyslot': 'no keyslot is proven: coffer setup',
  'key-changed': 'the key changed: coffer purge start',
  'hash-too-old': 'it is read once more',
  'version-changed': 'it changed and is read again',
  'no-consent': 'you have not agreed yet: coffer purge start',
  'not-started': 'not started: coffer purge start',
  'new-start-pending': 'a new start is under way',
  'started-before-key-event': 'the key changed after the start: coffer purge start',
  'account-sealed': 'the account is sealed; ask your operator',
  'stopped-by-person': 'you stopped it',
  'grace-running': 'the time of grace runs',
  locked: 'locked by its provider',
  'unreadable-by-rule': 'its first bytes are those of no backup',
  'unreadable-by-device': 'a device could not read it',
  'kept-by-provider': 'kept by its provider',
  'came-back': 'somebody put it there again',
  released: 'you released it without a backup',
  'already-gone': 'somebody else removed it',
  throttled: 'its provider asks for patience',
  unreachable: 'its provider does not answer',
  'access-denied': 'its provider denies access',
  'endpoint-refused': 'its provider is not on the list of allowed ones',
  'too-many-tries': 'too many tries failed',
};

/** Where an object stands, in words: state, reason, date. */
export function standingOf({ state, reason, dueAt }: Pick<PurgeObject, 'state' | 'reason' | 'dueAt'>): string {
  const why = reason === null ? '' : `; ${reasonText(reason)}`;
  return `${states[state]}${why}${dueAt === null ? '' : `, due ${dueAt}`}`;
}

/** A reason of the vault in words; a new one is shown as it is. */
export function reasonText(reason: string): string {
  return reasons[reason] ?? reason.replaceAll('-', ' ');
}
