import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { IdentityError } from './errors';

/** Everything that the demo identity provider can be told. */
export interface IdentityOptions {
  /** Where it listens; only loopback addresses are accepted. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Folder for the signing keys, made where it is missing (0700). */
  readonly home: string;
  /** `aud` of the access tokens: an absolute URI that names the vault API. */
  readonly audience: string;
  /** Origins of the portal and the dashboard; each is sent back to `<origin>/auth/callback`. */
  readonly portalUrl: string;
  readonly dashboardUrl: string;
  /** Set: that client is confidential (`client_secret_basic`); not set: public. PKCE either way. */
  readonly portalClientSecret?: string;
  readonly dashboardClientSecret?: string;
}

/** What is used where the environment says nothing. */
export const identityDefaults = {
  host: '127.0.0.1',
  port: 4303,
  home: '.coffer',
  audience: 'urn:coffer:vault',
  portalUrl: 'http://localhost:4300',
  dashboardUrl: 'http://localhost:4302',
} as const;

/**
 * Reads the environment: COFFER_IDENTITY_HOST, COFFER_IDENTITY_PORT, COFFER_HOME (keys go to its folder `identity`),
 * COFFER_AUDIENCE, COFFER_PORTAL_URL, COFFER_DASHBOARD_URL, COFFER_PORTAL_CLIENT_SECRET_FILE,
 * COFFER_DASHBOARD_CLIENT_SECRET_FILE (files that hold a secret; without one the client is public).
 *
 * @throws IdentityError `invalid-config` naming the variable, not its value
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): IdentityOptions {
  const text = (name: string, otherwise: string) => environment[name] ?? otherwise;
  const portalClientSecret = readSecret('COFFER_PORTAL_CLIENT_SECRET_FILE', environment);
  const dashboardClientSecret = readSecret('COFFER_DASHBOARD_CLIENT_SECRET_FILE', environment);
  return {
    host: text('COFFER_IDENTITY_HOST', identityDefaults.host),
    port: toPort('COFFER_IDENTITY_PORT', text('COFFER_IDENTITY_PORT', String(identityDefaults.port))),
    home: resolve(text('COFFER_HOME', identityDefaults.home), 'identity'),
    audience: toUri('COFFER_AUDIENCE', text('COFFER_AUDIENCE', identityDefaults.audience)),
    portalUrl: toOrigin('COFFER_PORTAL_URL', text('COFFER_PORTAL_URL', identityDefaults.portalUrl)),
    dashboardUrl: toOrigin('COFFER_DASHBOARD_URL', text('COFFER_DASHBOARD_URL', identityDefaults.dashboardUrl)),
    ...(portalClientSecret === undefined ? {} : { portalClientSecret }),
    ...(dashboardClientSecret === undefined ? {} : { dashboardClientSecret }),
  };
}

function toPort(name: string, text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new IdentityError('invalid-config', `${name} must be a port from 0 to 65535`);
  return port;
}

function toUri(name: string, text: string): string {
  if (!URL.canParse(text) || text.includes('#')) {
    throw new IdentityError('invalid-config', `${name} must be an absolute URI without a fragment`);
  }
  return text;
}

function toOrigin(name: string, text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new IdentityError('invalid-config', `${name} must be an http or https address`);
  }
  return url.origin;
}

function readSecret(name: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const path = environment[name];
  if (path === undefined) return undefined;
  try {
    const secret = readFileSync(path, 'utf8').trim();
    if (secret.length >= 16) return secret;
  } catch (cause) {
    throw new IdentityError('invalid-config', `the file that ${name} names cannot be read`, { cause });
  }
  throw new IdentityError('invalid-config', `the file that ${name} names must hold 16 characters or more`);
}
