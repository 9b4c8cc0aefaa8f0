import { isAbsolute, join, resolve } from 'node:path';
import { CofferError } from '@coffer/foundation';
import {
  checkSealerVariables,
  sealerChoice,
  sealerVariables,
  usualFollowTimes,
  type FollowTimes,
  type SealerChoice,
} from '@coffer/key-sealer';
import {
  defaultPolicy,
  leastNewStartWaitMs,
  repairSteps,
  sealingSteps,
  sequencerSteps,
  vaultSteps,
  type EpochPolicy,
  type RepairStep,
  type SealingStep,
  type SequencerStep,
  type VaultPolicy,
  type VaultStep,
} from '@coffer/key-vault';
import { channelChoice, channelVariables, checkChannelVariables, type ChannelChoice } from '@coffer/notice-channels';
import { logLevels } from '@coffer/observability';
import { z } from 'zod';
import { defaultOpaqueThreads } from './opaque/opaque-pool';
import { limitVariables, requestLimits, type RequestLimitConfig } from './request-limits/limit-variables';

/** The environment holds a value that is not understood. Nothing was started. */
export class ConfigError extends CofferError {
  declare readonly code: 'config-invalid';

  constructor(message: string) {
    super('config-invalid', message);
  }
}

const port = z.coerce.number<string>().int().min(0).max(65_535);
const secondsList = z
  .string()
  .regex(/^\d+(,\d+)*$/, 'seconds, comma-separated, expected')
  .transform((text) => text.split(',').map(Number));

const variables = z.object({
  ...sealerVariables,
  ...channelVariables,
  ...limitVariables,
  COFFER_HOME: z.string().min(1).default('.coffer'),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  COFFER_POSTGRES_PORT: port.default(4304),
  COFFER_API_HOST: z.string().min(1).default('localhost'),
  COFFER_API_PORT: port.default(4301),
  COFFER_API_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:4301'),
  COFFER_METRICS_HOST: z.string().min(1).default('127.0.0.1'),
  COFFER_API_METRICS_PORT: port.default(4305),
  COFFER_PORTAL_URL: z.url({ protocol: /^https?$/ }).default('http://localhost:4300'),
  COFFER_ISSUER: z.url({ protocol: /^https?$/ }).default('http://localhost:4303'),
  COFFER_AUDIENCE: z.string().min(1).default('urn:coffer:vault'),
  COFFER_CLI_CLIENT_ID: z.string().min(1).default('coffer-cli'),
  COFFER_PORTAL_CLIENT_ID: z.string().min(1).default('coffer-portal'),
  COFFER_DASHBOARD_CLIENT_ID: z.string().min(1).default('coffer-dashboard'),
  COFFER_STAFF_CLAIM: z.string().min(1).default('roles'),
  COFFER_STAFF_ROLE: z.string().min(1).default('coffer-staff'),
  COFFER_REPOSITORY_STORE: z
    .string()
    .regex(/^(?:file:|s3:)./, 'a file: or s3: URL expected')
    .optional(),
  COFFER_ANCHORS: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ''))
    .pipe(
      z
        .array(z.string().regex(/^(?:file:|s3:)./, 'file: or s3: URLs expected'))
        .min(1)
        .max(9),
    )
    .optional(),
  COFFER_ANCHOR_QUORUM: z.coerce.number<string>().int().min(1).optional(),
  COFFER_PLAINTEXT_SOURCES: z.string().min(1).optional(),
  COFFER_GUESS_DELAYS: secondsList.optional(),
  COFFER_GRACE_SECONDS: z.coerce.number<string>().int().min(0).default(259_200),
  COFFER_YOUNG_KEY_GRACE_SECONDS: z.coerce.number<string>().int().min(0).default(604_800),
  COFFER_LISTING_GAP_MS: z.coerce.number<string>().int().min(0).default(60_000),
  COFFER_DEPLOYMENT: z.string().min(1).optional(),
  COFFER_LOG_LEVEL: z.enum(logLevels).default('info'),
  COFFER_LEDGER_CHECK_SECONDS: z.coerce.number<string>().min(0.1).max(60).default(30),
  COFFER_DATABASE_CONNECTIONS: z.coerce.number<string>().int().min(2).max(200).default(16),
  COFFER_OPAQUE_THREADS: z.coerce.number<string>().int().min(0).max(64).optional(),
  COFFER_NEW_START_SECONDS: z.coerce
    .number<string>()
    .int()
    .min(leastNewStartWaitMs / 1000)
    .max(365 * 86_400)
    .optional(),
  COFFER_SEALING_EPOCH_DAYS: z.coerce.number<string>().int().min(1).max(90).default(7),
  COFFER_DUMPS: z.enum(['kept', 'none']).default('kept'),
  COFFER_TEST_WAITS: secondsList.pipe(z.array(z.number()).min(5).max(6)).optional(),
  COFFER_TEST_SEALING: secondsList.pipe(z.array(z.number()).length(2)).optional(),
  COFFER_FAILPOINT: z.enum([...vaultSteps, ...sequencerSteps, ...sealingSteps, ...repairSteps]).optional(),
});

