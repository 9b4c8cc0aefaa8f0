import { limits, type Claim, type Claims } from '@coffer/contracts';
import { toBase64Url, toRfc3339, type Clock } from '@coffer/foundation';
import { defaultPolicy, type AnchorSet, type EpochPolicy, type VaultPolicy } from '@coffer/key-vault';
import type { ChannelChoice } from '@coffer/notice-channels';
import type { VaultParts } from '../platform/vault-parts';
import { disclosures } from './disclosures';

/**
 * What this deployment can and cannot promise (docs/protocol.md), computed from its configuration.
 *
 * @param oldestKeyAtMs - when the oldest sealing key that exists was made
 */
export function computeClaims(
  parts: Pick<VaultParts, 'config' | 'sealer' | 'identity' | 'anchors'>,
  oldestKeyAtMs: number | null,
  clock: Clock,
): Claims {
  const { config, sealer, identity, anchors } = parts;
  const { policy, purge, sealing, requestLimits } = config;
  const deviations = findDeviations(parts);
  return {
    v: 1,
    vaultId: toBase64Url(identity.vaultId),
    computedAt: toRfc3339(clock.nowMs()),
    promises: promises(sealer.kind),
    limits: [
      'A single vault lets its own operator guess passwords off-line; sealing, by key files or by an HSM, does not change that.',
      rollbackLimit(anchors),
      'A web page can be changed by the server that serves it; the command line and the off-line viewer cannot.',
      'A stolen access token can spend the ten guesses and so end the password keyslot, unless a device that holds the backup key stops guesses in time; other keyslots still work.',
      newStartLimit(policy),
      deletionLimit(policy),
      'What is erased with an account goes from the database and the object store at once; dumps, replicas and the anchors keep it sealed until the sealing key of its time is destroyed, and dumps its names as long as they are kept.',
      shredLimit(sealing.epochs),
      destruction[sealer.kind],
      ...noticeLimits(config.channels),
    ],
    sealing: {
      kind: sealer.kind,
      oldestKeyAt: oldestKeyAtMs === null ? null : toRfc3339(oldestKeyAtMs),
      epochSeconds: sealing.epochs.epochMs / 1000,
      keepSeconds: sealing.epochs.keepMs / 1000,
      dumps: sealing.epochs.areDumpsKept ? 'drilled' : 'none',
    },
    anchors: anchors.anchors.map(({ kind }) => ({ kind, name: anchorPlaces[kind] ?? 'elsewhere' })),
    witnesses: [],
    guesses: {
      attempts: limits.guesses,
      delaysSeconds: policy.guessDelaysMs.map((delay) => delay / 1000),
      longestVetoSeconds: limits.guessVetoSeconds,
    },
    requests: { account: requestLimits.account, address: requestLimits.address, bulk: requestLimits.bulk },
    waits: {
      newStartSeconds: policy.newStartWaitMs / 1000,
      newStartOpenSeconds: policy.newStartOpenMs / 1000,
      newStartUndoSeconds: policy.newStartUndoMs / 1000,
      deletionSeconds: policy.deletionWaitMs / 1000,
    },
    purge: {
      graceSeconds: purge.graceSeconds,
      youngKeyGraceSeconds: purge.youngKeyGraceSeconds,
      listingGapSeconds: Math.round(purge.listingGapMs / 1000),
    },
    deviations,
    disclosures: [...disclosures(sealer.kind)],
  };
}

/** When a shred is final against copies of the database. */
function shredLimit({ epochMs, keepMs, areDumpsKept }: EpochPolicy): string {
  const drill = areDumpsKept ? ', and not before the operator has restored and opened a later dump' : '';
  return (
    'What is shredded is gone for the service at once. Dumps, replicas and logs of the database keep it sealed until the sealing key of ' +
    `its time is destroyed: ${span(epochMs + keepMs)} later at the earliest${drill}. What was shredded before the oldest key that exists was made is gone there, too.`
  );
}

/** What the end of a sealing key does not reach. */
const destruction = {
  'key-file': 'Deleting a key file is best effort: a disk may keep what was overwritten.',
  pkcs11: 'Destroying a sealing key in the HSM does not reach a backup that was taken of the HSM itself.',
} as const;

