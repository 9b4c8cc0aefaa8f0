import {
  DatabaseError,
  durabilityProblems,
  migrate,
  openDatabase,
  PgAnchorWatch,
  PgSealingStore,
  PgVaultState,
  PgVaultStore,
  type Database,
} from '@coffer/database';
import { startEmbeddedPostgres } from '@coffer/embedded-postgres';
import { systemClock } from '@coffer/foundation';
import { EpochFollower, openSealer } from '@coffer/key-sealer';
import {
  Accounts,
  createOpaqueServer,
  dummyRecordBytes,
  openLaterSecret,
  openVaultIdentity,
  type SealingKeys,
  type VaultIdentity,
} from '@coffer/key-vault';
import { generatePushKey, pushPublicKey } from '@coffer/notice-channels';
import { createMetrics, type Logger } from '@coffer/observability';
import type { AppConfig } from '../config';
import { LedgerRunner } from '../ledger/ledger-runner';
import { builtOpaqueWorker, createOpaquePool, type OpaquePool } from '../opaque/opaque-pool';
import { clockProblem, seeVitals } from '../health/vital-problems';
import { openAnchors } from '../ledger/open-anchors';
import type { VaultParts } from '../platform/vault-parts';
import { EpochRunner } from '../sealing/epoch-runner';
import { failpoints } from './failpoints';
import { StartError } from './start-error';

/** How long a guess waits for the anchor before it is answered 503; the same login can be resumed. */
const anchorPatienceMs = 5_000;
/** Expired rows of a kind that one round of housekeeping removes: some milliseconds. */
const sweptAtOnce = 500;

/** The parts of a running vault, and its end. */
export interface RunningVault extends VaultParts {
  stop(): Promise<void>;
}

/**
 * Brings the schema up to date, opens the sealing keys and the vault's identity, checks the ledger and keeps it going.
 *
 * @throws DatabaseError `unavailable`, `migration-refused`, `not-durable`; StartError `clock-off`; SealerError where keys are missing or wrong
 */
