import { systemClock, toHex } from '@coffer/foundation';
import { openDeviceAccount, type DeviceAccount } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { pinDeployment, requireDeployment, type KnownDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { printable } from '../output/printable';
import { UsageError } from '../output/usage-error';
import type { Tokens } from '../session/identity-provider';
import { writeSession } from '../session/session-file';
import { signIn } from '../session/sign-in';
import { vaultClientOf } from '../vault/connect-vault';
import { readDeployment } from './deployment-source';

/** What `coffer login` is asked. */
export interface LoginRequest {
  readonly home: string;
  /** A file, or an address; the pinned deployment unless given. */
  readonly deployment?: string;
  readonly sha256?: string;
}

/**
 * Pins the deployment and signs this device in.
 *
 * @throws HomeError `deployment-invalid`, `deployment-changed`, `no-deployment`; SessionError; VaultDeviceError
 *   `deployment-changed`; VaultClientError
 */
export async function runLogin(context: CommandContext, request: LoginRequest): Promise<void> {
  const home = new HomeDirectory(request.home);
  const known = await pin(context, home, request);
  const account = await signInToVault(context, home, known);
  const { accountId, issuer, subject } = account;
  context.reporter.summary(
    { accountId, issuer, subject, keyId: account.keyId === null ? null : toHex(account.keyId) },
    `Signed in as ${printable(subject)} at ${printable(issuer)}.` +
      (account.keyId === null ? ' This account has no backup key yet. Next: coffer setup' : ''),
  );
}

/** A fresh sign-in, kept as the one of this home once the vault has taken it. */
export async function signInToVault(
  context: CommandContext,
  home: HomeDirectory,
  known: KnownDeployment,
): Promise<DeviceAccount> {
  const tokens = await signIn(context, known.deployment);
  const client = vaultClientOf(context, known, async () => tokens.accessToken);
  const account = await openDeviceAccount(client, known.deployment);
  await keep(home, known, account, tokens);
  return account;
}

async function pin(
  { reporter, signal }: CommandContext,
  home: HomeDirectory,
  { deployment, sha256 }: LoginRequest,
): Promise<KnownDeployment> {
  if (deployment === undefined) {
    if (sha256 !== undefined) throw new UsageError('--sha256 belongs to --deployment.');
    return requireDeployment(home);
  }
  const known = await readDeployment(deployment, sha256, signal);
  await pinDeployment(home, known);
  for (const url of [known.deployment.apiUrl, known.deployment.issuer].map((text) => new URL(text))) {
    if (url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) continue;
    reporter.warn('plain-http', `${url.host} is reached without TLS: whoever is on the way can read the sign-in.`);
  }
  return known;
}

async function keep(
  home: HomeDirectory,
  { deployment }: KnownDeployment,
  { accountId }: DeviceAccount,
  tokens: Tokens,
): Promise<void> {
  const { issuer, clients } = deployment;
  const signedInAtMs = systemClock.nowMs();
  await writeSession(home, { v: 1, issuer, clientId: clients.cli, accountId, ...tokens, signedInAtMs });
}