/** Where anchors of each kind are; their addresses are the operator's own matter. */
const anchorPlaces: Readonly<Record<string, string>> = {
  disk: 'on a disk of the operator',
  s3: 'in an object store',
};

/** How far notices reach. */
function noticeLimits({ email, push }: ChannelChoice): string[] {
  if (email === undefined && push === undefined) {
    return ['Nobody is told outside the in-app feed: this deployment sends neither e-mail nor push messages.'];
  }
  return email === undefined
    ? []
    : [
        'E-mail can be read, held back or forged on its way. It holds no secret and no link; the feed and the ledger are what counts.',
      ];
}

/** An event is in `quorum` anchors before a guess is answered: so many must be rolled back for it to be forgotten. */
function rollbackLimit({ anchors, quorum }: AnchorSet): string {
  const which = anchors.length === 1 ? 'the anchor' : `${quorum} of the ${anchors.length} anchors`;
  return `Who can roll back the database and ${which} together can return guesses.`;
}

function newStartLimit({ newStartWaitMs, newStartUndoMs }: VaultPolicy): string {
  return (
    `A stolen sign-in can begin a new start. If nobody cancels it in ${span(newStartWaitMs)}, by the old password or the old key, ` +
    `another key takes the account and the old password keyslot ends. The old backup stays, and for ${span(newStartUndoMs)} the old key undoes it.`
  );
}

function deletionLimit({ deletionWaitMs }: VaultPolicy): string {
  return (
    `A stolen sign-in can ask for the deletion of the account. If nobody cancels it in ${span(deletionWaitMs)}, by the password or the key, ` +
    'the account is erased with its backups.'
  );
}

function span(ms: number): string {
  const days = ms / 86_400_000;
  return days >= 1 ? `${Math.floor(days)} days` : `${Math.round(ms / 1000)} seconds`;
}

function promises(sealing: 'key-file' | 'pkcs11'): Claim[] {
  const promise = (id: string, text: string, conditions: string[] = []): Claim => ({
    id,
    holds: true,
    text,
    conditions,
  });
  return [
    promise('P1', 'Nobody but a device that holds the backup key can read a backup.', [
      'For 64-digit keys without condition.',
      'With a password keyslot also on an honest operator, or on a password that resists off-line guessing.',
    ]),
    promise(
      'P2',
      'The vault never receives the password, and nobody who lacks its database or its sealing key can guess uncounted.',
      sealing === 'key-file' ? ['The sealing key is a file on the vault’s host, not in an HSM.'] : [],
    ),
    promise('P3', 'At most ten guesses between two proven successes of an account.', [
      'Database and anchors are not rolled back together.',
    ]),
    promise('P4', 'When the last guess is spent in vain the password keyslot is gone; the other keyslots still work.'),
    promise(
      'P5',
      'An account sees every recorded event about its keys, and a device notices changes below what it knows.',
      ['There is no independent witness: a fork shown from the very start is not noticed.'],
    ),
    promise('P6', 'The guess routes tell nobody whether an account has a password keyslot.'),
  ];
}

function findDeviations({ config }: Pick<VaultParts, 'config'>): string[] {
  const { policy, purge, sealing, failpoint, isTestOfWaits } = config;
  const found: string[] = [];
  const isUsual = String(policy.guessDelaysMs) === String(defaultPolicy.guessDelaysMs);
  if (!isUsual) found.push('The waits between guesses are not the documented ones.');
  if (purge.graceSeconds < 72 * 3600) found.push('A purge waits less than 72 hours.');
  if (purge.youngKeyGraceSeconds < 7 * 86_400) found.push('A purge under a young key waits less than 7 days.');
  if (purge.listingGapMs < 60_000) found.push('A purge looks twice within less than 60 seconds.');
  if (isTestOfWaits) found.push('New starts and deletions wait for seconds: this is a test.');
  if (sealing.isTest) found.push('Sealing keys live for seconds: this is a test.');
  else if (sealing.epochs.epochMs > 7 * 86_400_000) found.push('A sealing epoch lasts longer than 7 days.');
  if (failpoint !== undefined) found.push('A failpoint is set: this is a test.');
  return found;
}
