import { createVaultClient, type VaultClient } from '@coffer/vault-client';
import { openDeviceAccount, type DeviceAccount } from '@coffer/vault-device';

import type { CommandContext } from '../command-context';
import { requireDeployment, type KnownDeployment } from '../home/deployment-file';
import { HomeDirectory } from '../home/home-directory';
import { AccessTokens } from '../session/access-tokens';
import { streamedFetch } from './streamed-fetch';

/** A signed-in device and its account in the vault that it pins. */
export interface VaultConnection {
  readonly home: HomeDirectory;
  readonly known: KnownDeployment;
  readonly client: VaultClient;
  readonly tokens: AccessTokens;
  readonly account: DeviceAccount;
}

/**
 * Opens the account that this home has signed in to.
 *
 * @throws HomeError `no-deployment`; SessionError `not-signed-in`, `sign-in-expired`; VaultDeviceError `deployment-changed`;
 *   VaultClientError
 */
export async function connectVault(context: CommandContext, homePath: string): Promise<VaultConnection> {
  const home = new HomeDirectory(homePath);
  const known = await requireDeployment(home);
  const tokens = new AccessTokens(home, known.deployment);
  const client = vaultClientOf(context, known, (refused) => tokens.get(refused));
  return { home, known, client, tokens, account: await openDeviceAccount(client, known.deployment) };
}

/** The same connection with the account read again: what was bound meanwhile shows. */
export async function readAccountAgain(connection: VaultConnection): Promise<VaultConnection> {
  return { ...connection, account: await openDeviceAccount(connection.client, connection.known.deployment) };
}

/** A client of the pinned vault; every request ends with the command's signal. */
export function vaultClientOf(
  { signal }: Pick<CommandContext, 'signal'>,
  { deployment }: KnownDeployment,
  token: (refused?: string) => Promise<string>,
): VaultClient {
  return createVaultClient({
    baseUrl: deployment.apiUrl,
    token,
    fetch: (input, init) =>
      streamedFetch(input, { ...init, signal: AbortSignal.any([signal, ...(init?.signal ? [init.signal] : [])]) }),
  });
}