/** A named point between two steps at which a test has a process kill itself. */
export type Failpoint = VaultStep | SequencerStep | SealingStep | RepairStep;

/** How the sealing epochs are looked after. */
export interface SealingConfig {
  readonly epochs: EpochPolicy;
  /** From one look to the next, milliseconds. */
  readonly lookEveryMs: number;
  readonly follow: FollowTimes;
  /** Test only: whether epochs are shorter than any deployment's. */
  readonly isTest: boolean;
}

/** Everything that the environment decides, typed. */
export interface AppConfig {
  /** Absolute folder of the deployment's state. */
  readonly home: string;
  /** Where the keys are that seal what the vault keeps. */
  readonly sealer: SealerChoice;
  readonly sealing: SealingConfig;
  /** How accounts are told beside the in-app feed. */
  readonly channels: ChannelChoice;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  readonly postgresPort: number;
  readonly databaseConnections: number;
  /** Threads that evaluate OPAQUE; 0: none, the event loop's own. */
  readonly opaqueThreads: number;
  readonly host: string;
  readonly port: number;
  /** Address that metrics are served on. */
  readonly metricsHost: string;
  readonly metricsPort: number;
  readonly apiUrl: string;
  /** How much of one account, and of one address, is answered. */
  readonly requestLimits: RequestLimitConfig;
  readonly portalUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** Ids that the provider knows the programs of this deployment by. */
  readonly clients: { readonly cli: string; readonly portal: string; readonly dashboard: string };
  readonly staffClaim: string;
  readonly staffRole: string;
  /** URL of the object store of the encrypted repositories. */
  readonly repositoryStore: string;
  /** URLs of the anchors, `file:` with absolute paths. */
  readonly anchors: readonly string[];
  /** How many of them must acknowledge; undefined: all. */
  readonly anchorQuorum: number | undefined;
  /** File that names the plaintext connectors. */
  readonly plaintextSources: string;
  readonly purge: {
    readonly graceSeconds: number;
    readonly youngKeyGraceSeconds: number;
    readonly listingGapMs: number;
  };
  readonly deploymentFile: string;
  readonly logLevel: (typeof logLevels)[number];
  readonly ledgerCheckMs: number;
  readonly policy: VaultPolicy;
  /** Test only: whether new starts and deletions wait shorter than any deployment may. */
  readonly isTestOfWaits: boolean;
  /** Test only: the step after which this process kills itself. */
  readonly failpoint: Failpoint | undefined;
}

