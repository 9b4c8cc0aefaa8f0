import {
  claims,
  health,
  opsJobs,
  opsLedger,
  opsPurge,
  opsPurgeObjectList,
  opsStorage,
  opsVault,
  purgeStateBuckets,
  purgeStates,
  type Claims,
  type OpsJobs,
  type OpsLedger,
  type OpsPurge,
  type OpsPurgeObjectList,
  type OpsStorage,
  type OpsVault,
} from '@coffer/contracts';

/** Figures of a small deployment, checked by the contract; specs change what they look at. */
export const at = '2026-11-23T10:00:00.000Z';

export const vaultFigures: OpsVault = opsVault.parse({
  at,
  window: '24h',
  sealed: { isSealed: false, reason: null, accounts: 0 },
  accounts: { total: 1234, owned: 1200 },
  keyslots: { digits: 1100, password: 900, passkey: 0 },
  requests: { perSecond: 3.5, errorRatio: 0.0025, p50Ms: 4.2, p95Ms: 18, p99Ms: 140 },
  guesses: { total: 42, proven: 40, unproven: 2 },
  nearLockouts: 1,
  lockouts: 0,
  shreds: 0,
  anchor: { kind: 'disk', lagSeconds: 0.4, acknowledgedAt: at, treeSize: 98_765 },
  sealing: { kind: 'key-file', oldestKeyAt: '2026-11-20T10:00:00.000Z', keys: 2, drilledAt: null },
  series: Array.from({ length: 24 }, (_, hour) => ({
    at: new Date(Date.parse(at) - (24 - hour) * 3_600_000).toISOString(),
    guesses: hour % 4,
    proven: Math.max(0, (hour % 4) - 1),
    shreds: 0,
  })),
});

export const purgeFigures: OpsPurge = opsPurge.parse({
  at,
  found: { objects: 64, bytes: 64_000_000_000 },
  counts: {
    waiting: { objects: 44, bytes: 44_000_000_000 },
    kept: { objects: 12, bytes: 12_000_000_000 },
    failed: { objects: 4, bytes: 4_000_000_000 },
    done: { objects: 4, bytes: 4_000_000_000 },
  },
  isConserved: true,
  states: purgeStates.map((state) => ({
    state,
    objects: 4,
    bytes: 4_000_000_000,
    oldestDueAt: state === 'grace' ? '2026-11-23T09:00:00.000Z' : null,
    oldestSince: '2026-11-21T10:00:00.000Z',
    stuck: state === 'needs-auth' ? 2 : 0,
  })),
  jobs: [
    { state: 'running', accounts: 20 },
    { state: 'finished', accounts: 3 },
  ],
  providers: [
    { provider: 'disk', objects: 60, bytes: 60_000_000_000, failed: 4 },
    { provider: 's3', objects: 4, bytes: 4_000_000_000, failed: 0 },
  ],
  certificates: 3,
});

export const purgeObjects: OpsPurgeObjectList = opsPurgeObjectList.parse({
  objects: purgeStates.map((state, index) => ({
    objectId: `0198a5b0-0000-7000-8000-${String(index).padStart(12, '0')}`,
    account: `acct_${String(index % 3).padStart(8, '0')}`,
    provider: index % 2 === 0 ? 'disk' : 's3',
    kind: 'current',
    sizeBytes: 17_825_792,
    state,
    bucket: purgeStateBuckets[state],
    reason: state === 'failed' ? 'access-denied' : null,
    attempts: state === 'failed' ? 5 : 0,
    changedAt: at,
    dueAt: null,
  })),
  nextCursor: null,
});

export const jobFigures: OpsJobs = opsJobs.parse({
  at,
  queues: [
    { queue: 'inventory', waiting: 3, active: 1, completed: 900, failed: 1, oldestWaitingAt: at, lastCompletedAt: at },
    { queue: 'purge', waiting: 0, active: 0, completed: 0, failed: 0, oldestWaitingAt: null, lastCompletedAt: null },
  ],
  failures: [{ jobId: 'job-1', queue: 'inventory', failedAt: at, attempts: 5, code: 'unreachable' }],
});

export const storageFigures: OpsStorage = opsStorage.parse({
  at,
  store: { kind: 'disk', isReachable: true },
  repositories: 1200,
  heads: 1190,
  newestHeadAt: at,
  objects: null,
  countedAt: null,
  bytes: null,
  pins: 12,
  proofs: 4,
});

export const ledgerFigures: OpsLedger = opsLedger.parse({
  at,
  check: { holds: true, checkedAt: at, treeSize: 98_765, unsequenced: 0 },
  checkpoint:
    'coffer.ledger/AAAAAAAAAAAAAAAAAAAAAA\n98765\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— coffer.ledger/AAAA c2ln\n',
  events: [
    {
      account: 'acct_00000001',
      number: 7,
      kind: 'guess',
      at,
      remaining: 9,
      attempt: 1,
      nextAt: null,
      serial: 5,
      leafIndex: 98_764,
    },
    {
      account: 'acct_00000002',
      number: 1,
      kind: 'account-opened',
      at,
      remaining: 10,
      attempt: 0,
      nextAt: at,
      serial: 0,
      leafIndex: null,
    },
  ],
  nextCursor: null,
});

export const claimFigures: Claims = claims.parse({
  v: 1,
  vaultId: 'A'.repeat(22),
  computedAt: at,
  promises: [
    {
      id: 'P1',
      holds: true,
      text: 'Nobody but a device that holds the backup key can read a backup.',
      conditions: ['The password resists guessing.'],
    },
    { id: 'P5', holds: false, text: 'An account sees every event.', conditions: [] },
  ],
  limits: ['There is no independent witness.'],
  sealing: { kind: 'key-file', oldestKeyAt: at, epochSeconds: 604_800, keepSeconds: 604_800, dumps: 'drilled' },
  anchors: [{ kind: 'disk', name: 'local' }],
  witnesses: [],
  guesses: {
    attempts: 10,
    delaysSeconds: [0, 0, 60, 300, 900, 3600, 14_400, 43_200, 86_400],
    longestVetoSeconds: 259_200,
  },
  requests: {
    account: { burst: 1_000, perSecond: 50 },
    address: { burst: 1_000, perSecond: 50 },
    bulk: { burst: 20_000, perSecond: 1_000 },
  },
  waits: {
    newStartSeconds: 604_800,
    newStartOpenSeconds: 1_209_600,
    newStartUndoSeconds: 7_776_000,
    deletionSeconds: 2_592_000,
  },
  purge: { graceSeconds: 0, youngKeyGraceSeconds: 0, listingGapSeconds: 1 },
  deviations: ['Plaintext is deleted without grace.', 'Listings are 1 second apart.'],
  disclosures: [
    {
      party: 'A thief of the object store',
      always: 'Sealed objects.',
      ...{ digits: 'Nothing.', password: 'Nothing.', passkey: 'A wrap.' },
    },
  ],
});

export const healthFigures = health.parse({
  status: 'ok',
  checks: [{ name: 'database', status: 'ok', detail: 'PostgreSQL 18' }],
});
