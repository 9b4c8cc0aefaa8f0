import { isAbsolute, join, resolve } from 'node:path';
import { CofferError } from '@coffer/foundation';
import { checkSealerVariables, sealerChoice, sealerVariables, type SealerChoice } from '@coffer/key-sealer';
import { channelChoice, channelVariables, checkChannelVariables, type ChannelChoice } from '@coffer/notice-channels';
import { logLevels } from '@coffer/observability';
import { defaultPurgeSettings, type PurgeSettings } from '@coffer/purge';
import { z } from 'zod';

/** The environment holds a value that is not understood. Nothing was started. */
export class ConfigError extends CofferError {
  declare readonly code: 'config-invalid';

  constructor(message: string) {
    super('config-invalid', message);
  }
}

const port = z.coerce.number<string>().int().min(0).max(65_535);
const whole = z.coerce.number<string>().int().min(0);

const variables = z.object({
  ...sealerVariables,
  ...channelVariables,
  COFFER_HOME: z.string().min(1).default('.coffer'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  COFFER_POSTGRES_PORT: port.default(4304),
  COFFER_DATABASE_CONNECTIONS: whole.min(2).max(200).default(16),
  COFFER_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  COFFER_WORKER_METRICS_PORT: port.default(4306),
  COFFER_REPOSITORY_STORE: z
    .string()
    .regex(/^(?:file:|s3:)./, 'a file: or s3: URL expected')
    .optional(),
  COFFER_PLAINTEXT_SOURCES: z.string().min(1).optional(),
  COFFER_GRACE_SECONDS: whole.default(defaultPurgeSettings.graceMs / 1000),
  COFFER_YOUNG_KEY_GRACE_SECONDS: whole.default(defaultPurgeSettings.youngKeyGraceMs / 1000),
  COFFER_LISTING_GAP_MS: whole.default(defaultPurgeSettings.listingGapMs),
  COFFER_WORKER_CONCURRENCY: whole.min(1).max(64).default(4),
  COFFER_WORKER_LEASE_SECONDS: whole.min(1).max(600).default(30),
  COFFER_STORAGE_COUNT_HOURS: whole.max(8760).default(24),
  COFFER_NOTICE_RETRY_SECONDS: whole.min(1).max(3600).default(60),
  COFFER_LOG_LEVEL: z.enum(logLevels).default('info'),
});

/** Everything that the environment decides, typed. */
export interface WorkerConfig {
  /** Absolute folder of the deployment's state. */
  readonly home: string;
  /** Where the keys are that seal what the vault keeps. */
  readonly sealer: SealerChoice;
  /** How accounts are told beside the in-app feed. */
  readonly channels: ChannelChoice;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly postgresPort: number;
  readonly databaseConnections: number;
  /** Address that metrics are served on. */
  readonly metricsHost: string;
  readonly metricsPort: number;
  /** URL of the object store of the encrypted repositories. */
  readonly repositoryStore: string;
  /** File that names the plaintext connectors. */
  readonly plaintextSources: string;
  readonly purge: PurgeSettings;
  /** Accounts that this process works on at a time. */
  readonly concurrency: number;
  /** Life of a lease; held for longer while a step runs. */
  readonly leaseSeconds: number;
  /** From one count of the object store to the next; 0: it is not counted. */
  readonly storageCountSeconds: number;
  /** From the first failed try of an e-mail or push message to the second, milliseconds. */
  readonly noticeRetryMs: number;
  readonly logLevel: (typeof logLevels)[number];
}

/**
 * Reads the environment; nothing else in this program does. docs/configuration.md lists the variables.
 *
 * @throws ConfigError naming each variable and what was expected of it, never its value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): WorkerConfig {
  // `VARIABLE=` in an environment file means that it is not set.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.superRefine(checkSealerVariables).superRefine(checkChannelVariables).safeParse(set);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(`The environment is not understood. ${problems.join('; ')}. See docs/configuration.md.`);
  }
  const value = parsed.data;
  const home = resolve(value.COFFER_HOME);
  const sources = value.COFFER_PLAINTEXT_SOURCES ?? join(home, 'plaintext-sources.json');
  return {
    home,
    sealer: sealerChoice(value, home),
    channels: channelChoice(value),
    databaseUrl: value.DATABASE_URL,
    postgresPort: value.COFFER_POSTGRES_PORT,
    databaseConnections: value.COFFER_DATABASE_CONNECTIONS,
    metricsHost: value.COFFER_METRICS_HOST,
    metricsPort: value.COFFER_WORKER_METRICS_PORT,
    repositoryStore: value.COFFER_REPOSITORY_STORE ?? `file:${join(home, 'repositories')}`,
    plaintextSources: isAbsolute(sources) ? sources : resolve(sources),
    purge: {
      ...defaultPurgeSettings,
      graceMs: value.COFFER_GRACE_SECONDS * 1000,
      youngKeyGraceMs: value.COFFER_YOUNG_KEY_GRACE_SECONDS * 1000,
      listingGapMs: value.COFFER_LISTING_GAP_MS,
    },
    concurrency: value.COFFER_WORKER_CONCURRENCY,
    leaseSeconds: value.COFFER_WORKER_LEASE_SECONDS,
    storageCountSeconds: value.COFFER_STORAGE_COUNT_HOURS * 3600,
    noticeRetryMs: value.COFFER_NOTICE_RETRY_SECONDS * 1000,
    logLevel: value.COFFER_LOG_LEVEL,
  };
}