/**
 * Reads the environment; nothing else in this program does. docs/configuration.md lists the variables.
 *
 * @throws ConfigError naming each variable and what was expected of it, never its value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): AppConfig {
  const parsed = variables
    .superRefine(checkSealerVariables)
    .superRefine(checkChannelVariables)
    .safeParse(withoutEmpty(environment));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(`The environment is not understood. ${problems.join('; ')}. See docs/configuration.md.`);
  }
  const value = parsed.data;
  requireQuorum(value.COFFER_ANCHOR_QUORUM, value.COFFER_ANCHORS?.length ?? 1);
  const home = resolve(value.COFFER_HOME);
  const inHome = (path: string | undefined, name: string): string =>
    path === undefined ? join(home, name) : isAbsolute(path) ? path : resolve(path);
  return {
    home,
    sealer: sealerChoice(value, home),
    sealing: sealingOf(value.COFFER_SEALING_EPOCH_DAYS, value.COFFER_DUMPS === 'kept', value.COFFER_TEST_SEALING),
    channels: channelChoice(value),
    databaseUrl: value.DATABASE_URL,
    postgresPort: value.COFFER_POSTGRES_PORT,
    databaseConnections: value.COFFER_DATABASE_CONNECTIONS,
    opaqueThreads: value.COFFER_OPAQUE_THREADS ?? defaultOpaqueThreads,
    host: value.COFFER_API_HOST,
    port: value.COFFER_API_PORT,
    metricsHost: value.COFFER_METRICS_HOST,
    metricsPort: value.COFFER_API_METRICS_PORT,
    apiUrl: value.COFFER_API_URL,
    requestLimits: requestLimits(value),
    portalUrl: value.COFFER_PORTAL_URL,
    issuer: value.COFFER_ISSUER,
    audience: value.COFFER_AUDIENCE,
    clients: {
      cli: value.COFFER_CLI_CLIENT_ID,
      portal: value.COFFER_PORTAL_CLIENT_ID,
      dashboard: value.COFFER_DASHBOARD_CLIENT_ID,
    },
    staffClaim: value.COFFER_STAFF_CLAIM,
    staffRole: value.COFFER_STAFF_ROLE,
    repositoryStore: value.COFFER_REPOSITORY_STORE ?? `file:${join(home, 'repositories')}`,
    anchors: withAbsolutePaths(value.COFFER_ANCHORS ?? [`file:${join(home, 'anchor')}`]),
    anchorQuorum: value.COFFER_ANCHOR_QUORUM,
    plaintextSources: inHome(value.COFFER_PLAINTEXT_SOURCES, 'plaintext-sources.json'),
    purge: {
      graceSeconds: value.COFFER_GRACE_SECONDS,
      youngKeyGraceSeconds: value.COFFER_YOUNG_KEY_GRACE_SECONDS,
      listingGapMs: value.COFFER_LISTING_GAP_MS,
    },
    deploymentFile: inHome(value.COFFER_DEPLOYMENT, 'deployment.json'),
    logLevel: value.COFFER_LOG_LEVEL,
    ledgerCheckMs: value.COFFER_LEDGER_CHECK_SECONDS * 1000,
    policy: policyOf(value.COFFER_GUESS_DELAYS, value.COFFER_NEW_START_SECONDS, value.COFFER_TEST_WAITS),
    isTestOfWaits: value.COFFER_TEST_WAITS !== undefined,
    failpoint: value.COFFER_FAILPOINT,
  };
}

function withAbsolutePaths(urls: readonly string[]): readonly string[] {
  return urls.map((url) => (url.startsWith('file:') ? `file:${resolve(url.slice('file:'.length))}` : url));
}

function requireQuorum(quorum: number | undefined, anchors: number): void {
  if (quorum === undefined || quorum <= anchors) return;
  throw new ConfigError(`COFFER_ANCHOR_QUORUM asks for ${quorum} anchors, and COFFER_ANCHORS names ${anchors}.`);
}

const dayMs = 86_400_000;

/** @param test - seconds: an epoch lasts, a former key is kept */
function sealingOf(epochDays: number, areDumpsKept: boolean, test: readonly number[] | undefined): SealingConfig {
  if (test === undefined) {
    const epochs = { epochMs: epochDays * dayMs, keepMs: 7 * dayMs, areDumpsKept };
    return { epochs, lookEveryMs: 60_000, follow: usualFollowTimes, isTest: false };
  }
  const [epochMs = 0, keepMs = 0] = test.map((seconds) => seconds * 1000);
  const follow = { ...usualFollowTimes, everyMs: 100 };
  return { epochs: { epochMs, keepMs, areDumpsKept }, lookEveryMs: 250, follow, isTest: true };
}

/** @param testWaits - seconds: new start waits, is open, can be undone; deletion waits; a removal settles; perhaps a login's life */
function policyOf(
  guessDelays: readonly number[] | undefined,
  newStartSeconds: number | undefined,
  testWaits: readonly number[] | undefined,
): VaultPolicy {
  const milliseconds = (seconds: readonly number[]): number[] => seconds.map((each) => each * 1000);
  const policy: VaultPolicy = {
    ...defaultPolicy,
    ...(guessDelays === undefined ? {} : { guessDelaysMs: milliseconds(guessDelays) }),
    ...(newStartSeconds === undefined ? {} : { newStartWaitMs: newStartSeconds * 1000 }),
  };
  if (testWaits === undefined) return policy;
  const [newStartWaitMs = 0, newStartOpenMs = 0, newStartUndoMs = 0, deletionWaitMs = 0, removalSettleMs = 0, login] =
    milliseconds(testWaits);
  const loginLifeMs = login ?? policy.loginLifeMs;
  return { ...policy, newStartWaitMs, newStartOpenMs, newStartUndoMs, deletionWaitMs, removalSettleMs, loginLifeMs };
}

/** `VARIABLE=` in an environment file means that it is not set. */
function withoutEmpty(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
