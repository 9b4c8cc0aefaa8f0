import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { PortalError } from './portal-error';

/** What the portal's server knows of its surroundings. Made once; nothing else reads the environment. */
export interface PortalConfig {
  /** Where people reach the portal, without a final slash. */
  readonly portalUrl: string;
  /** Where the vault API is, without `/v1` and without a final slash. */
  readonly apiUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  /** For a confidential client; PKCE is used either way. */
  readonly clientSecret: string | undefined;
  /** What a sign-in asks for. */
  readonly scope: string;
  /** `aud` of the access tokens that the vault accepts. */
  readonly audience: string;
  /** Absolute path of deployment.json. */
  readonly deploymentFile: string;
  /** Absolute path of the built device-worker. */
  readonly workerFile: string;
  /** Seals the session cookie; at least 32 characters. */
  readonly sessionSecret: string;
}

const webUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .transform((text) => text.replace(/\/+$/, ''));

const environmentSchema = z.object({
  COFFER_HOME: z.string().min(1).default('.coffer'),
  COFFER_PORTAL_URL: webUrl.default('http://localhost:4300'),
  COFFER_API_URL: webUrl.default('http://localhost:4301'),
  COFFER_ISSUER: webUrl.default('http://localhost:4303'),
  COFFER_AUDIENCE: z.string().min(1).default('urn:coffer:vault'),
  COFFER_PORTAL_SCOPE: z.string().min(1).default('openid profile offline_access'),
  COFFER_PORTAL_CLIENT_ID: z.string().min(1).default('coffer-portal'),
  COFFER_PORTAL_CLIENT_SECRET_FILE: z.string().min(1).optional(),
  COFFER_DEPLOYMENT: z.string().min(1).optional(),
  COFFER_DEVICE_WORKER: z.string().min(1).default('dist/device-worker.js'),
  COFFER_SESSION_SECRET_FILE: z.string().min(1).optional(),
});

let config: PortalConfig | undefined;

/**
 * The configuration of this process.
 *
 * @throws PortalError `invalid-configuration` naming the variable, never its value
 */
export function portalConfig(): PortalConfig {
  config ??= readConfig(process.env);
  return config;
}

/** Reads and checks an environment; makes the session secret (mode 0600) where its file is not there yet. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): PortalConfig {
  const read = environmentSchema.safeParse(environment);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new PortalError('invalid-configuration', `${String(issue?.path[0])}: ${issue?.message ?? 'not understood'}`);
  }
  const values = read.data;
  const home = resolve(/* turbopackIgnore: true */ values.COFFER_HOME);
  return {
    portalUrl: values.COFFER_PORTAL_URL,
    apiUrl: values.COFFER_API_URL,
    issuer: values.COFFER_ISSUER,
    clientId: values.COFFER_PORTAL_CLIENT_ID,
    clientSecret: readSecret(values.COFFER_PORTAL_CLIENT_SECRET_FILE),
    scope: values.COFFER_PORTAL_SCOPE,
    audience: values.COFFER_AUDIENCE,
    deploymentFile: resolve(
      /* turbopackIgnore: true */ values.COFFER_DEPLOYMENT ?? join(/* turbopackIgnore: true */ home, 'deployment.json'),
    ),
    workerFile: resolve(/* turbopackIgnore: true */ values.COFFER_DEVICE_WORKER),
    sessionSecret: sessionSecret(
      values.COFFER_SESSION_SECRET_FILE ?? join(/* turbopackIgnore: true */ home, 'portal-session-secret'),
    ),
  };
}

function readSecret(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(/* turbopackIgnore: true */ path, 'utf8').trim();
}

function sessionSecret(path: string): string {
  const known = readIfThere(path) ?? makeSecret(path);
  // The dashboard may be given the same file; a cookie of its staff must not open here.
  if (known.length >= 32) return createHmac('sha256', known).update('coffer-portal').digest('base64url');
  throw new PortalError('invalid-configuration', `COFFER_SESSION_SECRET_FILE: ${path} must hold 32 characters or more`);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(/* turbopackIgnore: true */ path, 'utf8').trim();
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new PortalError('invalid-configuration', `COFFER_SESSION_SECRET_FILE: ${path} cannot be read`, {
      cause: error,
    });
  }
}

/** Two processes may start at once: who comes second takes what the first wrote. */
function makeSecret(path: string): string {
  mkdirSync(/* turbopackIgnore: true */ dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(/* turbopackIgnore: true */ path, `${randomBytes(32).toString('base64url')}\n`, {
      mode: 0o600,
      flag: 'wx',
    });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  return readFileSync(/* turbopackIgnore: true */ path, 'utf8').trim();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
