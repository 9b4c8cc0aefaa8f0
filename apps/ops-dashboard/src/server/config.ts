import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createHmac, randomBytes } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { DashboardError } from './dashboard-error';

/** What the dashboard's server knows of its surroundings. Made once; nothing else reads the environment. */
export interface DashboardConfig {
  /** Where staff reach the dashboard, without a final slash. */
  readonly dashboardUrl: string;
  /** Where the vault API is, without `/v1` and without a final slash. */
  readonly apiUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  /** For a confidential client; PKCE is used either way. */
  readonly clientSecret: string | undefined;
  /** `aud` of the access tokens that the vault accepts. */
  readonly audience: string;
  /** Claim of the ID token that lists roles, and the role that is let in. The vault checks its own copy of both. */
  readonly staffClaim: string;
  readonly staffRole: string;
  /** Seals the session cookie; at least 32 characters. */
  readonly sessionSecret: string;
}

const webUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((text) => text.replace(/\/+$/, ''));

const environmentSchema = z.object({
  COFFER_HOME: z.string().min(1).default('.coffer'),
  COFFER_DASHBOARD_URL: webUrl.default('http://localhost:4302'),
  COFFER_API_URL: webUrl.default('http://localhost:4301'),
  COFFER_ISSUER: webUrl.default('http://localhost:4303'),
  COFFER_AUDIENCE: z.string().min(1).default('urn:coffer:vault'),
  COFFER_DASHBOARD_CLIENT_ID: z.string().min(1).default('coffer-dashboard'),
  COFFER_DASHBOARD_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  COFFER_SESSION_SECRET_FILE: z.string().min(1).optional(),
  COFFER_STAFF_CLAIM: z.string().min(1).default('roles'),
  COFFER_STAFF_ROLE: z.string().min(1).default('coffer-staff'),
});

let config: DashboardConfig | undefined;

/**
 * The configuration of this process.
 *
 * @throws DashboardError `invalid-configuration` naming the variable, never its value
 */
export function dashboardConfig(): DashboardConfig {
  config ??= readConfig(process.env);
  return config;
}

/** Reads and checks an environment; makes the session secret (mode 0600) where its file is not there yet. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): DashboardConfig {
  const read = environmentSchema.safeParse(environment);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw invalid(`${String(issue?.path[0])}: ${issue?.message ?? 'not understood'}`);
  }
  const values = read.data;
  const home = resolve(/* turbopackIgnore: true */ values.COFFER_HOME);
  const secretFile = values.COFFER_DASHBOARD_CLIENT_SECRET_FILE;
  const clientSecret = secretFile === undefined ? undefined : readIfThere(secretFile);
  if (secretFile !== undefined && clientSecret === undefined) {
    throw invalid('COFFER_DASHBOARD_CLIENT_SECRET_FILE: no such file');
  }
  return {
    dashboardUrl: values.COFFER_DASHBOARD_URL,
    apiUrl: values.COFFER_API_URL,
    issuer: values.COFFER_ISSUER,
    clientId: values.COFFER_DASHBOARD_CLIENT_ID,
    clientSecret,
    audience: values.COFFER_AUDIENCE,
    staffClaim: values.COFFER_STAFF_CLAIM,
    staffRole: values.COFFER_STAFF_ROLE,
    sessionSecret: sessionSecret(
      values.COFFER_SESSION_SECRET_FILE ?? join(/* turbopackIgnore: true */ home, 'dashboard-session-secret'),
    ),
  };
}

function sessionSecret(path: string): string {
  const known = readIfThere(path) ?? makeSecret(path);
  // The portal may be given the same file; a cookie of its people must not open here.
  if (known.length >= 32) return createHmac('sha256', known).update('coffer-dashboard').digest('base64url');
  throw invalid('COFFER_SESSION_SECRET_FILE: the file must hold 32 characters or more');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(/* turbopackIgnore: true */ path, 'utf8').trim();
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw invalid('a secret file of the dashboard cannot be read', cause);
  }
}

/** Two processes may start at once: who comes second takes what the first wrote. */
function makeSecret(path: string): string {
  mkdirSync(/* turbopackIgnore: true */ dirname(path), { recursive: true, mode: 0o700 });
  const secret = `${randomBytes(32).toString('base64url')}\n`;
  try {
    writeFileSync(/* turbopackIgnore: true */ path, secret, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return readFileSync(/* turbopackIgnore: true */ path, 'utf8').trim();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function invalid(message: string, cause?: unknown): DashboardError {
  return new DashboardError('invalid-configuration', message, { cause });
}
