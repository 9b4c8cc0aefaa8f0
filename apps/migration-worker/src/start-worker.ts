import {
  openDatabase,
  PgSealingStore,
  PgVaultStore,
  type PgAccountTransaction,
  purgeLedger,
  purgeStore,
  storageCounts,
  type Database,
} from '@coffer/database';
import { startEmbeddedPostgres } from '@coffer/embedded-postgres';
import { newUuid, systemClock } from '@coffer/foundation';
import { EpochFollower, usualFollowTimes } from '@coffer/key-sealer';
import { allQueues, openJobQueue, queueNames, type JobQueue } from '@coffer/jobs';
import { Accounts } from '@coffer/key-vault';
import { openObjectStore } from '@coffer/object-store/node';
import { createMetrics, startMetricsServer, type Logger, type ReadinessCheck } from '@coffer/observability';
import { openPlaintextSources } from '@coffer/plaintext-connectors';
import type { PurgePorts } from '@coffer/purge';
import type { WorkerConfig } from './config';
import { PurgeRunner } from './purge-runner';
import { randomFraction } from './random-fraction';
import { databaseCheck } from './readiness';
import { repositoryReader } from './repository-reader';
import { startNotices } from './notices/start-notices';
import { StorageCount } from './storage-count';
import { Sweep } from './sweep';
import { openVaultKeys, type VaultKeys } from './vault-keys';
import { workerMetrics, type WorkerMetrics } from './worker-metrics';

/** A running worker. */
export interface RunningWorker {
  /** Of metrics and health. */
  readonly metricsPort: number;
  /** Resolves where it cannot work, e.g. for want of the right keys; everything is closed by then. */
  readonly failure: Promise<unknown>;
  /** Lets the step that runs end, gives every account back, and closes all connections. */
  stop(): Promise<void>;
}

/** A step may hash a file of hundreds of gigabytes; a dead worker is known by its silence, not by its time. */
const longestJobSeconds = 6 * 3600;

/**
 * Starts the worker. It answers on its metrics port at once, and takes work when vault-api has made the deployment.
 *
 * @throws ObservabilityError `port-taken`; ConnectorError, ObjectStoreError where the configuration of a store is not understood
 */
export async function startWorker(config: WorkerConfig, log: Logger): Promise<RunningWorker> {
  const stopping = new AbortController();
  const registry = createMetrics('migration-worker');
  const databaseUrl = config.databaseUrl ?? (await embeddedUrl(config));
  const database = openDatabase({
    url: databaseUrl,
    connections: config.databaseConnections,
    onIdleError: (error) => log.warn({ code: error.code }, 'a connection to the database broke'),
  });
  let hasKeys = false;
  const readiness: readonly ReadinessCheck[] = [
    databaseCheck(database),
    { name: 'vault', check: async () => (hasKeys ? undefined : 'waits for vault-api to make the deployment') },
  ];
  const { metricsHost: host, metricsPort: port } = config;
  const server = await startMetricsServer({ host, port, registry, readiness });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= server.stop().then(() => database.close());
    return closed;
  };
  const working = work({ ...config, databaseUrl }, log, database, workerMetrics(registry), stopping.signal, () => {
    hasKeys = true;
    log.info({ metricsPort: server.port }, 'migration-worker is ready');
  });
  return {
    metricsPort: server.port,
    failure: new Promise((resolve) => {
      working.catch(async (error: unknown) => {
        await close();
        resolve(error);
      });
    }),
    stop: async () => {
      stopping.abort();
      await working.then(
        (end) => end?.(),
        () => undefined,
      );
      await close();
    },
  };
}

/** The embedded PostgreSQL is vault-api's to stop; here it is taken over, or started where the worker comes first. */
async function embeddedUrl({ home, postgresPort }: WorkerConfig): Promise<string> {
  return (await startEmbeddedPostgres({ home, port: postgresPort })).url;
}

async function work(
  config: WorkerConfig & { readonly databaseUrl: string },
  log: Logger,
  database: Database,
  metrics: WorkerMetrics,
  signal: AbortSignal,
  onReady: () => void,
): Promise<(() => Promise<void>) | undefined> {
  const keys = await openVaultKeys(database, config.sealer, signal);
  if (keys === undefined) return undefined;
  const follower = followEpochs(database, keys, log);
  const sources = await openPlaintextSources(config.plaintextSources);
  const store = purgeStore(database, purgeLedger(accountsOf(database, keys)));
  const objects = openObjectStore(config.repositoryStore);
  const ports: PurgePorts = {
    clock: systemClock,
    rows: store,
    accounts: store,
    proofs: store,
    repositories: repositoryReader(objects),
    connector: (provider) => sources.connector(provider),
    signer: keys.signer,
    newId: newUuid,
    random: randomFraction,
  };
  const runner = new PurgeRunner({
    ...{ store, ports, metrics, log, clock: systemClock },
    ...{ settings: config.purge, leaseSeconds: config.leaseSeconds },
    locationsOf: (subject) => sources.locationsOf(subject),
  });
  const queue = await openQueue(config.databaseUrl, log);
  await queue.work(queueNames.purge, { concurrency: config.concurrency }, (job) => runner.run(job));
  const count = new StorageCount({
    counts: storageCounts(database),
    objects,
    everySeconds: config.storageCountSeconds,
  });
  await queue.work(queueNames.storageCount, { concurrency: 1 }, (job) => count.run(job));
  const told = startNotices(config, { database, keys, metrics, log });
  const sweep = new Sweep({ store, queue, metrics, log });
  sweep.start();
  onReady();
  return async () => {
    runner.stop();
    count.stop();
    await Promise.all([sweep.stop(), told.stop()]);
    await queue.stop();
    await follower.stop();
    await keys.sealer.close();
  };
}

/** Messages lie sealed under the epoch of the day, and keys of ended epochs are forgotten here, too. */
function followEpochs(database: Database, { sealer }: VaultKeys, log: Logger): EpochFollower {
  const store = new PgSealingStore(database);
  const follower = new EpochFollower({
    ...{ sealer, known: () => store.followed(), everyMs: usualFollowTimes.everyMs },
    onFailure: (error) =>
      error === undefined
        ? log.info('the sealing keys are followed again')
        : log.warn({ err: error }, 'it could not be learnt which sealing key is in force'),
  });
  follower.start();
  return follower;
}

function accountsOf(database: Database, { sealer, vaultId }: VaultKeys): Accounts<PgAccountTransaction> {
  return new Accounts({ store: new PgVaultStore(database), sealer, vaultId });
}

function openQueue(databaseUrl: string, log: Logger): Promise<JobQueue> {
  return openJobQueue({
    databaseUrl,
    queues: allQueues,
    expireSeconds: longestJobSeconds,
    onError: (error) => log.warn({ err: error }, 'the job queue has trouble with its connection'),
  });
}
