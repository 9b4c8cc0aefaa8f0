import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deployment, type Deployment } from '@coffer/contracts';
import { encodeVerifierKey } from '@coffer/evidence';
import { toBase64Url } from '@coffer/foundation';
import type { VaultIdentity, VaultStateRow } from '@coffer/key-vault';
import type { AppConfig } from './config';
import { StartError } from './runtime/start-error';

/** The public halves that devices pin, as `vault_state` has them. */
export type PinnedKeys = Pick<VaultStateRow, 'vaultId' | 'opaquePublicKey' | 'ledgerKey' | 'certificateKey'>;

/** deployment.json: how a device knows this vault. */
export function deploymentOf(
  config: Pick<AppConfig, 'apiUrl' | 'portalUrl' | 'issuer' | 'audience' | 'clients'>,
  keys: PinnedKeys,
): Deployment {
  const { apiUrl, portalUrl, issuer, audience, clients } = config;
  return deployment.parse({
    ...{ v: 1, apiUrl, portalUrl, issuer, clients, audience },
    vaultId: toBase64Url(keys.vaultId),
    opaqueServerPublicKey: toBase64Url(keys.opaquePublicKey),
    ledgerKey: keys.ledgerKey,
    certificateKey: keys.certificateKey,
  });
}

/** The public halves of an opened identity. */
export function pinnedKeys(
  identity: Pick<VaultIdentity, 'vaultId' | 'opaquePublicKey' | 'ledgerVerifier' | 'certificateVerifier'>,
): PinnedKeys {
  const { vaultId, opaquePublicKey } = identity;
  return {
    ...{ vaultId, opaquePublicKey },
    ledgerKey: encodeVerifierKey(identity.ledgerVerifier),
    certificateKey: encodeVerifierKey(identity.certificateVerifier),
  };
}

/** The bytes of the file, so that every writer gives one hash. */
export function deploymentText(content: Deployment): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/**
 * Writes it whole or not at all; public, for it holds no secret. Addresses may change, keys may not: devices have pinned them.
 *
 * @throws StartError `deployment-differs`
 */
export async function writeDeployment(file: string, content: Deployment): Promise<void> {
  await requireSameKeys(file, content);
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, deploymentText(content), { flush: true, mode: 0o644 });
  await rename(unfinished, file);
}

async function requireSameKeys(file: string, content: Deployment): Promise<void> {
  const problem = await deploymentProblem(file, content);
  if (problem !== undefined) throw differs(problem);
}

/** Why the file is not this vault's, in words for staff; undefined where it is, or there is none. */
export async function deploymentProblem(file: string, content: Deployment): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const there = parseDeployment(text);
  if (there === undefined) return `"${file}" is no deployment.json`;
  const pinned = ['vaultId', 'opaqueServerPublicKey', 'ledgerKey', 'certificateKey'] as const;
  const other = pinned.filter((name) => there[name] !== content[name]);
  return other.length > 0 ? `"${file}" has another ${other.join(', ')} than this vault` : undefined;
}

function parseDeployment(text: string): Deployment | undefined {
  try {
    return deployment.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function differs(why: string): StartError {
  return new StartError(
    'deployment-differs',
    `${why}. Devices that pinned it would stop, so it was left as it is: give the vault the database and the file that belong ` +
      'together, or move the file away if no device has it.',
  );
}