export async function startVault(config: AppConfig, log: Logger): Promise<RunningVault> {
  const embedded =
    config.databaseUrl === undefined
      ? await startEmbeddedPostgres({ home: config.home, port: config.postgresPort })
      : undefined;
  const url = config.databaseUrl ?? embedded?.url ?? '';
  const applied = await migrate(url);
  if (applied.length > 0) log.info({ migrations: applied }, 'the schema was brought up to date');
  const database = openDatabase({
    url,
    connections: config.databaseConnections,
    onIdleError: (error) => log.warn({ code: error.code }, 'a connection to the database broke'),
  });
  try {
    await requireDurable(database);
    await requireClock(database);
    return await assemble(config, log, { database, databaseUrl: url }, async () => embedded?.stop());
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assemble(
  config: AppConfig,
  log: Logger,
  { database, databaseUrl }: Pick<VaultParts, 'database' | 'databaseUrl'>,
  stopEmbedded: () => Promise<void>,
): Promise<RunningVault> {
  const state = new PgVaultState(database);
  const sealer = await openKeys(config, database);
  try {
    return await assembleSealed(config, log, { database, databaseUrl, state, sealer }, stopEmbedded);
  } catch (error) {
    await sealer.close();
    throw error;
  }
}

async function assembleSealed(
  config: AppConfig,
  log: Logger,
  parts: Pick<VaultParts, 'database' | 'databaseUrl' | 'sealer'> & { readonly state: PgVaultState },
  stopEmbedded: () => Promise<void>,
): Promise<RunningVault> {
  const { database, state, sealer } = parts;
  const identity = await openVaultIdentity(state, sealer, (record) => dummyRecordBytes(record, config.policy.ksf));
  const metrics = createMetrics('vault-api');
  const store = new PgVaultStore(database);
  const accounts = new Accounts({
    ...{ store, sealer, vaultId: identity.vaultId },
    onCommitted: () => ledger.kick(),
  });
  const watch = new PgAnchorWatch(database, anchorPatienceMs);
  const anchors = openAnchors(config);
  const atStep = failpoints(config.failpoint, log);
  const ledger: LedgerRunner = new LedgerRunner({
    ...{ database, state, anchors, watch, sealer, identity, accounts, log, metrics, atStep },
    checkEveryMs: config.ledgerCheckMs,
    housekeeping: () => store.sweep(sweptAtOnce),
  });
  await ledger.start();
  const pushKey = await openPushKey(config, state, sealer);
  const opaque = openOpaque(config, identity);
  const endSealing = keepSealing({ config, log, metrics, database, sealer, identity, accounts, ledger, atStep });
  return {
    ...{ ...parts, config, log, metrics, identity, opaque, accounts, store, watch, anchors, ledger, atStep },
    pushPublicKey: pushKey,
    stop: async () => {
      await endSealing();
      await ledger.stop();
      await opaque.close();
      await sealer.close();
      await database.close();
      await stopEmbedded();
    },
  };
}

/** On threads, unless none are wanted: then in the event loop's own. */
function openOpaque({ opaqueThreads }: AppConfig, { opaqueSetup, opaquePublicKey }: VaultIdentity): OpaquePool {
  if (opaqueThreads === 0) {
    return { ...createOpaqueServer(opaqueSetup, opaquePublicKey), close: async () => Promise.resolve() };
  }
  const options = { setup: opaqueSetup, publicKey: opaquePublicKey };
  return createOpaquePool({ ...options, entry: builtOpaqueWorker, threads: opaqueThreads });
}

/** The key by which push services know this deployment; made with the first start that sends push messages. */
async function openPushKey(
  { channels }: AppConfig,
  state: PgVaultState,
  sealer: SealingKeys,
): Promise<Uint8Array | undefined> {
  if (channels.push === undefined) return undefined;
  return pushPublicKey(await openLaterSecret(state, sealer, 'push-key', generatePushKey));
}

/** Missing keys are made for an empty database only. */
async function openKeys(config: AppConfig, database: Database): Promise<SealingKeys> {
  const known = await new PgSealingStore(database).needed();
  return openSealer(config.sealer, known, systemClock, config.sealing.follow.leaseMs);
}

/** Seals by what the database names from now on, and takes turns with other processes in looking after the epochs. */
function keepSealing(
  parts: Pick<
    VaultParts,
    'config' | 'log' | 'metrics' | 'database' | 'sealer' | 'identity' | 'accounts' | 'ledger' | 'atStep'
  >,
): () => Promise<void> {
  const { config, log, database, sealer, identity } = parts;
  const store = new PgSealingStore(database);
  const follower = new EpochFollower({
    ...{ sealer, known: () => store.followed(), everyMs: config.sealing.follow.everyMs },
    onFollowed: () => identity.dummyRecord.refresh(sealer.sealingEpoch()),
    onFailure: (error) =>
      error === undefined
        ? log.info('the sealing keys are followed again')
        : log.warn({ err: error }, 'it could not be learnt which sealing key is in force'),
  });
  const { epochs: policy, lookEveryMs: everyMs } = config.sealing;
  const runner = new EpochRunner({ ...parts, vaultId: identity.vaultId, policy, everyMs });
  follower.start();
  runner.start();
  return async () => {
    await runner.stop();
    await follower.stop();
  };
}

async function requireDurable(database: Database): Promise<void> {
  const problems = await durabilityProblems(database);
  if (problems.length === 0) return;
  throw new DatabaseError(
    'not-durable',
    `The database could lose what it acknowledges, so no guess may be counted in it: ${problems.join('; ')}.`,
  );
}

async function requireClock(database: Database): Promise<void> {
  const problem = clockProblem(await seeVitals(database));
  if (problem !== undefined) throw new StartError('clock-off', problem);
}
